import { describe, expect, it } from "vitest";
import type { GateFinding } from "../../api/types";
import { adopt, checkOf, underlined } from "./draftCheck";

const finding = (change: Partial<GateFinding> = {}): GateFinding => ({
  rule: "SAL-01",
  name: "承诺保本",
  severity: "major",
  decision: "blocked",
  span: [2, 4],
  words: "保本",
  source: { title: "理财销售用语", clause: "§2" },
  wording: "这款产品不保证本金。",
  ...change,
});

describe("an answer of the gate", () => {
  const known = { text: "这款保本", decision: "blocked" as const, findings: [finding()] };

  it("counts for the words it was asked about", () => {
    expect(checkOf(known, "这款保本")).toEqual({ decision: "blocked", findings: known.findings, current: true });
  });

  it("keeps its underline while its words stand, but stops nobody any more", () => {
    expect(checkOf(known, "这款保本吧")).toEqual({ decision: "allowed", findings: known.findings, current: false });
    expect(checkOf(known, "那款是保本").findings).toEqual([]);
    expect(checkOf(known, " ").findings).toEqual([]);
  });
});

describe("adopting the lawful wording", () => {
  it("puts it in place of the sentence, and leaves the others", () => {
    expect(adopt("您好。这款保本，放心！还有吗？", finding({ span: [5, 7] }))).toBe("您好。这款产品不保证本金。还有吗？");
    expect(adopt("这款保本", finding())).toBe("这款产品不保证本金。");
    expect(adopt("第一行\n这款保本\n第三行", finding({ span: [6, 8] }))).toBe("第一行\n这款产品不保证本金。\n第三行");
  });

  it("replaces all where the finding is about no words", () => {
    expect(adopt("现在打过去", finding({ span: [0, 0], wording: "八点以后再打。" }))).toBe("八点以后再打。");
  });

  it("counts code points, not UTF-16", () => {
    expect(adopt("😀。这款保本", finding({ span: [4, 6] }))).toBe("😀。这款产品不保证本金。");
  });
});

describe("underlines", () => {
  it("together are the text; the graver finding is drawn", () => {
    const hint = finding({ decision: "reported", span: [0, 4], rule: "SAL-04" });
    const pieces = underlined("这款保本啊", [hint, finding()]);
    expect(pieces.map((piece) => [piece.text, piece.finding?.rule ?? ""])).toEqual([
      ["这款", "SAL-04"],
      ["保本", "SAL-01"],
      ["啊", ""],
    ]);
    expect(underlined("", [finding()])).toEqual([]);
  });
});
