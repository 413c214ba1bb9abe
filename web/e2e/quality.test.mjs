// 全量质检: every ended call has a score; a person inspects it, the rep appeals, another person looks again and decides.
// And what a supervisor must know, the moment it happens.
import assert from "node:assert/strict";
import { low, suite, until } from "./support/index.mjs";

const { check, rep, supervisor, someone, api } = suite();

/** A recorded call, played to its end, in which the rep says what he must not. */
async function badCall(desk) {
  const id = await desk.takeSample("sample-01");
  await desk.waitsForRep();
  await desk.say("您放心，我们这款理财保本保收益，肯定不会亏。");
  await desk.hangUp();
  return id;
}

const row = (page, id) => page.locator(`[data-quality="${id}"]`);

check("an inspector judges, the rep appeals, another inspector re-checks and decides", async () => {
  const desk = await rep();
  const id = await badCall(desk);

  // The score is there without anybody's doing.
  const first = await someone("inspector", "/quality");
  await until(async () => {
    if (await row(first, id).isVisible()) return true;
    await first.reload();
    await first.getByRole("table").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return row(first, id).isVisible();
  }, "the score of the call");
  await row(first, id).click();
  const evidence = first.locator('[data-evidence^="SAL-0"]').first();
  await evidence.waitFor();
  // The evidence leads to the words.
  await evidence.getByRole("button").first().click();
  await first.locator('[class*="lit"][data-turn]').waitFor();

  // The inspector does not share one finding: that must be said.
  await evidence.getByText("误判").click();
  const sheet = first.locator("[data-case]");
  const submit = sheet.locator("[data-inspect]");
  if (await submit.isDisabled()) {
    await sheet.getByRole("textbox", { name: /与机器不同的理由$/ }).first().fill("坐席在复述客户的话");
  }
  await submit.click();
  await sheet.locator('[data-step-taken="inspected"]').waitFor();
  assert.equal(await first.locator("[data-case]").getAttribute("data-case"), "inspected");

  // The rep objects, and may do so once.
  const own = await someone("rep", `/quality/c/${id}`);
  const reason = own.locator("[data-step-note]");
  await reason.waitFor();
  assert.equal(await own.locator("[data-appeal]").isDisabled(), true);
  await reason.fill("我说的是存款，不是理财");
  await own.locator("[data-appeal]").click();
  await own.locator('[data-step-taken="appealed"]').waitFor();
  assert.equal(await own.locator("[data-appeal]").count(), 0);

  // Who scored first may not look again.
  await first.reload();
  await first.locator('[data-step-taken="appealed"]').waitFor();
  assert.equal(await first.locator("[data-inspect], [data-decide]").count(), 0);

  const second = await someone("inspector2", `/quality/c/${id}`);
  await second.locator("[data-inspect]").waitFor();
  if (await second.locator("[data-inspect]").isDisabled()) await second.getByRole("textbox", { name: /与机器不同的理由$/ }).first().fill("同意申诉");
  await second.locator("[data-inspect]").click();
  await second.locator('[data-step-taken="rechecked"]').waitFor();
  await second.locator("[data-step-note]").fill("按复核结果");
  await second.locator('[data-decide="changed"]').click();
  await second.locator('[data-step-taken="decided"]').waitFor();

  const session = await api("inspector");
  const detail = await session.get(`/quality/conversations/${id}`);
  assert.equal(detail.item.state, "decided");
  assert.deepEqual(detail.history.map((step) => step.kind), ["inspected", "appealed", "rechecked", "decided"]);
  // What people said of the machine is counted.
  const agreement = await someone("inspector", "/quality/agreement");
  await agreement.locator("[data-inspected]").waitFor();
  assert.ok((await agreement.locator("[data-agreement]").count()) > 0);
});

check("advice names the gap and its counts open the conversations", async () => {
  const desk = await rep();
  await badCall(desk);
  const page = await someone("supervisor", "/quality/advice");
  await until(async () => {
    if (await page.locator("[data-gap]").first().isVisible()) return true;
    await page.reload();
    await new Promise((resolve) => setTimeout(resolve, 700));
    return page.locator("[data-gap]").first().isVisible();
  }, "a gap");
  const count = page.locator("[data-count]").first();
  const wanted = Number(await count.getAttribute("data-count"));
  await count.click();
  await page.locator("[data-total]").filter({ hasText: /./ }).waitFor();
  assert.equal(Number(await page.locator("[data-total]").getAttribute("data-total")), wanted);
});

check("an alert fires on the console, is acknowledged with a note, and folds for the others too", async () => {
  const console_ = await supervisor({ viewport: low });
  const page = console_.page;
  await page.locator("[data-alerts]").waitFor();
  const desk = await rep();
  const id = await desk.takeSample("sample-01");
  await desk.waitsForRep();
  await desk.say("您放心，我们这款理财保本保收益，肯定不会亏。");
  const alert = page.locator(`[data-of="${id}"]`).first();
  await alert.waitFor();
  const alertId = await alert.getAttribute("data-alert");
  await alert.locator("[data-note]").click();
  await alert.getByRole("textbox").fill("已提醒坐席更正");
  await alert.locator("[data-acknowledge]").click();
  const done = page.locator(`[data-acknowledged="${alertId}"]`);
  await done.waitFor();
  await done.getByText("已提醒坐席更正").waitFor();
  // It stays so after a reload, and opens the conversation at the words.
  await page.reload();
  await done.waitFor();
  await done.click();
  await console_.detail.waitFor();
  assert.match(page.url(), new RegExp(`/console/${id}\\?.*turn=\\d+`));
  await page.locator('[class*="lit"][data-turn]').waitFor();
});
