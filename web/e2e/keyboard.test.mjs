// A whole call without a mouse: sign in, take the call, read, use, say, hang up, confirm.
import assert from "node:assert/strict";
import { SignIn, Desk, suite, until } from "./support/index.mjs";

const { check, world, api } = suite();

check("a call from sign-in to the saved wrap-up with the keyboard alone", async () => {
  const page = await (await world.browser.person(world.server)).newPage();
  const keys = page.keyboard;
  const desk = new Desk(page);
  /** Tab until the focus is on what is wanted, as a person would. */
  const tabTo = async (locator, most = 60) => {
    for (let count = 0; count < most; count += 1) {
      if (await locator.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await keys.press("Tab");
    }
    throw new Error(`no way to ${locator} with Tab`);
  };

  const signIn = new SignIn(page);
  await signIn.open();
  const { username, password } = world.server.accounts.rep;
  await tabTo(signIn.username);
  await keys.type(username);
  await keys.press("Tab");
  await keys.type(password);
  await keys.press("Enter");
  const take = desk.button("接听示例来电").first();
  await take.waitFor();

  await tabTo(take);
  await keys.press("Enter");
  const choice = page.getByRole("dialog").getByRole("radio").first();
  await choice.waitFor({ state: "attached" });
  await tabTo(choice);
  await keys.press("Enter");
  await until(() => desk.conversation, "the call");
  const session = await api("rep");
  await desk.waitsForRep();

  // R lets the recorded rep speak until a card answers the customer; Enter takes its words, Ctrl+Enter says them.
  await until(async () => {
    if (await desk.page.locator('[data-primary][data-kind="knowledge"]').count()) return true;
    await keys.press("r");
    return false;
  }, "a knowledge card", 60_000);
  // A card that has only just come up does not take a key yet: pressing again does.
  await until(async () => {
    if ((await desk.composer.inputValue()) !== "") return true;
    await keys.press("Enter");
    return false;
  }, "the card's words in the composer");
  const words = await desk.composer.inputValue();
  await keys.press("Control+Enter");
  await until(async () => (await session.said(desk.conversation)).some(([who, text]) => who === "rep" && text === words), "the words as said");

  // J and K go through the cards, W says why, Alt+2 and the others change the tab, ? lists the keys.
  await keys.press("Escape");
  const open = () => desk.primary.getAttribute("data-card");
  await until(async () => (await desk.page.locator("[data-card]").count()) > 1, "more than one card");
  const seen = new Set([await open()]);
  for (const key of ["k", "k", "k", "j", "j", "j"]) {
    await keys.press(key);
    seen.add(await open());
  }
  assert.ok(seen.size > 1, "J and K go from card to card");
  await keys.press("w");
  const why = page.getByRole("dialog", { name: "为什么出现这张卡片" });
  await why.waitFor();
  await keys.press("Escape");
  await why.waitFor({ state: "hidden" });
  for (const [digit, name] of [["1", "知识"], ["3", "合规"], ["4", "客户"], ["5", "小结"], ["2", "流程"]]) {
    await keys.press(`Alt+${digit}`);
    await page.getByRole("tab", { name, selected: true }).waitFor();
  }
  await keys.press("?");
  await page.getByRole("dialog", { name: "全部按键" }).waitFor();
  await keys.press("Escape");
  await page.getByRole("dialog", { name: "全部按键" }).waitFor({ state: "hidden" });

  const hangUp = desk.button(/^挂断/);
  await tabTo(hangUp, 120);
  await keys.press("Enter");
  await desk.wrapup.getByText("已填好").waitFor();
  await keys.press("Control+Enter");
  await desk.saved.getByText("小结已保存").waitFor();
  assert.equal((await session.get(`/conversations/${desk.conversation}`)).state, "closed");
});
