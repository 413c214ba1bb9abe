// A customer on the bank's page and a rep at the desk: nothing lost, doubled or out of order, whatever happens to the lines.
import assert from "node:assert/strict";
import { ChatPage, suite, until } from "./support/index.mjs";

const { check, world, rep, customer, api } = suite();

const both = (lines) => lines.filter(([who]) => who === "customer" || who === "rep");

/** A customer who has written and a rep who has taken the chat. */
async function connected(first = "你好，我的卡不见了") {
  const desk = await rep();
  const chat = await customer();
  await chat.open();
  await chat.say(first);
  const conversation = await chat.conversation();
  await desk.row(conversation).waitFor();
  await desk.open(conversation);
  await desk.turn(first).waitFor();
  await desk.accept();
  return { desk, chat, conversation };
}

/** The log, and what every screen shows, are the same words in the same order. */
async function sameEverywhere(conversation, screens) {
  const session = await api("rep");
  const inLog = JSON.stringify(await session.said(conversation));
  for (const [index, screen] of screens.entries()) {
    let shown = "";
    await until(async () => (shown = JSON.stringify(both(await screen.said()))) === inLog, () => `screen ${index} as the log: ${shown}, not ${inLog}`);
  }
  return JSON.parse(inLog);
}

check("customer and rep write to each other", async () => {
  const { desk, chat, conversation } = await connected();
  await desk.say("您好，我马上帮您挂失。");
  await chat.sees("您好，我马上帮您挂失。");
  await chat.say("尾号是 3306");
  await desk.turn("尾号是 3306").waitFor();
  await chat.delivered("尾号是 3306");
  // Who writes is seen on the other side.
  await chat.input.pressSequentially("我还");
  await desk.page.getByText("对方正在输入").waitFor();
  await chat.input.fill("");
  await desk.composer.pressSequentially("请");
  await chat.panel.locator(".typing").getByText("正在输入").waitFor();
  await desk.composer.fill("");
  const said = await sameEverywhere(conversation, [desk, chat]);
  assert.deepEqual(said.map(([who]) => who), ["customer", "rep", "customer"]);
});

check("a reload on either side changes nothing", async () => {
  const { desk, chat, conversation } = await connected();
  await desk.say("第一句回答");
  await chat.sees("第一句回答");
  await chat.page.reload();
  await chat.input.waitFor();
  await chat.sees("第一句回答");
  await chat.say("重新打开以后");
  await desk.turn("重新打开以后").waitFor();
  await desk.page.reload();
  await desk.turn("重新打开以后").waitFor();
  await desk.say("坐席也重新打开了");
  await chat.sees("坐席也重新打开了");
  // What was typed but not sent is still in the field.
  await chat.input.fill("写到一半");
  await desk.composer.fill("也写到一半");
  await Promise.all([chat.page.reload(), desk.page.reload()]);
  await until(async () => (await chat.input.inputValue()) === "写到一半", "the customer's draft");
  await until(async () => (await desk.composer.inputValue()) === "也写到一半", "the rep's draft");
  await sameEverywhere(conversation, [desk, chat]);
});

check("what is written while offline goes out once, in order, on both sides", async () => {
  const { desk, chat, conversation } = await connected();
  await chat.page.context().lose();
  await desk.page.context().lose();
  const fromCustomer = ["离线一", "离线二", "离线三"];
  const fromRep = ["坐席离线一", "坐席离线二"];
  for (const text of fromCustomer) await chat.say(text);
  for (const text of fromRep) await desk.say(text);
  await chat.line("离线三").waitFor();
  await desk.transcript.getByText("坐席离线二").waitFor();
  await desk.page.getByText(/网络已断开/).waitFor();
  const session = await api("rep");
  assert.ok(!(await session.said(conversation)).some(([, text]) => /离线/.test(text)));

  await chat.page.context().regain();
  await desk.page.context().regain();
  for (const text of fromCustomer) await chat.delivered(text);
  for (const text of fromRep) await chat.sees(text);
  const said = await sameEverywhere(conversation, [desk, chat]);
  const texts = said.map(([, text]) => text);
  for (const sent of [fromCustomer, fromRep]) assert.deepEqual(texts.filter((text) => sent.includes(text)), sent);
});

check("the line drops in the middle of a burst", async () => {
  const { desk, chat, conversation } = await connected();
  const lines = Array.from({ length: 12 }, (_, index) => `第 ${index + 1} 条`);
  for (const [index, text] of lines.entries()) {
    if (index === 3) await chat.page.context().lose();
    if (index === 5) await desk.page.context().lose();
    if (index === 7) await chat.page.context().regain();
    if (index === 9) await desk.page.context().regain();
    await chat.say(text);
    if (index % 4 === 1) await desk.say(`答 ${index}`);
  }
  await chat.delivered("第 12 条");
  await until(async () => (await (await api("rep")).said(conversation)).length === 1 + lines.length + 3, "all in the log");
  const said = await sameEverywhere(conversation, [desk, chat]);
  assert.deepEqual(said.filter(([who]) => who === "customer").map(([, text]) => text).slice(1), lines);
  assert.deepEqual(said.filter(([who]) => who === "rep").map(([, text]) => text), ["答 1", "答 5", "答 9"]);
});

check("two tabs of the same customer and two desks show one conversation", async () => {
  const { desk, chat, conversation } = await connected();
  const tab = await chat.tab();
  const second = await rep();
  await second.open(conversation);
  await tab.sees("你好，我的卡不见了");
  for (let round = 1; round <= 3; round += 1) {
    await Promise.all([chat.say(`左页 ${round}`), tab.say(`右页 ${round}`), desk.say(`一台 ${round}`), second.say(`二台 ${round}`)]);
  }
  await until(async () => (await (await api("rep")).said(conversation)).length === 13, "all twelve in the log");
  const said = await sameEverywhere(conversation, [desk, second, chat, tab]);
  for (const writer of ["左页", "右页", "一台", "二台"]) {
    assert.deepEqual(said.map(([, text]) => text).filter((text) => text.startsWith(writer)), [1, 2, 3].map((round) => `${writer} ${round}`));
  }
  // A third tab, opened late, has everything.
  await sameEverywhere(conversation, [await chat.tab()]);
});

check("two tabs opened at once make one conversation", async () => {
  const context = await world.browser.person(world.server);
  const [left, right] = [new ChatPage(await context.newPage()), new ChatPage(await context.newPage())];
  await Promise.all([left.open(), right.open()]);
  await Promise.all([left.say("同时一"), right.say("同时二")]);
  await left.delivered("同时一");
  await right.delivered("同时二");
  const conversation = await left.conversation();
  assert.equal(await right.conversation(), conversation);
  await sameEverywhere(conversation, [left, right]);
});

check("only one rep takes a waiting chat", async () => {
  const chat = await customer();
  await chat.open();
  await chat.say("有人吗");
  const conversation = await chat.conversation();
  const session = await api("rep");
  await until(async () => (await session.get(`/conversations/${conversation}`)).state === "waiting", "the waiting chat");
  assert.match(await chat.panel.innerText(), /排队/);
  assert.equal((await session.call("POST", `/conversations/${conversation}/accept`, {})).status, 200);
  await chat.page.getByText(/人工坐席 /).first().waitFor();
});

check("what people type is text, never markup, in names and in messages", async () => {
  const evil = `<img src=x onerror="window.__owned=1"><script>window.__owned=2</script>{{7*7}} <b>粗</b>`;
  const session = await api("rep");
  const name = `<script>window.__owned=3</script><img src=x onerror=window.__owned=4>`;
  const { id } = await session.post("/conversations", { channel: "voice", lang: "zh", customer: { name, tier: "<i>T2</i>" } });
  await session.post(`/conversations/${id}/acts`, { act: "evil-1", kind: "message", text: evil });

  const { desk, chat, conversation } = await connected(evil);
  await desk.say(evil);
  await until(async () => (await session.said(conversation)).length === 2, "both in the log");
  assert.deepEqual(await sameEverywhere(conversation, [desk, chat]), [["customer", evil], ["rep", evil]]);
  await desk.open(id);
  await until(async () => (await desk.page.getByRole("heading", { level: 1 }).innerText()) === name, "the call with the strange name");
  await desk.turn("{{7*7}}").first().waitFor();
  for (const page of [desk.page, chat.page]) {
    assert.equal(await page.evaluate(() => window.__owned), undefined);
    assert.equal(await page.locator('img[src="x"]').count(), 0);
  }
  // The pages forbid it as well.
  const policy = (await chat.page.request.get("/chat")).headers()["content-security-policy"];
  assert.match(policy, /script-src 'self';/);
  assert.doesNotMatch(policy, /unsafe-eval/);
});

check("either side may end; the customer keeps the words and may begin anew", async () => {
  const { desk, chat, conversation } = await connected();
  await desk.button(/^结束$/).click();
  await desk.page.getByRole("tooltip").getByRole("button", { name: "结束" }).click();
  await chat.page.getByText("会话已结束").waitFor();
  await desk.wrapup.waitFor();
  await chat.page.getByRole("button", { name: "开始新的会话" }).click();
  await chat.say("还有一件事");
  await chat.delivered("还有一件事");
  assert.notEqual(await chat.conversation(), conversation);
});
