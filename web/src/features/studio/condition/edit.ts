// Edits of a condition: each replaces one part of the text and leaves the rest, line breaks included, as the author wrote it.
import { atomText, type Atom, type Group, type Node, type Span } from "./parse";

const cut = (text: string, span: Span, by: string) => text.slice(0, span.start) + by + text.slice(span.end);

/** Only what changed of an atom is rewritten: a phrase that is edited leaves its guards on their own lines. */
export function withAtom(text: string, span: Span, atom: Atom): string {
  const before = text.slice(span.start, span.end);
  const after = atomText(atom);
  // The same words, differently broken into lines: nothing to do.
  if (flat(before) === after) return text;
  const a = pieces(before);
  const b = pieces(after);
  // Piece by piece where both have the same pieces, so that the blanks between them stay.
  if (a.length === b.length) {
    let out = "";
    let at = 0;
    for (let index = 0; index < a.length; index += 1) {
      const old = a[index] as { text: string; start: number };
      out += before.slice(at, old.start) + (b[index]?.text ?? "");
      at = old.start + old.text.length;
    }
    return cut(text, span, out + before.slice(at));
  }
  return cut(text, span, after);
}

const flat = (text: string) => text.replace(/\s+/g, " ");

function pieces(text: string): { text: string; start: number }[] {
  return [...text.matchAll(/"(?:\\.|[^"\\])*"|[^\s"]+/g)].map((match) => ({ text: match[0], start: match.index }));
}

/** One more part: joined to a group of that kind, or to whatever stands there. */
export function withAdded(text: string, node: Node, kind: "all" | "any", addition: string, parent: Node | null = null): string {
  const word = kind === "any" ? "or" : "and";
  if (node.kind === kind) return insert(text, node.span.end, ` ${word} ${addition}`);
  // «a and b» joined by or needs no parentheses, «a or b» joined by and does; inside «and» or «not» the new group needs its own.
  const bare = text.slice(node.outer.start, node.outer.end);
  const own = node.kind === "any" && node.outer.start === node.span.start ? `(${bare})` : bare;
  const joined = `${own} ${word} ${addition}`;
  const wrapped = parent !== null && (parent.kind === "not" || (parent.kind === "all" && kind === "any")) ? `(${joined})` : joined;
  return cut(text, node.outer, wrapped);
}

const insert = (text: string, at: number, words: string) => text.slice(0, at) + words + text.slice(at);

/** Without one child of a group. */
export function withoutChild(text: string, group: Group, index: number): string {
  const child = group.children[index] as Node;
  const next = group.children[index + 1];
  if (index === 0 && next) return text.slice(0, child.outer.start) + text.slice(next.outer.start);
  const before = group.children[index - 1];
  return before ? text.slice(0, before.outer.end) + text.slice(child.outer.end) : text;
}

/** All of it or any of it. */
export function withKind(text: string, group: Group, kind: "all" | "any", parent: Node | null): string {
  if (group.kind === kind) return text;
  const word = kind === "any" ? "or" : "and";
  let out = text;
  for (const joint of [...group.joints].reverse()) out = cut(out, joint, word);
  const grown = (word.length - (kind === "any" ? 3 : 2)) * group.joints.length;
  // Within «and» or «not» alternatives need parentheses; where it has none it gets them.
  const needs = kind === "any" && parent !== null && parent.kind !== "any" && group.outer.start === group.span.start;
  return needs ? cut(out, { start: group.span.start, end: group.span.end + grown }, `(${out.slice(group.span.start, group.span.end + grown)})`) : out;
}

/** Negated or not. */
export function withNot(text: string, node: Node, on: boolean): string {
  if (node.kind === "not") return on ? text : cut(text, node.span, text.slice(node.child.outer.start, node.child.outer.end));
  if (!on) return text;
  const own = text.slice(node.outer.start, node.outer.end);
  const bare = node.kind !== "leaf" && node.outer.start === node.span.start;
  return cut(text, node.outer, bare ? `not (${own})` : `not ${own}`);
}
