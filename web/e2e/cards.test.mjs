// All six samples at once: every kind of card comes up on the desk, says where it comes from, and takes what the rep does with it.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, rep, api } = suite();
const samples = [1, 2, 3, 4, 5, 6].map((number) => `sample-0${number}`);

/** The stack holds the older cards folded; opens all of them. */
async function seenKinds(desk) {
  const more = desk.page.getByRole("button", { name: /^显示全部 \d+ 张$/ });
  if (await more.isVisible()) await more.click();
  return desk.page.locator("[data-card][data-kind]").evaluateAll((cards) => [...new Set(cards.map((card) => card.dataset.kind))]);
}

check("every kind of card comes up over the samples, at 8 times the speed", async (t) => {
  const desk = await rep();
  const session = await api("rep");
  const calls = {};
  for (const sample of samples) {
    calls[sample] = await desk.takeSample(sample, { speed: 8 });
    await desk.page.getByRole("switch", { name: "自动回答" }).click();
    await desk.page.getByRole("switch", { name: "自动回答", checked: true }).waitFor();
  }
  assert.equal(new Set(Object.values(calls)).size, samples.length);

  // The recorded reps answer by themselves; meanwhile the desk goes from call to call and looks.
  const kinds = new Set();
  const look = async (sample) => {
    await desk.open(calls[sample]);
    await desk.page.locator("[data-turn]").first().waitFor();
    for (const kind of await seenKinds(desk)) kinds.add(kind);
    if (await desk.page.locator("[data-step]").count()) kinds.add("step");
  };
  await desk.tab("流程").click();
  const wanted = ["knowledge", "reply", "step", "prompt", "violation", "fraud", "announcement"];
  await until(async () => {
    for (const sample of samples) await look(sample);
    return ["knowledge", "step", "prompt", "violation", "fraud", "announcement"].every((kind) => kinds.has(kind));
  }, () => `kinds on the desk, only ${[...kinds]}`, 90_000);

  const all = new Set();
  for (const sample of samples) {
    await until(async () => (await session.get(`/conversations/${calls[sample]}`)).state === "ended", `the end of ${sample}`, 60_000);
    for (const card of await session.cards(calls[sample])) {
      all.add(card.kind);
      if (card.kind === "wrapup") continue;
      assert.ok(card.title || card.text || card.say, `${card.card} says nothing`);
      if (card.kind !== "step") assert.ok(card.sources?.length > 0, `${card.kind} ${card.item} has no source`);
    }
    await desk.open(calls[sample]);
    await desk.wrapup.waitFor();
    await desk.wrapup.getByText("已填好").waitFor();
  }
  assert.deepEqual([...wanted, "wrapup"].filter((kind) => !all.has(kind)), []);
  t.diagnostic(`kinds: ${[...all].join(" ")}`);
});

check("a card shows its words, rule, source, version and since when it is in force", async () => {
  const desk = await rep();
  await desk.takeSample("sample-02");
  await desk.waitsForRep();
  await desk.say("您放心，这个产品保本的，肯定不会亏。");
  await desk.page.locator('[data-primary][data-kind="violation"]').waitFor();
  const item = await desk.primary.getAttribute("data-item");
  // Away from the composer, in which letters are letters.
  await desk.page.keyboard.press("Escape");
  await desk.page.keyboard.press("w");
  const why = desk.page.getByRole("dialog", { name: "为什么出现这张卡片" });
  await why.waitFor();
  const shown = await why.locator("dt").evaluateAll((terms) => Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling.textContent])));
  const card = (await (await api("rep")).cards(desk.conversation)).find((one) => one.kind === "violation" && one.item === item);
  assert.ok(shown["规则"].includes(item), JSON.stringify(shown));
  assert.ok(shown["依据"].includes(card.sources[0].title), JSON.stringify(shown));
  assert.ok(shown["生效期"].includes(card.sources[0].from), JSON.stringify(shown));
  assert.equal(shown["版本"], String(card.version));
  assert.ok("您放心，这个产品保本的，肯定不会亏。".includes(shown["原话"]) && shown["原话"] !== "", JSON.stringify(shown));
  assert.match(shown["起因"], /坐席/);
  assert.match(shown["用时"], /毫秒/);
  // The same words are lit in the transcript.
  const lit = desk.turn("这个产品保本的").locator("mark").filter({ hasText: shown["原话"] });
  await lit.first().waitFor();
  await desk.page.keyboard.press("Escape");
  await why.waitFor({ state: "hidden" });
});

check("used, dismissed, edited and not right with a reason are in the log", async () => {
  const desk = await rep();
  const session = await api("rep");
  const id = await desk.takeSample("sample-01");
  await desk.waitsForRep();
  const actions = async () => (await session.events(id)).filter((event) => event.type === "card.action" && event.action !== "shown");
  const primaryId = () => desk.primary.getAttribute("data-card");

  // Not right: X, a reason, a note.
  await desk.page.locator('[data-primary][data-kind="announcement"], [data-primary][data-kind="knowledge"]').first().waitFor();
  const wrong = await primaryId();
  await desk.button(/^不对/).click();
  const form = desk.page.getByRole("dialog", { name: "哪里不对？" });
  await form.getByLabel("已经过时").check();
  await form.getByRole("textbox").fill("上个月改过了");
  await form.getByRole("button", { name: "提交" }).click();
  await form.waitFor({ state: "hidden" });
  const rejected = await until(async () => (await actions()).find((event) => event.action === "rejected"), "the rejection in the log");
  assert.equal(rejected.card, wrong);
  assert.equal(rejected.reason, "outdated");
  assert.equal(rejected.text, "上个月改过了");

  // Used and then changed before it is said.
  await desk.page.locator("[data-waiting-for=rep] [data-rep-turn]").click();
  await until(async () => {
    if (await desk.page.locator('[data-primary][data-kind="knowledge"]').count()) return true;
    const next = desk.page.locator("[data-rep-turn]");
    if (await next.isVisible()) await next.click();
    return false;
  }, "a knowledge card");
  const used = await primaryId();
  await desk.button(/^采用/).first().click();
  await until(async () => (await desk.composer.inputValue()) !== "", "the card's words in the composer");
  await desk.composer.press("End");
  await desk.composer.pressSequentially("请稍等。");
  const words = await desk.composer.inputValue();
  await desk.composer.press("Control+Enter");
  const edited = await until(async () => (await actions()).find((event) => event.action === "edited"), "the edit in the log");
  assert.equal(edited.card, used);
  assert.equal(edited.text, words);
  assert.ok((await actions()).some((event) => event.action === "used" && event.card === used));
  await until(async () => (await session.said(id)).some(([speaker, text]) => speaker === "rep" && text === words), "the words as said");
  const act = (await session.events(id)).find((event) => event.type === "act.proposed" && event.text === words);
  assert.equal(act.card, used);

  // Dismissed. The cards keep their places while the pointer is over them.
  await desk.pointerAway();
  await until(async () => (await desk.primary.count()) > 0 && (await desk.button("忽略").isVisible()), "a card to dismiss");
  const gone = await primaryId();
  await desk.button("忽略").click();
  const dismissed = await until(async () => (await actions()).find((event) => event.action === "dismissed"), "the dismissal in the log");
  assert.equal(dismissed.card, gone);
});
