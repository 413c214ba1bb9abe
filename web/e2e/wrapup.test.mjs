// After the end: the wrap-up is there, is corrected, confirmed with one key, and kept with what was changed.
import assert from "node:assert/strict";
import { low, suite, until } from "./support/index.mjs";

const { check, rep, api } = suite();

/** A recorded call up to where the card is blocked, then the rep hangs up. */
async function ended(desk, session, sample) {
  const id = await desk.takeSample(sample, { speed: 8 });
  await desk.page.getByRole("switch", { name: "自动回答" }).click();
  await until(async () => (await session.events(id)).some((event) => event.type === "business" && event.name === "card.loss_temp"), "the card blocked", 60_000);
  await desk.hangUp();
  await desk.wrapup.getByText("已填好").waitFor();
  return id;
}

const saved = async (session, id) => (await session.events(id)).find((event) => event.type === "wrapup.saved");

check("filled in, corrected, confirmed with Enter, kept with what was changed", async (t) => {
  const desk = await rep({ viewport: low });
  const session = await api("rep");
  const id = await ended(desk, session, "sample-01");
  const draft = (await session.cards(id)).find((card) => card.kind === "wrapup");
  assert.ok(draft.types.length > 0 && draft.summary.length > 0 && draft.fields.length > 0, JSON.stringify(draft));
  const ms = await desk.wrapup.getByText(/^草稿 .* 毫秒备好$/).innerText().catch(() => "");
  t.diagnostic(ms);

  // Another type: 2 puts the second in, the first goes out with 1.
  const types = desk.wrapup.getByRole("checkbox");
  const chosen = () => types.evaluateAll((boxes) => boxes.filter((box) => box.ariaChecked === "true").map((box) => box.dataset.type));
  const before = await chosen();
  await desk.page.locator("#main").focus();
  await desk.page.keyboard.press("2");
  await until(async () => (await chosen()).length !== before.length, "another type");
  const after = await chosen();
  assert.notDeepEqual(after, before);

  // A field by hand.
  await desk.page.keyboard.press("e");
  const field = desk.wrapup.locator("input[data-field]").first();
  const name = await field.getAttribute("data-field");
  await field.fill("0000");
  await desk.button(/^改好了/).click();
  await desk.page.locator("#main").focus();
  await desk.page.keyboard.press("Enter");
  await desk.saved.waitFor();
  await desk.saved.getByText("小结已保存").waitFor();
  await desk.saved.getByText(/^改动 \d+ 处$/).waitFor();
  // What was changed is named in words, not in codes.
  await desk.saved.getByText(/^要素 · /).first().waitFor();
  assert.equal(await desk.saved.getByText(/^(fields|types)/).count(), 0);

  const event = await saved(session, id);
  assert.ok(event, "the wrap-up in the log");
  const kept = event.wrapup ?? event.data ?? event;
  assert.deepEqual([...kept.types].sort(), [...after].sort());
  assert.equal(kept.fields.find((one) => one.name === name).value, "0000");
  assert.equal((await session.get(`/conversations/${id}`)).state, "closed");

  await desk.page.reload();
  await desk.saved.getByText("小结已保存").waitFor();
  await desk.list.getByText("已结束").waitFor();
});

check("taken as it is: nothing changed", async () => {
  const desk = await rep({ viewport: low });
  const session = await api("rep");
  const id = await desk.takeSample("sample-01");
  await desk.page.getByRole("switch", { name: "自动回答" }).click();
  await desk.page.locator('[data-kind="knowledge"]').first().waitFor();
  await desk.hangUp();
  await until(async () => (await session.get(`/conversations/${id}`)).state === "ended", "the end");
  await desk.wrapup.getByText("已填好").waitFor();
  // A call cut short has no outcome of its own: the rep says which.
  const before = (await session.cards(id)).find((card) => card.kind === "wrapup");
  await desk.page.locator("#main").focus();
  await desk.page.keyboard.press("Enter");
  await desk.saved.getByText("小结已保存").waitFor();
  await desk.saved.getByText("与草稿一致，没有改动").waitFor();
  const event = await saved(session, id);
  const kept = event.wrapup ?? event.data ?? event;
  assert.equal(kept.outcome, before.outcome);
});

check("what was corrected is still there after a reload", async () => {
  const desk = await rep();
  const id = await desk.takeSample("sample-01");
  await desk.page.getByRole("switch", { name: "自动回答" }).click();
  await desk.page.locator('[data-kind="knowledge"]').first().waitFor();
  await desk.hangUp();
  await desk.wrapup.getByRole("textbox", { name: "后续动作" }).fill("明天上午回电");
  await desk.page.reload();
  await until(async () => (await desk.wrapup.getByRole("textbox", { name: "后续动作" }).inputValue()) === "明天上午回电", "the follow-up");
  assert.equal(desk.conversation, id);
});
