import { describe, expect, it } from "vitest";
import type { Mark } from "../../api/types";
import { maskedText, notesOf, piecesOf } from "./marks";

const mark = (span: [number, number], kind: Mark["kind"], label: string = kind): Mark => ({ span, kind, label });
const shown = (text: string, marks: Mark[]) => piecesOf(text, marks).map((piece) => (piece.mark ? `[${piece.mark.kind}:${piece.text}]` : piece.text)).join("");

describe("piecesOf", () => {
  it("cuts along code points, not UTF-16 units", () => {
    expect(shown("😀𠀀卡丢了", [mark([2, 4], "knowledge")])).toBe("😀𠀀[knowledge:卡丢]了");
  });

  it("draws the weightier mark where two overlap", () => {
    expect(shown("肯定能到四个点", [mark([0, 7], "knowledge"), mark([0, 4], "rule"), mark([2, 4], "entity")])).toBe("[rule:肯定能到][knowledge:四个点]");
    expect(shown("号是1234", [mark([2, 6], "entity"), mark([2, 6], "masked")])).toBe("号是[masked:1234]");
  });

  it("always gives back the whole text, whatever the spans", () => {
    const odd: Mark[] = [mark([-3, 2], "rule"), mark([5, 99], "step"), mark([3, 3], "entity"), mark([9, 4], "emotion")];
    for (const text of ["", "a", "短", "一二三四五六七八"]) expect(piecesOf(text, odd).map((piece) => piece.text).join("")).toBe(text);
  });
});

describe("notesOf", () => {
  it("says each thing once, the weightiest first, and leaves bare figures out", () => {
    const notes = notesOf([mark([0, 1], "entity", "number"), mark([4, 6], "entity", "amount"), mark([1, 2], "knowledge"), mark([3, 4], "rule"), mark([6, 7], "rule")]);
    expect(notes.map((one) => one.label)).toEqual(["rule", "knowledge", "amount"]);
  });
});

describe("maskedText", () => {
  it("does not give the length of a long number away", () => {
    expect(maskedText("1")).toHaveLength(3);
    expect(maskedText("6222021234567890")).toHaveLength(6);
  });
});
