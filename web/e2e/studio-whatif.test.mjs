// A draft folded over stored conversations: progress, counts, the words behind each verdict, results that stay.
import assert from "node:assert/strict";
import { low, suite, until } from "./support/index.mjs";

const { check, editor, api } = suite();
const phrase = "稳得像块磐石";

/** Conversations that were held, with and without the words that the draft is to find. */
async function history(count) {
  const session = await api("rep");
  const made = [];
  for (let index = 0; index < count; index += 1) {
    const turns = [
      { speaker: "customer", text: "这个理财怎么样" },
      { speaker: "agent", text: index % 2 === 0 ? `这款产品${phrase}。` : "这款产品不保证本金。" },
      { speaker: "customer", text: "知道了" },
    ];
    const { id } = await session.post("/samples/sample-03/start", { speed: 8, turns });
    await session.post(`/conversations/${id}/sample`, { action: "auto", auto: true });
    await until(async () => (await session.said(id)).length === turns.length, "the whole dialogue");
    await session.post(`/conversations/${id}/end`, { id: `${id}-end` });
    made.push(id);
  }
  return made;
}

check("what a rule written today would have found", async () => {
  const held = await history(6);
  const studio = await editor({ viewport: low });
  await studio.open("rule", "SAL-01");
  await studio.replace(/says "\{promise_principal\}/g, `says "${phrase}|{promise_principal}`);
  await studio.tab("whatif");
  await studio.page.locator("[data-whatif-start]:not([disabled])").click();
  await studio.page.locator('[data-whatif-state="done"]').waitFor();
  await studio.page.locator("[data-whatif-open]").click();
  await studio.page.waitForURL("**/studio/whatif/**");

  const rows = studio.page.locator('[data-change="added"][data-rule="SAL-01"]');
  await until(async () => (await rows.count()) === 3, async () => `${await rows.count()} rows`);
  assert.ok((await rows.first().innerText()).includes(phrase), await rows.first().innerText());
  await studio.page.locator('[data-count="SAL-01"]').waitFor();
  await studio.page.locator('button[data-count]').first().waitFor();

  // The conversation behind it, at the turn that caused it.
  await rows.first().click();
  const lit = studio.page.locator("[data-lit]");
  await lit.locator("mark").filter({ hasText: phrase }).waitFor();
  const shown = await studio.page.locator("[data-evidence]").getAttribute("data-evidence");
  assert.ok(held.includes(shown), shown);
  await studio.page.getByRole("button", { name: "关闭" }).click();

  // Filters are in the address, and the result is there after a reload.
  await studio.page.locator('[data-count="SAL-01"] button').click();
  await studio.page.waitForURL(/rule=SAL-01/);
  await studio.page.reload();
  await until(async () => (await rows.count()) === 3, "the result after a reload");
  await studio.page.goto("/studio/whatif");
  await studio.page.locator("[data-run]").filter({ hasText: "SAL-01" }).waitFor();
});

check("a text with mistakes does not start, and a change of nothing changes nothing", async () => {
  const studio = await editor({ viewport: low });
  await studio.open("rule", "SAL-02");
  await studio.checked();
  await studio.tab("whatif");
  await studio.page.locator("[data-whatif-start]").click();
  await studio.page.locator('[data-whatif-state="done"]').waitFor();
  await studio.page.getByText("新命中 0").waitFor();
  await studio.yaml.fill((await studio.yaml.inputValue()).replace(/^severity: .*$/m, "severity: enormous"));
  await studio.checked("errors");
  assert.equal(await studio.page.locator("[data-whatif-start]").isDisabled(), true);
});
