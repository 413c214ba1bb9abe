// Holds the bundles to their budgets: what the desk needs for its first paint, and the customer widget.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const gzipped = (file) => gzipSync(readFileSync(join(dist, file))).length;
const kb = (bytes) => (bytes / 1024).toFixed(1);

// Entry, and the chunks that the desk's route imports statically, all the way down.
const manifest = JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8"));
function reach(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) reach(next, seen);
  return seen;
}
const sum = (keys) => [...keys].reduce((total, key) => total + gzipped(manifest[key].file), 0);
const main = reach("index.html");
const desk = reach("src/features/desk/DeskPage.tsx", new Set(main));

const budgets = [
  { name: "main bundle", bytes: sum(main), max: 300 * 1024 },
  { name: "first paint of the desk", bytes: sum(desk), max: 360 * 1024 },
  { name: "widget.js", bytes: gzipped("widget.js"), max: 40 * 1024 },
];
let failed = false;
for (const { name, bytes, max } of budgets) {
  const over = bytes > max;
  failed ||= over;
  console.log(`${over ? "TOO LARGE" : "ok"}  ${name}: ${kb(bytes)} KB gzip (at most ${kb(max)})`);
}
process.exit(failed ? 1 : 0);
