import { describe, expect, it } from "vitest";
import { diffLines, hunks, sideBySide } from "./diff";

// The texts on either side, put together again from the difference.
const left = (before: string, after: string) => diffLines(before, after).filter((line) => line.kind !== "added").map((line) => line.text).join("\n");
const right = (before: string, after: string) => diffLines(before, after).filter((line) => line.kind !== "removed").map((line) => line.text).join("\n");
const kinds = (before: string, after: string) => diffLines(before, after).map((line) => line.kind[0]).join("");

describe("diffLines", () => {
  it("holds both texts whole, for any pair", () => {
    let state = 7;
    const next = (most: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * most);
    };
    for (let round = 0; round < 300; round += 1) {
      const make = () => Array.from({ length: next(9) }, () => "abc"[next(3)]).join("\n");
      const before = make();
      const after = make();
      expect(left(before, after), `round ${round}`).toBe(before);
      expect(right(before, after), `round ${round}`).toBe(after);
    }
  });

  it("finds the shortest change", () => {
    expect(kinds("a\nb\nc", "a\nx\nc")).toBe("sras");
    expect(kinds("a\nb", "a\nb")).toBe("ss");
    expect(kinds("a\nb\nc", "c")).toBe("rrs");
  });

  it("numbers the lines of both sides", () => {
    expect(diffLines("a\nb", "a\nc")).toEqual([
      { kind: "same", text: "a", before: 1, after: 1 },
      { kind: "removed", text: "b", before: 2, after: null },
      { kind: "added", text: "c", before: null, after: 2 },
    ]);
  });
});

describe("hunks", () => {
  it("keeps a few lines around a change and marks what it leaves out", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9";
    const shown = hunks(diffLines(before, before.replace("5", "x")), 1).map((line) => line?.text ?? "…");
    expect(shown).toEqual(["4", "5", "x", "6"]);
    const two = hunks(diffLines(before, before.replace("2", "x").replace("8", "y")), 0).map((line) => line?.text ?? "…");
    expect(two).toEqual(["2", "x", "…", "8", "y"]);
  });
});

describe("sideBySide", () => {
  it("holds both texts, each in its own column, in order", () => {
    for (const [before, after] of [["a\nb\nc", "a\nx\ny\nc"], ["", "a"], ["a\nb", "b"], ["a", "a"]] as const) {
      const pairs = sideBySide(diffLines(before, after));
      expect(pairs.flatMap(([left]) => (left ? [left.text] : [])).join("\n")).toBe(before);
      expect(pairs.flatMap(([, right]) => (right ? [right.text] : [])).join("\n")).toBe(after);
    }
    expect(sideBySide(diffLines("a\nb", "a\nx"))[1]?.map((line) => line?.text)).toEqual(["b", "x"]);
  });
});
