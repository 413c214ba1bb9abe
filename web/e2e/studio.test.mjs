// What an editor changes is on the open desk at once, a trial run shows it before, and the pack's own words come back.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, rep, editor, api } = suite();

/** Words of the pack that no sample says, so that only the change can bring them. */
const wording = "请您先别着急，我这就把卡停住，测试话术一二三。";
const sayLine = /^(say:\n {2}zh: ).*$/m;
const phrase = "跟金库一样牢靠";

check("an article's new wording is on the open desk, and the old one comes back", async (t) => {
  const session = await api("rep");
  const desk = await rep();
  const studio = await editor();
  const id = await desk.takeSample("sample-01");
  await desk.page.getByRole("switch", { name: "自动回答" }).click();
  const first = await until(async () => (await session.cards(id)).find((card) => card.kind === "knowledge" && card.rank === 1), "a knowledge card");
  await desk.page.getByRole("button", { name: "暂停", exact: true }).click();

  await studio.open("article", first.item);
  await studio.replace(sayLine, `$1${wording}`);
  // Before: the trial run says what would change, and nothing has changed yet.
  await studio.tryOut("卡丢了：挂失，再补一张");
  const changed = studio.page.locator("[data-diff='changed']").filter({ hasText: wording });
  await changed.first().waitFor();
  assert.ok((await changed.first().innerText()).includes(first.say), "the trial run shows before and after");
  assert.ok(!(await session.cards(id)).some((card) => card.say === wording));

  const hash = (await session.get("/content/status")).hash;
  const begin = Date.now();
  await studio.publish("话术改短");
  await until(async () => (await session.get("/content/status")).hash !== hash, "the new content");
  // The next time the customer asks, on the same desk without a reload.
  const again = await desk.takeSample("sample-01");
  await desk.page.getByRole("switch", { name: "自动回答" }).click();
  await desk.page.locator("[data-primary]").getByText(wording).or(desk.page.getByText(wording)).first().waitFor();
  assert.ok((await session.cards(again)).some((card) => card.item === first.item && card.say === wording));
  t.diagnostic(`from pressing publish to the new words on a new call's card: ${Date.now() - begin} ms (the recorded customer speaks in between)`);
  await desk.page.getByRole("button", { name: "暂停", exact: true }).click();

  await studio.reset();
  await studio.page.getByText("包内原文", { exact: true }).first().waitFor();
  assert.equal((await (await api("editor")).get(`/content/article/${first.item}`)).text.includes(wording), false);
  const audit = (await (await api("editor")).get(`/content/article/${first.item}`)).history;
  assert.ok(audit.some((version) => version.comment === "话术改短"));
});

check("a rule's new phrase fires on the open desk within two seconds", async (t) => {
  const session = await api("rep");
  const desk = await rep();
  const studio = await editor();
  const broken = async (id) => (await session.cards(id)).filter((card) => card.kind === "violation" && card.item === "SAL-01");
  // Today nobody minds these words.
  const before = await desk.takeSample("sample-02");
  await desk.waitsForRep();
  await desk.say(`这款${phrase}。`);
  await until(async () => (await session.said(before)).some(([, text]) => text.includes(phrase)), "the words as said");
  assert.deepEqual(await broken(before), []);

  const id = await desk.takeSample("sample-02");
  await desk.waitsForRep();
  await studio.open("rule", "SAL-01");
  await studio.replace(/says "\{promise_principal\}/g, `says "${phrase}|{promise_principal}`);
  await studio.publishButton.click();
  const dialog = studio.page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("补一个说法");
  const begin = Date.now();
  await dialog.locator("[data-publish-confirm]").click();
  await dialog.waitFor({ state: "hidden" });
  const published = Date.now();
  await until(async () => (await session.events(id)).filter((event) => event.type === "pack.bound").length > 1, "the new pack in the open conversation");
  const bound = Date.now();
  await desk.say(`这款${phrase}。`);
  await desk.page.locator('[data-card][data-kind="violation"]').getByText("承诺保本").waitFor();
  await desk.turn(phrase).locator("mark").filter({ hasText: phrase }).waitFor();
  assert.equal((await broken(id)).length, 1);
  t.diagnostic(`publish answered after ${published - begin} ms, the open conversation had the new pack after ${bound - begin} ms, the violation was shown ${Date.now() - bound} ms after it was said`);

  await studio.reset();
  await until(async () => !(await (await api("editor")).get("/content/rule/SAL-01")).text.includes(phrase), "the pack's own text");
});

check("mistakes are shown with their line and cannot be published", async () => {
  const studio = await editor();
  await studio.open("rule", "SAL-01");
  const text = await studio.yaml.inputValue();
  await studio.yaml.fill(text.replace(/^severity: .*$/m, "severity: enormous"));
  await studio.page.locator('[data-check="errors"]').waitFor();
  const line = text.split("\n").findIndex((one) => one.startsWith("severity:")) + 1;
  await studio.page.locator(`[data-problem="${line}"]`).first().waitFor();
  assert.equal(await studio.publishButton.isDisabled(), true);
  await studio.page.getByRole("button", { name: "放弃改动" }).click();
  await until(async () => (await studio.yaml.inputValue()) === text, "the text as it was");
});

check("an unpublished change stays with its editor, and a change by another is not overwritten", async () => {
  const studio = await editor();
  await studio.open("article", "yj-f01");
  await studio.replace(/^title: .*$/m, "title: 改了一半的标题");
  await studio.page.reload();
  await until(async () => (await studio.yaml.inputValue()).includes("改了一半的标题"), "the draft after a reload");

  const session = await api("editor");
  const item = await session.get("/content/article/yj-f01");
  const other = await session.call("PUT", "/content/article/yj-f01", { text: item.text.replace(sayLine, "$1别人先改了。"), expected_version: item.version, comment: "另一位" });
  assert.equal(other.status, 200, JSON.stringify(other.body));
  await studio.publishButton.click();
  const dialog = studio.page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("我的改动");
  await dialog.locator("[data-publish-confirm]").click();
  await studio.page.getByText("别人刚改过这一条").waitFor();
  assert.ok((await studio.yaml.inputValue()).includes("改了一半的标题"));
  assert.equal((await session.call("DELETE", "/content/article/yj-f01/edit")).status < 300, true);
});

check("the list finds, filters and opens", async () => {
  const studio = await editor();
  await studio.page.getByText("规则", { exact: true }).click();
  await studio.page.getByRole("textbox", { name: "按编号、标题查找" }).fill("SAL-01");
  await studio.page.locator('[data-content="SAL-01"]').click();
  await studio.yaml.waitFor();
  assert.equal(new URL(studio.page.url()).pathname, "/studio/rule/SAL-01");
});
