// A flow edited in its graph: what is saved is the same YAML, comments kept; undo, keyboard, errors at the node, approval.
import assert from "node:assert/strict";
import { low, suite, until } from "./support/index.mjs";

const { check, editor, approver, api } = suite();

async function flow(studio, id) {
  await studio.page.goto(`/studio/flow/${id}`);
  await studio.page.locator("[data-step]").first().waitFor();
  await studio.checked();
}
const text = async (studio) => {
  await studio.tab("yaml");
  const value = await studio.yaml.inputValue();
  await studio.tab("step");
  return value;
};
const removed = (before, after) => before.split("\n").filter((line) => !after.split("\n").includes(line));

check("every shipped flow opens as a graph, unchanged", async () => {
  const session = await api("editor");
  const flows = (await session.get("/content?kind=flow&limit=100")).items;
  assert.ok(flows.length >= 31, `${flows.length}`);
  const studio = await editor({ viewport: low });
  for (const { id } of flows.slice(0, 4)) {
    await flow(studio, id);
    assert.equal(await text(studio), (await session.get(`/content/flow/${id}`)).text, id);
    assert.equal(await studio.page.locator("[data-wrong]").count(), 0, id);
  }
});

check("a step is added, worded, moved and removed in the graph, and undone", async () => {
  const studio = await editor({ viewport: low });
  await flow(studio, "P01");
  const before = await text(studio);
  await studio.page.locator('[data-step="S6"]').click();
  const form = studio.page.locator("[data-step-form]");
  await form.getByRole("textbox", { name: "名称", exact: true }).fill("告知有效期五天");
  assert.deepEqual(removed(before, await text(studio)), ["    name: {zh: 告知有效期, en: Tell how long it lasts}"]);
  await studio.page.locator('[data-step="S6"]').getByText("告知有效期五天").waitFor();

  await studio.page.locator('[data-mark="gate"]').check();
  await studio.page.locator('[data-step="S6"]').getByText("闸").waitFor();
  const steps = await studio.page.locator("[data-step]").count();
  // Behind S3: between S6 and S8, which are told together, a new step would be a mistake, and be shown as one.
  await studio.page.locator('[data-step="S3"]').click();
  await studio.page.locator("[data-add-step]").click();
  await until(async () => (await studio.page.locator("[data-step]").count()) === steps + 1, "one step more");
  await studio.page.locator('[data-step="S11"]').waitFor();
  await studio.checked();
  // By keyboard: up one place, and gone again.
  await studio.page.locator('[data-step="S11"]').click();
  await studio.page.keyboard.press("Alt+ArrowUp");
  const moved = await text(studio);
  assert.ok(moved.indexOf("id: S11") < moved.indexOf("id: S3"), "moved before");
  await studio.page.locator('[data-step="S11"]').click();
  await studio.page.keyboard.press("Delete");
  await until(async () => (await studio.page.locator("[data-step]").count()) === steps, "the step gone");
  await studio.page.keyboard.press("Control+z");
  await until(async () => (await studio.page.locator("[data-step]").count()) === steps + 1, "the step back");
  while (await studio.page.locator("[data-undo]:not([disabled])").count()) await studio.page.locator("[data-undo]").click();
  assert.equal(await text(studio), before, "all undone: the same bytes");
});

check("a branch is drawn, its condition written, its arrow led elsewhere", async () => {
  const studio = await editor();
  await flow(studio, "P01");
  const before = await text(studio);
  const box = async (selector) => {
    const found = await studio.page.locator(selector).boundingBox();
    return { x: found.x, y: found.y, width: found.width, height: found.height };
  };
  await studio.page.locator('[data-step="S4"]').hover();
  const from = await box('[data-step="S4"] .react-flow__handle-right');
  const to = await box('[data-step="S9"]');
  await studio.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await studio.page.mouse.down();
  await studio.page.mouse.move(to.x + 4, to.y + to.height / 2, { steps: 12 });
  await studio.page.mouse.move(to.x + 1, to.y + to.height / 2, { steps: 4 });
  await studio.page.mouse.up();
  const drawn = await until(async () => {
    const now = await text(studio);
    return now !== before && now;
  }, "the branch in the text");
  assert.match(drawn, /next:\n\s+- to: S9\n\s+if: rep\|bot says "示例说法"\n\s+- to: S5/);
  assert.deepEqual(removed(before, drawn), [], "nothing else changed");
  await studio.page.locator('[data-step="S4"]').click();
  const branch = studio.page.locator('[data-branch="0"]');
  await branch.getByLabel("去往 1").selectOption("S10");
  assert.match(await text(studio), /- to: S10/);
  await studio.checked();
  await studio.page.locator("[data-undo]").click();
  assert.match(await text(studio), /- to: S9/);
});

check("mistakes are shown at their node; what is repaired is submitted and approved", async () => {
  const studio = await editor({ viewport: low });
  await flow(studio, "P03");
  await studio.tab("yaml");
  const good = await studio.yaml.inputValue();
  await studio.yaml.fill(good.replace(/^(\s+)must: true$/m, "$1must: maybe"));
  await studio.checked("errors");
  await studio.page.locator("[data-wrong]").first().waitFor();
  await studio.yaml.fill(good);
  await studio.checked();
  await until(async () => (await studio.page.locator("[data-wrong]").count()) === 0, "no node marked");

  await studio.tab("step");
  await studio.page.locator("[data-step]").nth(2).click();
  const say = studio.page.locator("[data-step-form]").getByRole("textbox", { name: "坐席这样说", exact: true });
  await say.fill("这一步的话术在图里改过了。");
  await studio.checked();
  await studio.submit("图里改话术");
  const second = await approver();
  await second.page.goto("/studio/flow/P03");
  await second.page.locator("[data-approve]").waitFor();
  await second.decide("approve", "好");
  const item = await (await api("editor")).get("/content/flow/P03");
  assert.ok(item.text.includes("这一步的话术在图里改过了。"));
  for (const line of good.split("\n").filter((one) => one.includes("#"))) assert.ok(item.text.includes(line), `the comment stays: ${line}`);
  assert.equal((await (await api("editor")).call("DELETE", "/content/flow/P03/edit")).status, 204);
});

check("a step is tried on a dialogue", async () => {
  const studio = await editor();
  await flow(studio, "P01");
  await studio.dialogue(["客户：我的卡丢了，要挂失", "坐席：您别着急，我马上帮您办理。", "事件：card.loss_temp"]);
  // What proved the step is marked; the step that comes next is shown.
  await studio.page.locator('li[data-turn="1"] mark').filter({ hasText: "别着急" }).waitFor();
  await studio.page.locator('li[data-turn="1"] [data-item="P01.S2"]').waitFor();
  // A step that asks for other words is not proved by these.
  await studio.page.locator('[data-step="S1"]').click();
  const evidence = studio.page.locator("[data-step-form]").getByRole("group", { name: "说法" }).first();
  await evidence.getByRole("combobox").fill("马上帮您办理");
  await studio.page.keyboard.press("Enter");
  await evidence.getByRole("button", { name: "去掉「{flow_calm}」" }).click();
  await studio.checked();
  await studio.tab("try");
  await studio.page.locator('li[data-turn="1"] mark').filter({ hasText: "马上帮您办理" }).waitFor();
});

check("a flow goes out as BPMN and comes back as a draft", async () => {
  const studio = await editor();
  await flow(studio, "P05");
  await studio.page.locator("[data-more]").click();
  const [download] = await Promise.all([studio.page.waitForEvent("download"), studio.page.getByRole("menuitem", { name: "导出 BPMN" }).getByRole("link").click()]);
  const file = await download.path();
  await studio.page.goto("/studio?kind=flow");
  await studio.page.locator("[data-import-bpmn]").waitFor();
  await studio.page.locator('input[type="file"]').setInputFiles(file);
  await studio.page.waitForURL("**/studio/flow/P05");
  await studio.page.locator("[data-step]").first().waitFor();
  const item = await (await api("editor")).get("/content/flow/P05");
  assert.equal(item.draft.state, "draft");
  assert.match(item.draft.text, /^id: P05$/m);
  await studio.checked();
  // What is no BPMN is refused, with words.
  await studio.page.goto("/studio?kind=flow");
  await studio.page.locator('input[type="file"]').setInputFiles({ name: "x.bpmn", mimeType: "application/xml", buffer: Buffer.from("<no>") });
  await studio.page.getByRole("dialog").getByText("not valid XML").waitFor();
});
