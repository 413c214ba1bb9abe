// What lists offer beside their rows, and what must not stay behind in them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, until } from "./support/index.mjs";

const { check, rep, supervisor, customer, api } = suite();

check("filters kept as a view, columns chosen, rows exported with masked names", async () => {
  const desk = await rep();
  const id = await desk.takeSample("sample-01");
  await desk.waitsForRep();
  const console_ = await supervisor();
  const { page } = console_;
  await console_.row(id).waitFor();

  await page.goto("/console?sort=waiting");
  await page.locator("[data-views]").click();
  await page.getByRole("textbox", { name: "视图名称" }).fill("等得久");
  await page.getByRole("button", { name: "保存" }).click();
  await page.goto("/console");
  await page.locator("[data-views]").click();
  await page.getByRole("button", { name: "等得久", exact: true }).click();
  await until(() => page.url().endsWith("?sort=waiting"), "the view's address");
  await page.keyboard.press("Escape");

  await page.locator("[data-columns]").click();
  await page.getByRole("checkbox", { name: "情绪" }).uncheck();
  await page.getByRole("columnheader", { name: "情绪" }).waitFor({ state: "detached" });
  await page.reload();
  await console_.row(id).waitFor();
  assert.equal(await page.getByRole("columnheader", { name: "情绪" }).count(), 0);

  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-export]").click()]);
  const text = await readFile(await download.path(), "utf8");
  const [head, ...rows] = text.replace("\ufeff", "").trim().split("\r\n");
  assert.match(head, /^会话编号,风险,客户信息,渠道/);
  assert.ok(!head.includes("情绪"));
  const own = rows.find((row) => row.startsWith(`${id},`));
  assert.ok(own, text);
  const summary = await (await api("rep")).get(`/conversations/${id}`);
  assert.ok(!own.includes(summary.customer.name), own);
  assert.match(own, new RegExp(`,${Array.from(summary.customer.name)[0]}\\*\\*,`));
});

check("a sample that nobody goes on with is told apart and ended from the list", async () => {
  const desk = await rep();
  const left = await desk.takeSample("sample-02");
  await desk.waitsForRep();
  await desk.button("暂停").click();
  await desk.button("继续").waitFor();
  await desk.takeSample("sample-05");
  await desk.row(left).locator("[data-idle]").waitFor();
  await desk.row(left).hover();
  await desk.page.locator(`[data-end-sample="${left}"]`).click();
  await until(async () => (await (await api("rep")).get(`/conversations/${left}`)).state === "ended", "the sample's end");
  await desk.row(left).locator("[data-idle]").waitFor({ state: "detached" });
});

check("nobody goes on typing who has left the page", async () => {
  const chat = await customer();
  await chat.open();
  await chat.say("在吗");
  const conversation = await chat.conversation();
  const desk = await rep();
  await desk.row(conversation).waitFor();
  await desk.open(conversation);
  await desk.page.locator("[data-accept]").click();
  await desk.composer.pressSequentially("我来看看");
  const typing = chat.page.getByText(/正在输入/);
  await typing.waitFor();
  // Gone without a word, as when the browser is closed.
  await desk.page.close();
  await typing.waitFor({ state: "hidden", timeout: 5_000 });
});
