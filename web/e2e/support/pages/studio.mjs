import { until } from "../browser.mjs";

/** The editor's place. */
export class Studio {
  constructor(page) {
    this.page = page;
    this.yaml = page.locator("[data-yaml]");
    this.publishButton = page.locator("[data-publish]");
    this.check = page.locator("[data-check]");
  }

  async open(kind, id) {
    await this.page.goto(`/studio/${kind}/${encodeURIComponent(id)}`);
    await this.yaml.waitFor();
  }

  async replace(before, after) {
    const text = await this.yaml.inputValue();
    const next = text.replace(before, after);
    if (next === text) throw new Error(`${before} is not in\n${text}`);
    await this.yaml.fill(next);
    await this.page.locator('[data-check="ok"]').waitFor();
  }

  async publish(comment) {
    await this.publishButton.click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("textbox").fill(comment);
    await dialog.locator("[data-publish-confirm]").click();
    await dialog.waitFor({ state: "hidden" });
  }

  async reset() {
    await this.page.getByRole("button", { name: /^恢复包内原文$/ }).click();
    await this.page.getByRole("tooltip").getByRole("button", { name: /^恢复包内原文$/ }).click();
  }

  async tryOut(sample) {
    await this.page.getByRole("tab", { name: "试运行" }).click();
    const picker = this.page.getByRole("combobox", { name: "示例对话" });
    await picker.click();
    await this.page.getByRole("option", { name: sample }).or(this.page.locator(".ant-select-item-option").filter({ hasText: sample })).last().click();
    await this.page.locator("[data-try]").click();
    await until(() => this.page.locator("[data-try]:not(.ant-btn-loading)").count(), "the end of the run");
  }

  tab(name) {
    return this.page.locator(`[data-tab="${name}"]`).click();
  }

  /** A field of the rule's form, by its path in the YAML. */
  field(path) {
    return this.page.locator(`[data-field="${path}"]`);
  }

  /** What the server says of the text as it stands now. */
  async checked(result = "ok") {
    await this.page.locator(`[data-check="${result}"]`).waitFor();
  }

  /** Hands the text in with words why. */
  async submit(comment) {
    await this.page.locator("[data-submit]:not([disabled])").click();
    await this.#confirm(comment);
    await this.page.locator("[data-withdraw]").waitFor();
  }

  async decide(what, comment) {
    await this.page.locator(`[data-${what}]`).click();
    await this.#confirm(comment);
    await this.page.locator(`[data-${what}]`).waitFor({ state: "detached" });
  }

  async #confirm(comment) {
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("textbox").fill(comment);
    await dialog.locator("[data-approval-confirm]").click();
    await dialog.waitFor({ state: "hidden" });
  }

  /** Words of one's own instead of a sample. */
  async dialogue(lines) {
    await this.tab("try");
    const field = this.page.locator("[data-dialogue]");
    if ((await field.count()) === 0) await this.page.locator("[data-edit-dialogue]").click();
    await field.fill(lines.join("\n"));
  }

  /** The cards of one turn of the dialogue that was tried, [mark, item] each. */
  verdicts(turn) {
    return this.page.locator(`li[data-turn="${turn}"] [data-diff]`).evaluateAll((cards) => cards.map((card) => [card.dataset.diff, card.dataset.item]));
  }
}
