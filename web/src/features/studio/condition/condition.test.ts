import { describe, expect, it } from "vitest";
import { shipped } from "../shipped";
import { conditionOf, readItem } from "../yamlItem";
import { alternatives, withAlternative } from "./pattern";
import { atomText, parseCondition, type Group, type Leaf, type Node } from "./parse";
import { withAdded, withAtom, withKind, withNot, withoutChild } from "./edit";

function tree(text: string): Node {
  const read = parseCondition(text);
  if ("error" in read) throw new Error(`${read.error.message} at ${read.error.at}: ${text}`);
  return read.node;
}
// A tree without its places, to compare meanings.
function meaning(node: Node): unknown {
  if (node.kind === "leaf") return atomText(node.atom).replace(/\s+/g, " ");
  if (node.kind === "not") return { not: meaning(node.child) };
  return { [node.kind]: node.children.map(meaning) };
}
const same = (a: string, b: string) => expect(meaning(tree(a)), `${a}  ~  ${b}`).toEqual(meaning(tree(b)));
function leaves(node: Node): Leaf[] {
  return node.kind === "leaf" ? [node] : node.kind === "not" ? leaves(node.child) : node.children.flatMap(leaves);
}

const keys = ["applies", "when", "after", "until", "require", "warn"];
const conditions = shipped("rules").flatMap((rule) => {
  const item = readItem(rule.text);
  const parts = item.doc.toJS().require?.all ?? [];
  const texts = keys.map((key) => conditionOf(item, [key])).filter((text) => text !== "" && text !== "never");
  return [...texts, ...parts.map((_: unknown, index: number) => conditionOf(item, ["require", "all", index, "when"]))];
});

describe("the condition language", () => {
  it("reads every condition of every shipped rule", () => {
    expect(conditions.length).toBeGreaterThan(300);
    let free = 0;
    for (const text of conditions) for (const leaf of leaves(tree(text))) free += leaf.atom.type === "free" ? 1 : 0;
    expect(free, "parts the form shows as text").toBe(0);
  });

  it("writes every atom so that it reads the same", () => {
    for (const text of conditions) {
      for (const leaf of leaves(tree(text))) {
        const written = atomText(leaf.atom);
        expect(leaves(tree(written)).map((one) => one.atom), text).toEqual([leaf.atom]);
        expect(withAtom(text, leaf.span, leaf.atom), "what did not change stays as written").toBe(text);
      }
    }
  });

  it("reads what the documentation names", () => {
    for (const text of [
      'rep|bot says "a|b" unless "c" unless_before "d"',
      'rep says "a" unless negated, reported unless "x"',
      'anyone matches "\\d{3}元"',
      "customer gives amount >= 50000",
      "event idv.passed where level >= 3, ok == true",
      "act message where to in [a, \"b c\"]",
      "step P01.S5",
      "enters P14",
      "emotion in [angry, anxious]",
      "intent F01 or start or end",
      "customer.risk is missing and not product.risk > customer.risk",
    ]) {
      for (const leaf of leaves(tree(text))) expect(leaf.atom.type, text).not.toBe("free");
    }
    expect(leaves(tree("rep hums loudly or start")).map((one) => one.atom.type)).toEqual(["free", "start"]);
    for (const broken of ["", "rep says \"a", "a and", "(start", "start start)", "not", "or start"]) expect(parseCondition(broken), broken).toHaveProperty("error");
  });

  it("reads and before or, and not before both", () => {
    expect(meaning(tree("start and end or not start and end"))).toEqual({ any: [{ all: ["start", "end"] }, { all: [{ not: "start" }, "end"] }] });
    expect(meaning(tree("not (start or end)"))).toEqual({ not: { any: ["start", "end"] } });
  });
});

describe("edits of a condition", () => {
  const text = 'rep says "a" unless "x"\nand not customer says "b"\nand channel == voice';

  it("change the line they touch", () => {
    const [first] = leaves(tree(text)) as [Leaf];
    if (first.atom.type !== "says") throw new Error();
    expect(withAtom(text, first.span, { ...first.atom, pattern: "a|new" })).toBe('rep says "a|new" unless "x"\nand not customer says "b"\nand channel == voice');
    expect(withAtom(text, first.span, { ...first.atom, before: "不" })).toBe('rep says "a" unless "x" unless_before "不"\nand not customer says "b"\nand channel == voice');
  });

  it("add, remove, negate and regroup what they mean to", () => {
    const root = () => tree(text) as Group;
    same(withoutChild(text, root(), 0), 'not customer says "b" and channel == voice');
    same(withoutChild(text, root(), 1), 'rep says "a" unless "x" and channel == voice');
    same(withoutChild(text, root(), 2), 'rep says "a" unless "x" and not customer says "b"');
    same(withAdded(text, root(), "all", "start"), `${text} and start`);
    same(withAdded(text, root(), "any", "start"), `${text} or start`);
    same(withAdded("start or end", tree("start or end"), "all", "intent F01"), "(start or end) and intent F01");
    same(withKind(text, root(), "any", null), 'rep says "a" unless "x" or not customer says "b" or channel == voice');
    const nested = "start and (end or intent F01)";
    const inner = (tree(nested) as Group).children[1] as Group;
    same(withKind(nested, inner, "all", tree(nested)), "start and end and intent F01".replace("end and intent F01", "(end and intent F01)"));
    same(withNot(nested, inner, true), "start and not (end or intent F01)");
    same(withNot("start or end", tree("start or end"), true), "not (start or end)");
    same(withNot("not start", tree("not start"), false), "start");
    const leaf = (tree("start and end") as Group).children[1] as Node;
    same(withAdded("start and end", leaf, "any", "intent F01", tree("start and end")), "start and (end or intent F01)");
  });

  it("keep every other part, whatever is done to any shipped condition", () => {
    for (const condition of conditions) {
      const root = tree(condition);
      if (root.kind === "leaf" || root.kind === "not") continue;
      const all = root.children.map(meaning);
      root.children.forEach((child, index) => {
        const left = all.filter((_, at) => at !== index);
        const after = tree(withoutChild(condition, root, index));
        const parts = after.kind === root.kind && left.length > 1 ? after.children.map(meaning) : [meaning(after)];
        // What is left alone may itself be a group of the other kind.
        expect(parts, condition).toEqual(left);
        const negated = tree(withNot(condition, child, child.kind !== "not")) as Group;
        expect(negated.children.filter((_, at) => at !== index).map(meaning), condition).toEqual(left);
      });
      const added = tree(withAdded(condition, root, root.kind, "start")) as Group;
      expect(added.children.map(meaning), condition).toEqual([...all, "start"]);
    }
  });
});

describe("alternatives of a pattern", () => {
  it("are separated by the outermost bar only", () => {
    expect(alternatives("保本|(A|B)C|{class}|x\\|y")).toEqual(["保本", "(A|B)C", "{class}", "x\\|y"]);
  });
  it("are joined as they were, for every shipped pattern", () => {
    for (const condition of conditions)
      for (const leaf of leaves(tree(condition))) {
        if (leaf.atom.type !== "says") continue;
        const { pattern } = leaf.atom;
        expect(alternatives(pattern).join("|")).toBe(pattern.replaceAll("｜", "|"));
        alternatives(pattern).forEach((tag, index) => expect(withAlternative(pattern, index, tag)).toBe(pattern.replaceAll("｜", "|")));
      }
  });
});
