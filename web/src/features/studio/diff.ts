// Which lines differ between two texts: longest common subsequence over lines. Items are small; the table stays bounded.
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Line numbers in the old and the new text. */
  before: number | null;
  after: number | null;
}

const linesMax = 2_000;

export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split("\n").slice(0, linesMax);
  const b = after.split("\n").slice(0, linesMax);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const left = a.slice(head, a.length - tail);
  const right = b.slice(head, b.length - tail);

  const width = right.length + 1;
  const common = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = left[i] === right[j] ? (common[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }

  const out: DiffLine[] = [];
  const same = (count: number, i: number, j: number) => {
    for (let at = 0; at < count; at += 1) out.push({ kind: "same", text: a[i + at] ?? "", before: i + at + 1, after: j + at + 1 });
  };
  same(head, 0, 0);
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      same(1, head + i, head + j);
      i += 1;
      j += 1;
    } else if (j >= right.length || (i < left.length && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      out.push({ kind: "removed", text: left[i] ?? "", before: head + i + 1, after: null });
      i += 1;
    } else {
      out.push({ kind: "added", text: right[j] ?? "", before: null, after: head + j + 1 });
      j += 1;
    }
  }
  same(tail, a.length - tail, b.length - tail);
  return out;
}

/** Only what changed, with a few lines around it; `null` stands for lines left out. */
export function hunks(lines: readonly DiffLine[], around = 2): (DiffLine | null)[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let at = index - around; at <= index + around; at += 1) near.add(at);
  });
  const out: (DiffLine | null)[] = [];
  lines.forEach((line, index) => {
    if (near.has(index)) out.push(line);
    else if (out.length > 0 && out.at(-1) !== null) out.push(null);
  });
  if (out.at(-1) === null) out.pop();
  return out;
}

/** Pairs for two columns: what was taken away beside what came in its place. */
export function sideBySide(lines: readonly DiffLine[]): [DiffLine | null, DiffLine | null][] {
  const out: [DiffLine | null, DiffLine | null][] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as DiffLine;
    if (line.kind === "same") {
      out.push([line, line]);
      at += 1;
      continue;
    }
    const removed: DiffLine[] = [];
    const added: DiffLine[] = [];
    for (; at < lines.length && lines[at]?.kind !== "same"; at += 1) (lines[at]?.kind === "removed" ? removed : added).push(lines[at] as DiffLine);
    for (let row = 0; row < Math.max(removed.length, added.length); row += 1) out.push([removed[row] ?? null, added[row] ?? null]);
  }
  return out;
}
