// A rule written in the form and in text, tried on a dialogue, approved by a second person; new, copied, retired.
import assert from "node:assert/strict";
import { low, suite, until } from "./support/index.mjs";

const { check, editor, approver, rep, api } = suite();

/** Words that no pack knows, so that only the change can find them. */
const phrase = "跟银行柜台一样稳当";
const guard = "开个玩笑";

check("the form and the text are two faces of one rule", async () => {
  const studio = await editor({ viewport: low });
  await studio.open("rule", "SAL-01");
  await studio.checked();
  const before = await studio.yaml.inputValue();

  // A phrase typed into the form stands in the text, in one line; the rest is as it was.
  const when = studio.field("when");
  await when.getByRole("group", { name: "说法" }).first().getByRole("combobox").fill(phrase);
  await studio.page.keyboard.press("Enter");
  const withPhrase = await studio.yaml.inputValue();
  const changed = (a, b) => a.split("\n").filter((line, index) => line !== b.split("\n")[index]);
  assert.equal(withPhrase.split("\n").length, before.split("\n").length);
  assert.equal(changed(withPhrase, before).length, 1);
  assert.match(changed(withPhrase, before)[0], new RegExp(`says "\\{promise_principal\\}\\|${phrase}"`));

  // A text typed into the YAML stands in the form.
  await studio.replace(/^ {2}zh: .*$/m, "  zh: 我更正一下，新的话术。");
  assert.equal(await studio.field("wording").getByRole("textbox").first().inputValue(), "我更正一下，新的话术。");

  // The severity by keyboard-reachable control, and undone.
  await studio.field("severity").getByText("一般").click();
  assert.match(await studio.yaml.inputValue(), /^severity: normal$/m);
  await studio.page.locator("[data-undo]").click();
  assert.match(await studio.yaml.inputValue(), /^severity: major$/m);
  await studio.page.locator("[data-redo]").click();
  assert.match(await studio.yaml.inputValue(), /^severity: normal$/m);
  await studio.page.getByRole("button", { name: "放弃改动" }).click();
  assert.equal(await studio.yaml.inputValue(), before);
});

check("a mistake is shown at its field and at its line", async () => {
  const studio = await editor({ viewport: low });
  await studio.open("rule", "SAL-01");
  await studio.checked();
  const when = studio.field("when");
  await when.getByRole("group", { name: "说法" }).first().getByRole("combobox").fill("{no_such_class}");
  await studio.page.keyboard.press("Enter");
  await studio.checked("errors");
  await studio.page.locator('[data-field="when"][data-invalid]').getByRole("alert").filter({ hasText: "no_such_class" }).waitFor();
  await studio.page.locator("[data-problem]").filter({ hasText: "no_such_class" }).waitFor();
  assert.equal(await studio.page.locator("[data-submit]").isDisabled(), true);
  await studio.page.getByRole("button", { name: "放弃改动" }).click();
  await studio.checked();
});

check("an obliged rule's parts and deadline are edited in the form", async () => {
  const studio = await editor();
  await studio.open("rule", "COL-09");
  await studio.checked();
  const by = studio.field("by");
  await by.getByRole("spinbutton").fill("4");
  assert.match(await studio.yaml.inputValue(), /^by: 4 turns or end$/m);
  await by.getByRole("button", { name: "加一个期限" }).click();
  await studio.page.getByRole("menuitem", { name: "秒" }).click();
  assert.match(await studio.yaml.inputValue(), /^by: 4 turns or end or 60 s$/m);
  const parts = await studio.page.locator("[data-part]").count();
  await studio.field("require").getByRole("button", { name: "加一项" }).click();
  await until(async () => (await studio.page.locator("[data-part]").count()) === parts + 1, "one part more");
  await studio.checked();
  await studio.page.getByRole("button", { name: "放弃改动" }).click();
});

check("a rule is written, tried, submitted, approved by another, and in force", async () => {
  const studio = await editor();
  await studio.open("rule", "SAL-01");
  await studio.checked();
  await studio.dialogue(["客户：这个理财靠谱吗", `坐席：您放心，${phrase}。`, `坐席：${guard}，${phrase}，当然不是。`]);
  // In the form: the phrase; the trial follows by itself.
  for (const [field, place] of [["after", 1], ["when", 0]]) {
    await studio.field(field).getByRole("group", { name: "说法" }).nth(place).getByRole("combobox").fill(phrase);
    await studio.page.keyboard.press("Enter");
  }
  await studio.page.locator('li[data-turn="1"] [data-diff="added"][data-item="SAL-01"]').waitFor();
  // In the text: an exception; the same trial no longer finds the second one.
  await studio.replace(new RegExp(`(says "\\{promise_principal\\}\\|${phrase}" unless ")`, "g"), `$1${guard}|`);
  const found = async (turn) => (await studio.verdicts(turn)).filter(([, item]) => item === "SAL-01").length;
  await until(async () => (await found(2)) === 0 && (await found(1)) === 1, "the exception in the trial");

  await studio.tab("diff");
  await studio.page.locator('[data-diff="added"]').filter({ hasText: phrase }).first().waitFor();
  await studio.submit("补一个说法和例外");
  const session = await api("editor");
  assert.ok(!(await session.get("/content/rule/SAL-01")).text.includes(phrase), "nothing is in force yet");
  // Who wrote it has no way to approve it, in the page or past it.
  assert.equal(await studio.page.locator("[data-approve]").count(), 0);
  assert.equal((await session.call("POST", "/content/rule/SAL-01/draft/approve", {})).status, 403);

  const second = await approver();
  await second.page.goto("/studio/drafts");
  await second.page.locator('[data-draft="SAL-01"]').click();
  await second.yaml.waitFor();
  // The review: side by side, the reason of the editor, and a trial of one's own.
  await second.page.getByText("补一个说法和例外").first().waitFor();
  await second.page.getByText("左右对照").click();
  await second.page.locator('[data-diff="added"]').filter({ hasText: phrase }).first().waitFor();
  await second.decide("approve", "看过了");
  const item = await session.get("/content/rule/SAL-01");
  assert.ok(item.text.includes(phrase));
  assert.equal(item.history[0].approved_by, "审核员老周");
  await second.tab("history");
  await second.page.getByText("由 审核员老周 批准").waitFor();

  // The desk uses it.
  const desk = await rep();
  const call = await desk.takeSample("sample-02");
  await desk.waitsForRep();
  await desk.say(`这款${phrase}。`);
  await until(async () => (await (await api("rep")).cards(call)).some((card) => card.item === "SAL-01"), "the violation on the desk");
  assert.equal((await session.call("DELETE", "/content/rule/SAL-01/edit")).status, 204);
});

check("a draft is taken back, sent back with a reason, and given up", async () => {
  const studio = await editor();
  await studio.open("rule", "SAL-02");
  await studio.replace(/^ {2}zh: .*$/m, "  zh: 收益会有波动，请看说明书。");
  await studio.submit("换个说法");
  await studio.page.locator("[data-withdraw]").click();
  await studio.page.locator("[data-submit]:not([disabled])").waitFor();
  await studio.submit("换个说法，再送");
  const second = await approver();
  await second.open("rule", "SAL-02");
  await second.decide("reject", "请写明依据");
  await studio.page.reload();
  await studio.yaml.waitFor();
  await studio.tab("diff");
  await studio.page.getByText("请写明依据").waitFor();
  // The work is not lost: one goes on from it.
  await studio.page.locator("[data-resume]").click();
  assert.match(await studio.yaml.inputValue(), /收益会有波动，请看说明书。/);
  await studio.page.getByRole("button", { name: "放弃改动" }).click();
});

check("a new rule from a template, a copy, and one that is retired", async () => {
  const studio = await editor({ viewport: low });
  await studio.page.goto("/studio?kind=rule");
  await studio.page.locator("[data-new-rule]").click();
  await studio.page.getByLabel("编号", { exact: true }).fill("SAL-01");
  await studio.page.getByRole("radio", { name: /必须说到/ }).check();
  await studio.page.locator("[data-begin]").click();
  await studio.page.getByText("这个编号已经有了").waitFor();
  await studio.page.getByLabel("编号", { exact: true }).fill("DEMO-01");
  await studio.page.locator("[data-begin]").click();
  await studio.yaml.waitFor();
  await studio.checked();
  assert.match(await studio.yaml.inputValue(), /^id: DEMO-01$/m);
  assert.match(await studio.yaml.inputValue(), /^require: /m);
  // The other form: the words become forbidden, the deadline goes.
  await studio.page.getByText("禁止：说了就违规").click();
  assert.match(await studio.yaml.inputValue(), /^when: /m);
  assert.doesNotMatch(await studio.yaml.inputValue(), /^(by|require):/m);
  await studio.checked();
  await studio.submit("新增演示规则");
  const second = await approver();
  await second.open("rule", "DEMO-01");
  await second.decide("approve", "好");
  await until(async () => (await (await api("editor")).get("/content?kind=rule&q=DEMO-01")).items.length === 1, "the new rule in the list");

  await studio.page.reload();
  await studio.yaml.waitFor();
  await studio.page.locator("[data-more]").click();
  await studio.page.getByRole("menuitem", { name: "停用（今天起失效）" }).click();
  assert.match(await studio.yaml.inputValue(), /^to: \d{4}-\d{2}-\d{2}$/m);
  await studio.page.locator("[data-more]").click();
  await studio.page.getByRole("menuitem", { name: "复制为新条目" }).click();
  await studio.page.getByLabel("编号", { exact: true }).fill("DEMO-02");
  await studio.page.locator("[data-begin]").click();
  await studio.page.waitForURL("**/studio/rule/DEMO-02");
  await until(async () => /^id: DEMO-02$/m.test(await studio.yaml.inputValue()), "the copy");
});
