// The supervisor's live list, and a look into one conversation.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, rep, customer, supervisor, api } = suite();

check("the list shows who waits, who broke a rule and how the customer feels, and lets a supervisor look in", async () => {
  const session = await api("rep");
  const desk = await rep();
  const console_ = await supervisor();

  // One who waits.
  const chat = await customer();
  await chat.open();
  await chat.say("有人在吗，我等着呢");
  const waiting = await chat.conversation();
  await console_.row(waiting).getByText("排队中").waitFor();
  await console_.row(waiting).getByText(/^已等 /).waitFor();
  const first = await console_.row(waiting).getByText(/^已等 /).innerText();
  await until(async () => (await console_.row(waiting).getByText(/^已等 /).innerText()) !== first, "the waiting time to tick");

  // One in which the rep promises too much, and one with an angry customer.
  const promise = await desk.takeSample("sample-02");
  await desk.waitsForRep();
  await desk.say("您放心，这个产品保本的，肯定不会亏。");
  await console_.row(promise).getByText(/^重大 \d+$/).waitFor();
  const angry = await desk.takeSample("sample-06");
  await desk.page.getByRole("switch", { name: "自动回答" }).click();
  await console_.row(angry).getByText("愤怒").waitFor();
  await desk.button("暂停").click();

  // The filters are in the address, so that they can be kept and sent on.
  await console_.page.goto("/console?rules=major");
  await console_.row(promise).waitFor();
  assert.equal(await console_.row(waiting).count(), 0);
  await console_.page.goto("/console?q=" + encodeURIComponent("方"));
  await console_.row(angry).waitFor();
  assert.equal(await console_.rows.count(), 1);
  await console_.page.goto("/console");

  await console_.row(promise).click();
  await console_.detail.getByText("这个产品保本的").waitFor();
  await console_.detail.getByText("只读").waitFor();
  await console_.page.locator('[data-card][data-kind="violation"]').first().waitFor();
  await console_.page.getByText(/监听 .*已留痕/).waitFor();
  // Looking is not touching: no field, no card button, no event in the log.
  assert.equal(await console_.page.getByRole("textbox", { name: "输入要说的话" }).count(), 0);
  assert.equal(await console_.page.getByRole("button", { name: /^采用/ }).count(), 0);
  const before = (await session.events(promise)).length;
  await console_.page.keyboard.press("x");
  await console_.page.keyboard.press("Enter");
  // What is said from now on is seen at once.
  await desk.open(angry);
  await console_.row(angry).click();
  await desk.say("我理解您的心情。");
  await console_.detail.getByText("我理解您的心情。").waitFor();
  assert.equal((await session.events(promise)).length, before);
  await console_.page.getByRole("button", { name: "停止监听" }).click();
  await console_.detail.waitFor({ state: "hidden" });
});
