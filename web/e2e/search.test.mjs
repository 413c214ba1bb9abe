// Looking something up: Ctrl+K, and an honest answer when there is nothing.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, rep } = suite();

check("Ctrl+K finds, shows the source, and puts the words into the composer", async () => {
  const desk = await rep();
  await desk.takeSample("sample-01");
  await desk.waitsForRep();
  await desk.composer.focus();
  await desk.page.keyboard.press("Control+k");
  const field = desk.page.getByRole("combobox", { name: "查知识" });
  await field.waitFor();
  await field.fill("卡丢了怎么办");
  const hits = desk.page.getByRole("option");
  await hits.first().waitFor();
  assert.equal(await hits.first().getAttribute("data-hit"), "yj-f01");
  const search = desk.page.locator("[data-search]");
  await search.getByText(/《.*》/).first().waitFor();
  await search.getByText(/\d{4}-\d{2}-\d{2}/).first().waitFor();
  await desk.page.keyboard.press("ArrowDown");
  await until(async () => (await hits.nth(1).getAttribute("aria-selected")) === "true", "the second hit chosen");
  await desk.page.keyboard.press("ArrowUp");
  await desk.page.keyboard.press("Enter");
  await field.waitFor({ state: "hidden" });
  await until(async () => (await desk.composer.inputValue()).length > 5, "the words in the composer");
});

check("what is not in the books is said to be not found", async () => {
  const desk = await rep();
  await desk.page.keyboard.press("Control+k");
  const field = desk.page.getByRole("combobox", { name: "查知识" });
  const nothing = desk.page.locator("[data-nothing]");
  for (const words of ["量子纠缠火锅底料", "zzqx vortle", "？？？"]) {
    await field.fill(words);
    await nothing.getByText(`没有找到「${words}」`).waitFor();
    assert.equal(await desk.page.getByRole("option").count(), 0);
  }
  await field.fill("理财保本吗");
  await desk.page.getByRole("option").first().waitFor();
  await nothing.waitFor({ state: "hidden" });
  await desk.page.keyboard.press("Escape");
  await field.waitFor({ state: "hidden" });
});
