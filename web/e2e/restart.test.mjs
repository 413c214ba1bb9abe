// The server goes without a goodbye in the middle of a conversation and comes back.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, world, rep, customer, api } = suite();

check("after a killed server desk and customer come back by themselves, with everything", async (t) => {
  const desk = await rep();
  const chat = await customer();
  await chat.open();
  await chat.say("你好，卡丢了");
  const conversation = await chat.conversation();
  await desk.open(conversation);
  await desk.accept();
  await desk.say("您好，我马上帮您挂失。");
  await chat.sees("您好，我马上帮您挂失。");
  await desk.page.locator('[data-card][data-kind="knowledge"]').first().waitFor();
  const session = await api("rep");
  const cards = await session.cards(conversation);

  await world.server.kill();
  await chat.say("断线的时候写的");
  await desk.say("断线的时候答的");
  await desk.page.getByText(/网络已断开/).waitFor();
  await world.server.again();
  const begin = Date.now();
  await chat.delivered("断线的时候写的");
  await chat.sees("断线的时候答的");
  t.diagnostic(`both sides again ${Date.now() - begin} ms after the server was ready`);
  await desk.turn("断线的时候写的").waitFor();
  await desk.page.getByText(/网络已断开/).waitFor({ state: "hidden" });
  await desk.say("现在好了");
  await chat.sees("现在好了");

  const said = await session.said(conversation);
  assert.deepEqual(said.map(([, text]) => text).sort(), ["你好，卡丢了", "您好，我马上帮您挂失。", "断线的时候写的", "断线的时候答的", "现在好了"].sort());
  await until(async () => JSON.stringify(await desk.said()) === JSON.stringify(said), "the desk as the log");
  await until(async () => JSON.stringify(await chat.said()) === JSON.stringify(said), "the chat as the log");
  // The cards of before are the same, byte for byte.
  assert.deepEqual((await session.cards(conversation)).slice(0, cards.length), cards);
});
