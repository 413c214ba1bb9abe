// One item as text and as fields. Fields write into the text by replacing only the value they hold, so that comments, order
// and layout of the author stay; only where a value does not exist yet is the document written anew.
import { isCollection, isMap, isPair, isScalar, isSeq, parseDocument, stringify, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";

export type Path = readonly (string | number)[];

export interface TextProblem {
  line: number;
  message: string;
}

export interface ItemText {
  readonly text: string;
  readonly doc: Document;
  readonly problems: TextProblem[];
  /** Where the item's own keys begin: an item may stand alone or as the only entry of a list. */
  readonly root: Path;
  /** Another text, read the same way: for edits in several steps. */
  readonly read: (text: string) => ItemText;
}

export function readItem(text: string): ItemText {
  const doc = parseDocument(text, { prettyErrors: false });
  const problems = doc.errors.map((error) => ({ line: lineOf(text, error.pos[0]), message: error.message.split("\n")[0] ?? "" }));
  const root: Path = isSeq(doc.contents) && doc.contents.items.length === 1 ? [0] : [];
  return { text, doc, problems, root, read: readItem };
}

export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset && at < text.length; at += 1) if (text[at] === "\n") line += 1;
  return line;
}

function nodeAt(item: ItemText, path: Path): Node | null {
  const node = item.doc.getIn([...item.root, ...path], true);
  return node && typeof node === "object" && "range" in node ? (node as Node) : null;
}

/** The line on which a field's value stands, to light it while the field has the focus. */
export function lineOfField(item: ItemText, path: Path): number | null {
  const start = nodeAt(item, path)?.range?.[0];
  return start === undefined ? null : lineOf(item.text, start);
}

/** First and last line of a field, its key included. */
export function linesOfField(item: ItemText, path: Path): [number, number] | null {
  const range = nodeAt(item, path)?.range;
  return range ? [lineOf(item.text, range[0]), lineOf(item.text, Math.max(range[0], range[1] - 1))] : null;
}

/** Where a field's value begins in the text. */
export function offsetOf(item: ItemText, path: Path): number | null {
  return nodeAt(item, path)?.range?.[0] ?? null;
}

export function has(item: ItemText, path: Path): boolean {
  return item.doc.hasIn([...item.root, ...path]);
}

export function textOf(item: ItemText, path: Path): string {
  const node = nodeAt(item, path);
  if (!isScalar(node)) return "";
  // As written: a date or a version stays what the author typed.
  if (typeof node.source === "string" && typeof node.value !== "string") return node.source;
  return node.value === null || node.value === undefined ? "" : String(node.value);
}

export function isLocalized(item: ItemText, path: Path): boolean {
  return isMap(nodeAt(item, path));
}

export function listOf(item: ItemText, path: Path): string[] {
  const node = nodeAt(item, path);
  if (!isSeq(node)) return [];
  return node.items.map((one) => (isScalar(one) ? String(one.value ?? "") : "")).filter((one) => one !== "");
}

export function count(item: ItemText, path: Path): number {
  const node = nodeAt(item, path);
  return isCollection(node) ? node.items.length : 0;
}

// A scalar as it stands in a line; inside [..] and {..} commas and brackets need quotes.
function scalarText(value: string, inFlow: boolean): string {
  if (value === "") return "''";
  // JSON's strings are YAML's double-quoted ones: safe for line breaks wherever they stand.
  if (/[\n\r\t\u0000-\u001f]/.test(value)) return JSON.stringify(value);
  if (inFlow) {
    const written = stringify([value], { lineWidth: 0, collectionStyle: "flow", flowCollectionPadding: false }).trim();
    return written.slice(1, -1);
  }
  return stringify(value, { lineWidth: 0 }).trim();
}

function insideFlow(item: ItemText, path: Path): boolean {
  const full = [...item.root, ...path];
  for (let length = 0; length < full.length; length += 1) {
    const node = length === 0 ? item.doc.contents : item.doc.getIn(full.slice(0, length), true);
    if (isCollection(node) && node.flow === true) return true;
  }
  return false;
}

function splice(text: string, node: Node, value: string): string {
  const range = node.range;
  if (!range) return text;
  const [start, end] = range;
  const written = text.slice(start, end);
  return text.slice(0, start) + value + text.slice(start + written.trimEnd().length);
}

const options = { lineWidth: 0, flowCollectionPadding: false } as const;

// The last resort: the document written anew keeps comments, but not every blank.
function rewritten(item: ItemText, change: (doc: Document) => void): string {
  const doc = parseDocument(item.text);
  change(doc);
  return doc.toString(options);
}

// Equal values; the order of keys means nothing.
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
};

// An edit of the text counts only if it means what the same edit of the document means.
function checked(item: ItemText, text: string, change: (doc: Document) => void): string {
  const wanted = parseDocument(item.text);
  change(wanted);
  const got = parseDocument(text);
  if (got.errors.length === 0 && same(got.toJS(), wanted.toJS())) return text;
  return wanted.toString(options);
}

const lineStart = (text: string, at: number) => text.lastIndexOf("\n", at - 1) + 1;
const lineEnd = (text: string, at: number) => {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
};
const columnOf = (text: string, at: number) => at - lineStart(text, at);

/** Where a part of a block collection stands, in whole lines, comments behind it included. */
function linesOf(text: string, start: number, end: number): [number, number] {
  let last = end;
  while (last > start && /\s/.test(text[last - 1] ?? "")) last -= 1;
  return [lineStart(text, start), lineEnd(text, last)];
}

const startOf = (pair: Pair): number => (pair.key as Node).range?.[0] ?? 0;
const endOf = (pair: Pair): number => {
  const value = pair.value as Node | null;
  const key = (pair.key as Node).range?.[1] ?? 0;
  return value?.range ? Math.max(value.range[1], key) : key;
};

function mapAt(item: ItemText, path: Path): YAMLMap | null {
  const node = path.length === 0 && item.root.length === 0 ? item.doc.contents : item.doc.getIn([...item.root, ...path], true);
  return isMap(node) ? node : null;
}
const seqAt = (item: ItemText, path: Path): YAMLSeq | null => {
  const node = item.doc.getIn([...item.root, ...path], true);
  return isSeq(node) ? node : null;
};
const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

/** Keys of a mapping in the order of the text. */
export function keysOf(item: ItemText, path: Path): string[] {
  return mapAt(item, path)?.items.filter(isPair).map(keyOf) ?? [];
}

// A value as it stands behind `key: `, at an indentation.
function valueText(value: unknown, indent: number, flow: boolean): string {
  if (flow) return stringify([value], { ...options, collectionStyle: "flow" }).trim().slice(1, -1);
  if (value === null || value === "") return value === null ? "null" : "''";
  if (typeof value !== "object") return typeof value === "string" ? scalarText(value, false) : String(value);
  // Short mappings stand in one line, as authors write them.
  const oneLine = stringify(value, { ...options, collectionStyle: "flow" }).trim();
  if (oneLine.length <= 100 && !oneLine.includes("\n") && !(Array.isArray(value) && value.some((one) => typeof one === "object"))) return oneLine;
  return `\n${indented(stringify(value, { ...options, indent: 2 }).trimEnd(), indent + 2)}`;
}
const indented = (text: string, by: number) => text.split("\n").map((line) => (line === "" ? line : " ".repeat(by) + line)).join("\n");

/** The text without a key of a mapping. */
export function withoutKey(item: ItemText, path: Path): string {
  const map = mapAt(item, path.slice(0, -1));
  const name = String(path.at(-1));
  const full = [...item.root, ...path];
  const index = map?.items.findIndex((pair) => keyOf(pair) === name) ?? -1;
  const pair = map?.items[index];
  if (!map || !pair) return item.text;
  const drop = (doc: Document) => void doc.deleteIn(full);
  if (map.items.length === 1) return path.length > 1 ? withoutKey(item, path.slice(0, -1)) : rewritten(item, drop);
  const text = item.text;
  if (map.flow) {
    const next = map.items[index + 1];
    const before = map.items[index - 1];
    if (next) return checked(item, text.slice(0, startOf(pair)) + text.slice(startOf(next)), drop);
    return before ? checked(item, text.slice(0, endOf(before)) + text.slice(endOf(pair)), drop) : rewritten(item, drop);
  }
  const [from, to] = linesOf(text, startOf(pair), endOf(pair));
  return checked(item, text.slice(0, from) + text.slice(to), drop);
}

/** The text with a new key, behind the keys that usually stand before it (`order`); replaces one that is there. */
export function withKey(item: ItemText, path: Path, value: unknown, order: readonly string[] = []): string {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const full = [...item.root, ...path];
  const set = (doc: Document) => doc.setIn(full, value);
  const map = mapAt(item, parent);
  if (!map) return parent.length > 0 && !has(item, parent) ? withKey(item, parent, { [name]: value }, order) : rewritten(item, set);
  const text = item.text;
  const there = map.items.find((pair) => keyOf(pair) === name);
  if (there) {
    if (map.flow || !(there.value as Node | null)?.range) return rewritten(item, set);
    const column = columnOf(text, startOf(there));
    const start = (there.key as Node).range?.[1] ?? 0;
    const written = valueText(value, column, false);
    let last = endOf(there);
    while (last > start && /\s/.test(text[last - 1] ?? "")) last -= 1;
    return checked(item, `${text.slice(0, start)}:${written.startsWith("\n") ? "" : " "}${written}${text.slice(last)}`, set);
  }
  const rank = order.indexOf(name);
  const before = rank < 0 ? map.items.at(-1) : [...map.items].reverse().find((pair) => order.indexOf(keyOf(pair)) < rank && order.includes(keyOf(pair))) ?? map.items.at(-1);
  if (!before) return rewritten(item, set);
  if (map.flow) return checked(item, `${text.slice(0, endOf(before))}, ${name}: ${valueText(value, 0, true)}${text.slice(endOf(before))}`, set);
  const column = columnOf(text, startOf(before));
  const [, to] = linesOf(text, startOf(before), endOf(before));
  const written = valueText(value, column, false);
  const line = `${" ".repeat(column)}${name}:${written.startsWith("\n") ? "" : " "}${written}\n`;
  const glue = to > 0 && text[to - 1] !== "\n" ? "\n" : "";
  return checked(item, text.slice(0, to) + glue + line + text.slice(to), set);
}

/** The text with one value replaced; an empty value takes the key away if `optional`. */
export function withText(item: ItemText, path: Path, value: string, optional = false, order: readonly string[] = []): string {
  const full = [...item.root, ...path];
  const node = nodeAt(item, path);
  if (value === "" && optional) return item.doc.hasIn(full) ? withoutKey(item, path) : item.text;
  if (isScalar(node) && textOf(item, path) === value) return item.text;
  if (isScalar(node) && node.range && node.range[1] > node.range[0]) return splice(item.text, node, scalarText(value, insideFlow(item, path)));
  return withKey(item, path, value, order);
}

/** A value that is no text: true, 3, null. */
export function withPlain(item: ItemText, path: Path, value: boolean | number | null, order: readonly string[] = []): string {
  const node = nodeAt(item, path);
  if (isScalar(node) && node.value === value) return item.text;
  if (isScalar(node) && node.range && node.range[1] > node.range[0]) return splice(item.text, node, String(value));
  return withKey(item, path, value, order);
}

/** A date as authors write it: plain, and null for an open end. */
export function withDate(item: ItemText, path: Path, value: string, order: readonly string[] = []): string {
  if (value === "") return withPlain(item, path, null, order);
  const node = nodeAt(item, path);
  if (isScalar(node) && node.range && node.range[1] > node.range[0]) return textOf(item, path) === value ? item.text : splice(item.text, node, value);
  return withKey(item, path, value, order);
}

/** A text in two languages: a plain text is Chinese and becomes {zh, en} when English is added. */
export function withLocalized(item: ItemText, path: Path, lang: "zh" | "en", value: string, order: readonly string[] = []): string {
  if (isLocalized(item, path)) return withText(item, [...path, lang], value, lang === "en");
  if (lang === "zh") return withText(item, path, value, false, order);
  if (value === "") return item.text;
  return withKey(item, path, { zh: textOf(item, path), en: value }, order);
}

export function localizedOf(item: ItemText, path: Path, lang: "zh" | "en"): string {
  if (isLocalized(item, path)) return textOf(item, [...path, lang]);
  return lang === "zh" ? textOf(item, path) : "";
}

/** The text with a list of plain values replaced, in the style it had; values that stay keep their lines. */
export function withList(item: ItemText, path: Path, values: readonly string[], order: readonly string[] = []): string {
  const node = nodeAt(item, path);
  const full = [...item.root, ...path];
  if (isSeq(node) && same(listOf(item, path), values)) return item.text;
  if (values.length === 0) return has(item, path) ? withoutKey(item, path) : item.text;
  if (!isSeq(node) || !node.range) return withKey(item, path, [...values], order);
  const set = (doc: Document) => doc.setIn(full, [...values]);
  if (node.flow) return splice(item.text, node, `[${values.map((value) => scalarText(value, true)).join(", ")}]`);
  // Lines of the values that are still there, with their comments; new ones in the same column.
  const kept = new Map<string, string[]>();
  const column = columnOf(item.text, node.range[0]);
  const spans = node.items.map((_, index) => entryLines(item, path, index));
  node.items.forEach((one, index) => {
    const span = spans[index];
    if (isScalar(one) && span) kept.set(String(one.value), [...(kept.get(String(one.value)) ?? []), item.text.slice(...span)]);
  });
  const first = spans[0];
  const last = spans.at(-1);
  if (!first || !last) return rewritten(item, set);
  const lines = values.map((value) => kept.get(value)?.shift() ?? `${" ".repeat(column)}- ${scalarText(value, false)}\n`);
  return checked(item, item.text.slice(0, first[0]) + lines.join("") + item.text.slice(last[1]), set);
}

// The lines of one entry of a block list, from its dash to the end of its last line, with the comments right above it.
function entryLines(item: ItemText, path: Path, index: number): [number, number] | null {
  const seq = seqAt(item, path);
  const node = seq?.items[index] as Node | undefined;
  if (!seq || seq.flow || !node?.range) return null;
  const text = item.text;
  const [own, to] = linesOf(text, node.range[0], node.range[1]);
  let from = own;
  const before = index > 0 ? entryEnd(text, seq.items[index - 1] as Node) : 0;
  while (from > before) {
    const previous = lineStart(text, from - 1);
    if (previous < before || !/^\s*#/.test(text.slice(previous, from))) break;
    from = previous;
  }
  return [from, to];
}
const entryEnd = (text: string, node: Node): number => (node.range ? linesOf(text, node.range[0], node.range[1])[1] : 0);

export function withoutEntry(item: ItemText, path: Path, index: number): string {
  const drop = (doc: Document) => void doc.deleteIn([...item.root, ...path, index]);
  const seq = seqAt(item, path);
  if (seq && seq.items.length === 1) return withoutKey(item, path);
  const lines = entryLines(item, path, index);
  if (seq?.flow) {
    const one = seq.items[index] as Node;
    const next = seq.items[index + 1] as Node | undefined;
    const before = seq.items[index - 1] as Node | undefined;
    if (next?.range && one.range) return checked(item, item.text.slice(0, one.range[0]) + item.text.slice(next.range[0]), drop);
    if (before?.range && one.range) return checked(item, item.text.slice(0, before.range[1]) + item.text.slice(one.range[1]), drop);
  }
  return lines ? checked(item, item.text.slice(0, lines[0]) + item.text.slice(lines[1]), drop) : rewritten(item, drop);
}

/** A new entry of a list, at a place (default: the end). */
export function withEntry(item: ItemText, path: Path, value: unknown, at?: number, order: readonly string[] = []): string {
  const seq = seqAt(item, path);
  if (!seq || seq.items.length === 0) return withKey(item, path, [value], order);
  const index = Math.min(at ?? seq.items.length, seq.items.length);
  const add = (doc: Document) => (doc.getIn([...item.root, ...path], true) as YAMLSeq).items.splice(index, 0, doc.createNode(value));
  const text = item.text;
  if (seq.flow) {
    const written = valueText(value, 0, true);
    const next = seq.items[index] as Node | undefined;
    const last = seq.items.at(-1) as Node;
    if (next?.range) return checked(item, `${text.slice(0, next.range[0])}${written}, ${text.slice(next.range[0])}`, add);
    return last.range ? checked(item, `${text.slice(0, last.range[1])}, ${written}${text.slice(last.range[1])}`, add) : rewritten(item, add);
  }
  const anchor = index < seq.items.length ? entryLines(item, path, index)?.[0] : entryLines(item, path, seq.items.length - 1)?.[1];
  if (anchor === undefined || !seq.range) return rewritten(item, add);
  const column = columnOf(text, seq.range[0]);
  const body = typeof value === "object" && value !== null ? stringify(value, { ...options, indent: 2 }).trimEnd() : scalarText(String(value), false);
  const lines = `${" ".repeat(column)}- ${indented(body, column + 2).trimStart()}\n`;
  const glue = anchor > 0 && text[anchor - 1] !== "\n" ? "\n" : "";
  return checked(item, text.slice(0, anchor) + glue + lines + text.slice(anchor), add);
}

/** An entry of a list in another place; its lines and comments go with it. */
export function withMoved(item: ItemText, path: Path, from: number, to: number): string {
  const seq = seqAt(item, path);
  if (!seq || from === to || from >= seq.items.length || to >= seq.items.length || to < 0) return item.text;
  const move = (doc: Document) => {
    const list = (doc.getIn([...item.root, ...path], true) as YAMLSeq).items;
    list.splice(to, 0, ...list.splice(from, 1));
  };
  const own = entryLines(item, path, from);
  const other = entryLines(item, path, to);
  if (!own || !other) return rewritten(item, move);
  let lines = item.text.slice(...own);
  if (!lines.endsWith("\n")) lines += "\n";
  const anchor = to > from ? other[1] : other[0];
  const glue = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
  const text =
    to > from
      ? glue(item.text.slice(0, own[0]) + item.text.slice(own[1], anchor)) + lines + item.text.slice(anchor)
      : item.text.slice(0, anchor) + lines + item.text.slice(anchor, own[0]) + item.text.slice(own[1]);
  return checked(item, text, move);
}

export function withFact(item: ItemText, path: Path): string {
  return withEntry(item, path, { label: "", value: "" });
}

// --- conditions: one text over several lines ---

const folded = (node: unknown): node is Node & { range: [number, number, number] } =>
  isScalar(node) && (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL") && !!node.range;

/** A condition as written: of a block text its lines stay lines (blanks mean nothing in a condition). */
export function conditionOf(item: ItemText, path: Path): string {
  const node = nodeAt(item, path);
  if (!isScalar(node)) return "";
  if (!folded(node)) return textOf(item, path);
  const [start, end] = node.range;
  const lines = item.text.slice(start, end).split("\n").slice(1);
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join("\n").trimEnd();
}

/** The text with a condition replaced; of a block text only the lines that differ change. */
export function withCondition(item: ItemText, path: Path, value: string, optional = false, order: readonly string[] = []): string {
  const node = nodeAt(item, path);
  if (value.trim() === "" && optional) return withText(item, path, "", true, order);
  if (conditionOf(item, path) === value) return item.text;
  if (folded(node)) {
    const [start, end] = node.range;
    const whole = item.text.slice(start, end);
    const header = whole.slice(0, whole.indexOf("\n") + 1);
    const lines = whole.split("\n").slice(1);
    const column = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length));
    const after = whole.slice(whole.trimEnd().length);
    const next = item.text.slice(0, start) + header + indented(value.split("\n").map((line) => line.trimEnd()).filter((line) => line.trim() !== "").join("\n"), column) + (after || "\n") + item.text.slice(end);
    const read = readItem(next);
    if (read.problems.length === 0 && flatText(conditionOf(read, path)) === flatText(value)) return next;
  }
  return withText(item, path, value.replace(/\s*\n\s*/g, " ").trim(), optional, order);
}
const flatText = (text: string) => text.replace(/\s+/g, " ").trim();

/** A part as the YAML it is, for what the form has no field for. */
export function fragmentOf(item: ItemText, path: Path): string {
  const node = item.doc.getIn([...item.root, ...path], true);
  if (isScalar(node)) return textOf(item, path);
  if (!isCollection(node)) return node === undefined || node === null ? "" : String(node);
  const range = (node as Node).range;
  if (!range) return "";
  const raw = item.text.slice(range[0], range[1]).trimEnd();
  const column = columnOf(item.text, range[0]);
  return node.flow ? raw : raw.split("\n").map((line, index) => (index === 0 ? line : line.slice(Math.min(column, line.length - line.trimStart().length)))).join("\n");
}
