import { until } from "../browser.mjs";

/** The rep's desk. */
export class Desk {
  constructor(page) {
    this.page = page;
    this.main = page.locator("#main");
    this.list = page.getByRole("complementary", { name: /会话列表|Conversations/ });
    this.transcript = page.getByRole("log", { name: /^(会话记录|Transcript)$/ });
    this.double = page.getByRole("region", { name: /^(分身|The double)$/ });
    this.primary = page.locator("[data-primary]");
    this.composer = page.getByRole("textbox", { name: /^(输入要说的话|What you say)/ });
    this.sampleBar = page.getByRole("region", { name: /^(示例来电控制|Sample call controls)$/ });
    this.wrapup = page.locator("[data-wrapup]");
    this.saved = page.locator("[data-saved]");
  }

  get conversation() {
    return decodeURIComponent(/\/c\/([^/?#]+)/.exec(this.page.url())?.[1] ?? "");
  }

  row(conversation) {
    return this.list.locator(`[data-conversation="${conversation}"]`);
  }

  async open(conversation) {
    await this.row(conversation).click();
    await until(() => this.conversation === conversation, "the conversation on the desk");
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  turn(text) {
    return this.page.locator("[data-turn]").filter({ hasText: text });
  }

  /** What the transcript shows as said, in order. */
  async said() {
    return this.page.locator("[data-turn][data-speaker]").evaluateAll((rows) => rows.map((row) => [row.dataset.speaker, row.querySelector("[data-said]").textContent]));
  }

  async openSamples() {
    await this.button(/接听示例来电|Take a sample call/).first().click();
    const drawer = this.page.getByRole("dialog");
    await drawer.getByRole("radio").first().waitFor({ state: "attached" });
    return drawer;
  }

  /** Takes a sample call and gives the id of its conversation. */
  async takeSample(sample, { speed = 8, edit } = {}) {
    const before = this.conversation;
    const drawer = await this.openSamples();
    await drawer.locator("label").filter({ has: this.page.locator(`[data-sample="${sample}"]`) }).click();
    await drawer.getByText(new RegExp(`^${speed}( 倍|×)$`)).click();
    if (edit) await edit(drawer);
    await drawer.getByRole("button", { name: /^(接听|Take the call)/ }).click();
    await until(() => this.conversation && this.conversation !== before, "the sample's conversation");
    return this.conversation;
  }

  async waitsForRep() {
    await this.page.locator('[data-waiting-for="rep"]').waitFor();
  }

  async say(text) {
    await this.composer.fill(text);
    await this.composer.press("Control+Enter");
  }

  /** Off the cards, which hold still under the pointer. */
  async pointerAway() {
    await this.transcript.hover({ position: { x: 5, y: 5 } });
  }

  async accept() {
    await this.page.locator("[data-accept]").click();
    await this.composer.waitFor();
  }

  async hangUp() {
    await this.button(/^(挂断|Hang up)/).click();
    await this.wrapup.waitFor();
  }

  tab(name) {
    return this.page.getByRole("tab", { name });
  }
}
