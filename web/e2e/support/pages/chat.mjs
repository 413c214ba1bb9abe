import { until } from "../browser.mjs";

/** The bank's page with the customer's chat. */
export class ChatPage {
  constructor(page) {
    this.page = page;
    this.launch = page.getByRole("button", { name: /^(联系客服|Contact us)/ });
    this.panel = page.getByRole("dialog");
    this.input = page.getByRole("textbox", { name: /^(输入消息|Type a message)$/ });
    this.lines = this.panel.locator(".line");
  }

  async open(path = "/chat") {
    await this.page.goto(path);
    await this.launch.or(this.panel).first().waitFor();
    if (await this.launch.isVisible()) await this.launch.click();
    await this.input.waitFor();
  }

  async say(text) {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  line(text) {
    return this.lines.filter({ hasText: text });
  }

  /** What the customer sees, in order: [customer|rep|system, text]. */
  async said() {
    return this.lines.evaluateAll((lines) => lines.map((line) => [line.classList[1], line.querySelector(".text").textContent]));
  }

  async sees(text) {
    await this.line(text).first().waitFor();
  }

  async delivered(text) {
    await this.line(text).locator('[data-delivery="delivered"]').waitFor();
  }

  /** The id of the conversation that this browser holds. */
  async conversation() {
    return until(
      () =>
        this.page.evaluate(() => {
          for (const key of Object.keys(localStorage)) {
            const found = /"conversation":"([^"]+)"/.exec(localStorage.getItem(key) ?? "");
            if (found) return found[1];
          }
          return "";
        }),
      "the chat's session",
    );
  }

  /** Another tab of the same customer. */
  async tab() {
    const other = new ChatPage(await this.page.context().newPage());
    await other.open();
    return other;
  }
}
