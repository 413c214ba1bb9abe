// «3 turns», «60 s», and what is joined by «or».
export const units = ["turns", "s", "min", "h", "days", "workdays"] as const;
export type Unit = (typeof units)[number];

export interface AmountValue {
  number: number;
  unit: Unit;
  /** As written: turn and turns mean the same. */
  written: string;
}

export function readAmount(text: string): AmountValue | null {
  const found = /^(\d+) (turns?|s|min|h|days?|workdays?)$/.exec(text.trim());
  if (!found) return null;
  const written = found[2] ?? "";
  const unit = written === "turn" ? "turns" : written === "day" ? "days" : written === "workday" ? "workdays" : (written as Unit);
  return { number: Number(found[1]), unit, written };
}

export const amountText = ({ number, unit }: Pick<AmountValue, "number" | "unit">): string => `${Math.max(0, Math.round(number))} ${unit}`;

/** The parts of a deadline: split at « or » outside quotes and parentheses, as the server does. */
export function alternativesOf(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (c === '"' && text[at - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if (c === "(") depth += 1;
    if (c === ")") depth -= 1;
    if (depth === 0 && text.startsWith(" or ", at)) {
      parts.push(text.slice(start, at));
      start = at + 4;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
