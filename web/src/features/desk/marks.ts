// Cutting a turn's text along its marks. Spans count code points (docs/formats/api.md), JavaScript counts UTF-16: the
// text is taken apart into code points first.
import type { Mark, MarkKind } from "../../api/types";

export interface Piece {
  text: string;
  mark: Mark | null;
}

const weight: Record<MarkKind, number> = { masked: 6, rule: 5, step: 4, knowledge: 3, emotion: 2, entity: 1 };

/** Pieces that together are the text; where marks overlap, the weightier one is drawn. */
export function piecesOf(text: string, marks: readonly Mark[]): Piece[] {
  if (marks.length === 0) return text ? [{ text, mark: null }] : [];
  const points = Array.from(text);
  const drawn: (Mark | null)[] = new Array<Mark | null>(points.length).fill(null);
  for (const mark of marks) {
    const begin = Math.max(0, mark.span[0]);
    const end = Math.min(points.length, mark.span[1]);
    for (let at = begin; at < end; at += 1) {
      const before = drawn[at];
      if (!before || weight[mark.kind] > weight[before.kind]) drawn[at] = mark;
    }
  }
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = 1; at <= points.length; at += 1) {
    if (at < points.length && drawn[at] === drawn[from]) continue;
    if (at > from) pieces.push({ text: points.slice(from, at).join(""), mark: drawn[from] ?? null });
    from = at;
  }
  return pieces;
}

// Figures that tell nobody anything beside the turn; their words are underlined all the same.
const quietEntities = new Set(["number", "percent", "duration", "currency"]);

/** The notes beside a turn: one per kind and label, the weightiest first, then in the order of the text. */
export function notesOf(marks: readonly Mark[]): Mark[] {
  const seen = new Set<string>();
  const notes: Mark[] = [];
  for (const mark of [...marks].sort((a, b) => weight[b.kind] - weight[a.kind] || a.span[0] - b.span[0])) {
    const key = `${mark.kind}:${mark.label}`;
    if (seen.has(key) || (mark.kind === "entity" && quietEntities.has(mark.label))) continue;
    seen.add(key);
    notes.push(mark);
  }
  return notes;
}

/** What is masked is not put on the screen at all, only how long it is. */
export function maskedText(text: string): string {
  return "\u2022".repeat(Math.min(6, Math.max(3, Array.from(text).length)));
}
