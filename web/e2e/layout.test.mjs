// Everything has its place at 1280 × 720 and 1440 × 900, in both languages, light and dark. PICTURES=folder keeps a picture of each.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { low, suite, until, wide } from "./support/index.mjs";

const { check, rep, supervisor, someone, editor, customer } = suite();

async function look(page, name) {
  const folder = process.env.PICTURES;
  if (folder) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
  const found = await page.evaluate(() => {
    const problems = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) problems.push(`the page scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
    if (root.scrollHeight > root.clientHeight + 1) problems.push(`the page scrolls: ${root.scrollHeight} in ${root.clientHeight}`);
    // What of an element is on the screen: a column that scrolls cuts it off at its edge.
    const shown = (element) => {
      let { left, top, right, bottom } = element.getBoundingClientRect();
      for (let parent = element.parentElement; parent !== null && parent !== root; parent = parent.parentElement) {
        if (getComputedStyle(parent).overflowY === "visible") continue;
        const edge = parent.getBoundingClientRect();
        [left, top, right, bottom] = [Math.max(left, edge.left), Math.max(top, edge.top), Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
      }
      return { left, top, right, bottom, x: left, y: top, width: right - left, height: bottom - top };
    };
    // Two controls may lie within each other, but not half over each other.
    const boxes = [...document.querySelectorAll("button, input, textarea, [role=tab], [role=combobox]")]
      .filter((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest("[aria-hidden=true], .sr-only"))
      .map((element) => ({ element, box: shown(element) }))
      .filter(({ element, box }) => {
        if (box.width < 4 || box.height < 4) return false;
        // What is scrolled out of its column is not on the screen.
        const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return middle !== null && (element.contains(middle) || middle.contains(element));
      });
    const name = (element) => (element.getAttribute("aria-label") || element.textContent || element.tagName).trim().slice(0, 24);
    for (const { element, box } of boxes) {
      if (box.right > innerWidth + 1 || box.left < -1) problems.push(`«${name(element)}» is cut off at the side`);
    }
    for (let a = 0; a < boxes.length; a += 1) {
      for (let b = a + 1; b < boxes.length; b += 1) {
        const [one, two] = [boxes[a], boxes[b]];
        if (one.element.contains(two.element) || two.element.contains(one.element)) continue;
        const width = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
        const height = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top);
        const inside = (x, y) => x.left >= y.left - 1 && x.right <= y.right + 1 && x.top >= y.top - 1 && x.bottom <= y.bottom + 1;
        if (width > 2 && height > 2 && !inside(one.box, two.box) && !inside(two.box, one.box)) problems.push(`«${name(one.element)}» lies over «${name(two.element)}»`);
      }
    }
    return problems;
  });
  assert.deepEqual(found, [], name);
}

const looks = [
  { name: "low-zh-light", viewport: low, colorScheme: "light", prefs: { lang: "zh" } },
  { name: "low-en-dark", viewport: low, colorScheme: "dark", prefs: { lang: "en" } },
  { name: "wide-zh-dark", viewport: wide, colorScheme: "dark", prefs: { lang: "zh" } },
  { name: "wide-en-light", viewport: wide, colorScheme: "light", prefs: { lang: "en" } },
];

// The widest with the longest words is for looking at; what could collide there collides in the narrow one first.
const wanted = process.env.PICTURES ? looks : looks.filter((one) => one.name !== "wide-en-light");

async function callAndConsole(name, options) {
  const english = options.prefs.lang === "en";
  const desk = await rep(options);
  await look(desk.page, `${name}-desk-empty`);
  const id = await desk.takeSample(english ? "sample-04" : "sample-03");
  await desk.page.getByRole("switch").first().click();
  const watching = await supervisor(options);
  await watching.row(id).waitFor();
  await look(watching.page, `${name}-console`);
  await watching.row(id).click();
  await until(async () => (await desk.page.locator("[data-turn]").count()) > 12, "some turns");
  await desk.page.getByRole("switch").first().click();
  await look(desk.page, `${name}-desk`);
  await watching.page.locator("[data-turn]").first().waitFor();
  await look(watching.page, `${name}-console-open`);

  await desk.button(/^(结束|挂断|Hang up|End)$/).click();
  if (!english) await desk.page.getByRole("tooltip").getByRole("button", { name: "结束" }).click();
  await desk.wrapup.waitFor();
  await desk.page.locator("[data-confirm]").waitFor();
  await look(desk.page, `${name}-wrapup`);
  await quality(name, options, id);
}

async function quality(name, options, id) {
  const page = await someone("inspector", "/quality", options);
  const row = page.locator(`[data-quality="${id}"]`);
  await until(async () => {
    if (await row.isVisible()) return true;
    await page.reload();
    await page.getByRole("table").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return row.isVisible();
  }, "the score of the call");
  await look(page, `${name}-quality`);
  await row.click();
  await page.locator("[data-line]").first().waitFor();
  await page.locator("[data-turn]").first().waitFor();
  await look(page, `${name}-quality-case`);
  await page.locator("[data-inspect]").click();
  await page.locator('[data-step-taken="inspected"]').waitFor();
  await look(page, `${name}-quality-inspected`);
  await page.goto("/quality/agreement");
  await page.locator("[data-inspected]").waitFor();
  await look(page, `${name}-quality-agreement`);
  const all = await someone("supervisor", "/quality/advice", options);
  await all.locator("[data-gap]").first().waitFor();
  await look(all, `${name}-quality-advice`);
  await all.goto("/quality/attention");
  await all.locator("[data-attention]").first().waitFor();
  await look(all, `${name}-quality-attention`);
}

async function studioAndChat(name, options) {
  const studio = await editor(options);
  await studio.page.locator("[data-content]").first().waitFor();
  await look(studio.page, `${name}-studio-list`);
  await studio.open("article", "yj-f01");
  await studio.page.locator('[data-check="ok"]').waitFor();
  await look(studio.page, `${name}-studio`);
  await studio.open("rule", "DIS-01");
  await studio.page.locator('[data-check="ok"]').waitFor();
  await look(studio.page, `${name}-studio-rule`);
  await studio.page.goto("/studio/flow/P01");
  await studio.page.locator('[data-step="S6"]').click();
  await studio.page.locator("[data-step-form]").waitFor();
  await look(studio.page, `${name}-studio-flow`);
  for (const page of ["drafts", "whatif"]) {
    await studio.page.goto(`/studio/${page}`);
    await studio.page.getByRole("heading", { level: 1 }).waitFor();
    await look(studio.page, `${name}-studio-${page}`);
  }

  const english = options.prefs.lang === "en";
  const words = english ? "I lost my card" : "我的卡丢了";
  const chat = await customer(options);
  await chat.open(english ? "/chat?lang=en" : "/chat");
  await chat.say(words);
  await chat.delivered(words);
  await look(chat.page, `${name}-chat`);
}

for (const { name, ...options } of wanted) {
  check(`desk, wrap-up, console, studio and chat: ${name}`, () => Promise.all([callAndConsole(name, options), studioAndChat(name, options)]));
}
