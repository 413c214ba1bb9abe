// One item as text and as fields. Fields write into the text by replacing only the value they hold, so that comments, order
// and layout of the author stay; only where a value does not exist yet is the document written anew.
import { isCollection, isMap, isScalar, isSeq, parseDocument, stringify, type Document, type Node } from "yaml";

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
}

export function readItem(text: string): ItemText {
  const doc = parseDocument(text, { prettyErrors: false });
  const problems = doc.errors.map((error) => ({ line: lineOf(text, error.pos[0]), message: error.message.split("\n")[0] ?? "" }));
  const root: Path = isSeq(doc.contents) && doc.contents.items.length === 1 ? [0] : [];
  return { text, doc, problems, root };
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

function rewritten(item: ItemText, change: (doc: Document) => void): string {
  const doc = parseDocument(item.text);
  change(doc);
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The text with one value replaced; an empty value takes the key away if `optional`. */
export function withText(item: ItemText, path: Path, value: string, optional = false): string {
  const full = [...item.root, ...path];
  const node = nodeAt(item, path);
  if (value === "" && optional && item.doc.hasIn(full)) return rewritten(item, (doc) => doc.deleteIn(full));
  if (isScalar(node) && node.range && node.range[1] > node.range[0]) return splice(item.text, node, scalarText(value, insideFlow(item, path)));
  return rewritten(item, (doc) => doc.setIn(full, value));
}

/** A text in two languages: a plain text is Chinese and becomes {zh, en} when English is added. */
export function withLocalized(item: ItemText, path: Path, lang: "zh" | "en", value: string): string {
  if (isLocalized(item, path)) return withText(item, [...path, lang], value);
  if (lang === "zh") return withText(item, path, value);
  if (value === "") return item.text;
  const chinese = textOf(item, path);
  return rewritten(item, (doc) => doc.setIn([...item.root, ...path], doc.createNode({ zh: chinese, en: value }, { flow: true })));
}

export function localizedOf(item: ItemText, path: Path, lang: "zh" | "en"): string {
  if (isLocalized(item, path)) return textOf(item, [...path, lang]);
  return lang === "zh" ? textOf(item, path) : "";
}

/** The text with a list of plain values replaced, in the style it had. */
export function withList(item: ItemText, path: Path, values: readonly string[]): string {
  const node = nodeAt(item, path);
  const full = [...item.root, ...path];
  if (values.length === 0 || !isSeq(node) || !node.range) return rewritten(item, (doc) => (values.length === 0 ? doc.deleteIn(full) : doc.setIn(full, [...values])));
  if (node.flow) return splice(item.text, node, `[${values.map((value) => scalarText(value, true)).join(", ")}]`);
  const start = node.range[0];
  const column = start - (item.text.lastIndexOf("\n", start - 1) + 1);
  return splice(item.text, node, values.map((value) => `- ${scalarText(value, false)}`).join(`\n${" ".repeat(column)}`));
}

export function withoutEntry(item: ItemText, path: Path, index: number): string {
  return rewritten(item, (doc) => doc.deleteIn([...item.root, ...path, index]));
}

export function withFact(item: ItemText, path: Path): string {
  const full = [...item.root, ...path];
  return rewritten(item, (doc) => {
    const fact = doc.createNode({ label: "", value: "" }, { flow: true });
    if (isSeq(doc.getIn(full, true))) doc.addIn(full, fact);
    else doc.setIn(full, doc.createNode([fact]));
  });
}
