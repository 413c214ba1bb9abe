// For the tests: every item that ships, cut out of its file as the server cuts it (content/internal/item_text.cpp).
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, isSeq, parseDocument } from "yaml";

const packs = join(dirname(fileURLToPath(import.meta.url)), "../../../../packs");

export interface Shipped {
  id: string;
  file: string;
  text: string;
}

export function shipped(kind: "rules" | "flows" | "classes"): Shipped[] {
  const out: Shipped[] = [];
  for (const pack of readdirSync(packs)) {
    const folder = join(packs, pack, kind);
    let files: string[] = [];
    try {
      files = readdirSync(folder).filter((name) => name.endsWith(".yaml")).sort();
    } catch {
      continue; // this pack has none
    }
    for (const name of files) {
      const text = readFileSync(join(folder, name), "utf8");
      const file = `${pack}/${kind}/${name}`;
      const doc = parseDocument(text);
      if (isMap(doc.contents)) out.push({ id: String(doc.get("id")), file, text });
      else if (isSeq(doc.contents)) out.push(...cut(text, file));
    }
  }
  return out;
}

function cut(text: string, file: string): Shipped[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("- ") ? [index] : []));
  return starts.map((start, index) => {
    let end = starts[index + 1] ?? lines.length;
    while (end > start + 1 && /^\s*(#|$)/.test(lines[end - 1] ?? "")) end -= 1;
    const own = lines.slice(start, end).map((line) => line.slice(Math.min(2, line.startsWith("-") ? 2 : line.length - line.trimStart().length)));
    const item = `${own.join("\n")}\n`;
    return { id: String(parseDocument(item).get("id")), file, text: item };
  });
}
