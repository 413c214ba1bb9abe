// Chinese first, English complete: the interface itself never mixes the two.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, rep, supervisor, someone, editor } = suite();

const han = /\p{Script=Han}/u;
// Names, keys and units that are the same in both languages.
const shared = /^(Esc|Ctrl|Alt|Tab|AI|YAML|APP|Fenshen|English|ZH|EN|L\d|T\d|C\d|R\d|[A-Z]|v\d+|\d+)$/;

/** What the interface itself says: texts, names, titles, placeholders; without what customers, reps and packs say. */
async function chrome(page, places) {
  return page.evaluate((places) => {
    const foreign = "[data-turn], [data-card], [data-sample], [data-step], [data-content], [data-conversation], [data-hit], [data-quality], [data-line], [data-gap], [data-agreement], [data-case] h1, [lang], mark, time, code, [data-foreign]";
    const texts = [];
    const visible = (element) => element.checkVisibility?.() ?? true;
    for (const root of document.querySelectorAll(places)) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (text && parent && !parent.closest(foreign) && visible(parent)) texts.push(text);
      }
      for (const element of root.querySelectorAll("[aria-label], [title], [placeholder]")) {
        if (element.closest(foreign) || !visible(element)) continue;
        for (const name of ["aria-label", "title", "placeholder"]) if (element.getAttribute(name)) texts.push(element.getAttribute(name));
      }
    }
    return [...new Set(texts)];
  }, places);
}

function englishWords(texts) {
  return texts.filter((text) => (text.match(/[A-Za-z][A-Za-z]+/g) ?? []).some((word) => !shared.test(word)));
}

const places = {
  desk: 'header[class*="top"], aside, [data-composer], [role=tablist], [aria-label="示例来电控制"], [aria-label="Sample call controls"]',
  console: "header, main, footer",
};

check("the switch changes the whole desk, and stays after a reload", async () => {
  const desk = await rep();
  await desk.takeSample("sample-01");
  await desk.waitsForRep();
  const account = (await desk.page.getByRole("button", { name: /^账户菜单/ }).innerText()).split("\n")[0];
  assert.deepEqual(englishWords(await chrome(desk.page, places.desk)), []);

  await desk.page.getByRole("button", { name: /English/ }).click();
  await desk.page.getByRole("button", { name: /Take a sample call/ }).first().waitFor();
  assert.equal(await desk.page.locator("html").getAttribute("lang"), "en");
  const mixed = (await chrome(desk.page, places.desk)).filter((text) => han.test(text) && !text.includes(account) && text !== "王");
  assert.deepEqual(mixed, []);
  await desk.page.reload();
  await desk.page.getByRole("button", { name: /Take a sample call/ }).first().waitFor();

  // The dialogs as well.
  await desk.page.keyboard.press("Control+k");
  await desk.page.locator("[data-search]").waitFor();
  assert.deepEqual((await chrome(desk.page, "[data-search]")).filter((text) => han.test(text)), []);
  await desk.page.keyboard.press("Escape");
  await desk.page.locator("[data-search]").waitFor({ state: "hidden" });
  await desk.openSamples();
  assert.deepEqual((await chrome(desk.page, "[role=dialog]")).filter((text) => han.test(text)), []);
});

check("the wrap-up speaks the language of the page", async () => {
  const desk = await rep({ prefs: { lang: "en" } });
  await desk.takeSample("sample-04");
  await desk.page.getByRole("switch").first().click();
  await until(async () => (await desk.page.locator("[data-turn]").count()) > 6, "some turns");
  await desk.hangUp();
  const texts = await chrome(desk.page, "[data-wrapup]");
  assert.deepEqual(texts.filter((text) => han.test(text)), []);
});

check("console and studio", async () => {
  for (const open of [supervisor, editor]) {
    const { page } = await open({ prefs: { lang: "en" } });
    await page.getByRole("table").first().waitFor();
    const name = (await page.getByRole("banner").getByRole("button").last().innerText()).split("\n")[0];
    const texts = await chrome(page, places.console);
    assert.deepEqual(texts.filter((text) => han.test(text) && !text.includes(name) && !name.endsWith(text)), []);
    const chinese = await open();
    await chinese.page.getByRole("table").first().waitFor();
    assert.deepEqual(englishWords(await chrome(chinese.page, places.console)), []);
  }
});

check("the quality pages", async () => {
  for (const place of ["/quality", "/quality/agreement", "/quality/advice", "/quality/attention"]) {
    const english = await someone("supervisor", place, { prefs: { lang: "en" } });
    await english.locator("main").waitFor();
    const name = (await english.getByRole("banner").getByRole("button").last().innerText()).split("\n")[0];
    await until(async () => (await english.locator(".ant-skeleton").count()) === 0, "the page's content");
    const texts = await chrome(english, places.console);
    assert.deepEqual(texts.filter((text) => han.test(text) && !text.includes(name) && !name.endsWith(text)), [], place);
    const chinese = await someone("supervisor", place);
    await until(async () => (await chinese.locator(".ant-skeleton").count()) === 0, "the page's content");
    assert.deepEqual(englishWords(await chrome(chinese, places.console)), [], place);
  }
});
