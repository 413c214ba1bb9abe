import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffLines } from "./diff";
import { lineOfField, listOf, localizedOf, readItem, textOf, withFact, withList, withLocalized, withText, withoutEntry } from "./yamlItem";

const article = `# Debit cards
id: yj-f01
topics: [F01]
title: {zh: 借记卡丢了怎么临时挂失, en: Temporary block of a lost debit card}
variants:
  zh:
    - 我卡丢了，先帮我把钱停住   # as customers say it
    - "冒号: 在里面"
  en:
    - I lost my card
answer:
  zh: 电话、APP、网点均可办理。
  en: By phone, app or branch.
say: 您别着急。
facts:
  - {label: {zh: 有效期, en: Valid for}, value: {zh: 5 天, en: 5 days}}
  - {label: 渠道, value: 电话}
source: {title: 借记卡服务规程, clause: §3}
from: 2026-02-01
to: null
`;

const changed = (before: string, after: string) => diffLines(before, after).filter((line) => line.kind !== "same").map((line) => `${line.kind === "added" ? "+" : "-"}${line.text}`);

describe("an item as text and fields", () => {
  const item = readItem(article);

  it("reads texts, both languages, lists and dates as written", () => {
    expect(item.problems).toEqual([]);
    expect(localizedOf(item, ["title"], "en")).toBe("Temporary block of a lost debit card");
    expect(localizedOf(item, ["say"], "zh")).toBe("您别着急。");
    expect(localizedOf(item, ["say"], "en")).toBe("");
    expect(listOf(item, ["variants", "zh"])).toEqual(["我卡丢了，先帮我把钱停住", "冒号: 在里面"]);
    expect(textOf(item, ["from"])).toBe("2026-02-01");
    expect(lineOfField(item, ["say"])).toBe(14);
  });

  it("changes one value and no other line", () => {
    expect(changed(article, withText(item, ["say"], "马上为您办。"))).toEqual(["-say: 您别着急。", "+say: 马上为您办。"]);
    expect(changed(article, withLocalized(item, ["answer"], "zh", "三种渠道都行。"))).toEqual(["-  zh: 电话、APP、网点均可办理。", "+  zh: 三种渠道都行。"]);
    expect(changed(article, withText(item, ["from"], "2026-12-01"))).toEqual(["-from: 2026-02-01", "+from: 2026-12-01"]);
    expect(changed(article, withText(item, ["to"], "2027-01-01"))).toEqual(["-to: null", "+to: 2027-01-01"]);
  });

  it("quotes what YAML would misread, also inside {…}", () => {
    for (const text of ["有: 冒号", "# 井号开头", "逗号, 和 [括号]", "yes", "2026", "'引号'", "- 短线", "{a: b}", "尾部空格 ", "行一\n行二"]) {
      const plain = withText(item, ["say"], text);
      expect(parse(plain).say, text).toBe(text);
      const inFlow = withLocalized(item, ["title"], "zh", text);
      expect(parse(inFlow).title.zh, text).toBe(text);
      expect(parse(inFlow).title.en).toBe("Temporary block of a lost debit card");
      const list = withList(item, ["variants", "zh"], [text, "别的"]);
      expect(parse(list).variants.zh, text).toEqual([text, "别的"]);
      expect(parse(withList(item, ["topics"], [text])).topics, text).toEqual([text]);
    }
  });

  it("writes a list in the style it had, and leaves the rest alone", () => {
    const block = withList(item, ["variants", "zh"], ["卡没了", "卡找不着"]);
    expect(block).toContain("  zh:\n    - 卡没了\n    - 卡找不着\n  en:\n    - I lost my card\n");
    expect(withList(item, ["topics"], ["F01", "F02"])).toContain("topics: [F01, F02]\ntitle:");
  });

  it("makes a Chinese text bilingual when English is added", () => {
    const text = withLocalized(item, ["say"], "en", "Don't worry, please.");
    expect(parse(text).say).toEqual({ zh: "您别着急。", en: "Don't worry, please." });
  });

  it("adds and removes facts", () => {
    expect(parse(withFact(item, ["facts"])).facts).toHaveLength(3);
    expect(parse(withoutEntry(item, ["facts"], 0)).facts).toEqual([{ label: "渠道", value: "电话" }]);
    expect(parse(withLocalized(item, ["facts", 0, "value"], "zh", "7 天")).facts[0].value).toEqual({ zh: "7 天", en: "5 days" });
  });

  it("takes an optional key away when it is emptied, and keeps a required one", () => {
    expect(parse(withText(item, ["source", "clause"], "", true)).source).toEqual({ title: "借记卡服务规程" });
    expect(parse(withText(item, ["say"], "")).say).toBe("");
  });

  it("works the same on an item that stands in a list", () => {
    const listed = `- ${article.split("\n").slice(1).join("\n  ").trimEnd()}\n`;
    const one = readItem(listed);
    expect(one.problems).toEqual([]);
    expect(localizedOf(one, ["say"], "zh")).toBe("您别着急。");
    expect(changed(listed, withText(one, ["say"], "好。"))).toEqual(["-  say: 您别着急。", "+  say: 好。"]);
  });

  it("names the line of a mistake", () => {
    const broken = readItem("id: a\ntitle: {zh: 一\nsay: b\n");
    expect(broken.problems[0]?.line).toBeGreaterThan(1);
  });
});
