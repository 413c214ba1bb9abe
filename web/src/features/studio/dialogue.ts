// A dialogue as lines of text, one turn each: «customer: I lost my card». What somebody pastes is read generously.
import type { SampleTurn } from "../../api/types";

export type Voice = SampleTurn["speaker"];

/** The words that begin a line, per speaker; both languages are understood. */
export type Prefixes = Readonly<Record<"customer" | "agent" | "bot" | "event", readonly string[]>>;

export interface ReadTurn {
  turn: SampleTurn | null;
  /** 1-based line of the text. */
  line: number;
}

/** Every line that says something; `turn` is null where the line cannot be read. */
export function readDialogue(text: string, prefixes: Prefixes): ReadTurn[] {
  const out: ReadTurn[] = [];
  text.split("\n").forEach((raw, index) => {
    const line = raw.trim();
    if (line === "") return;
    const at = line.search(/[:\uff1a]/);
    const name = at < 0 ? "" : line.slice(0, at).trim().toLowerCase();
    const rest = at < 0 ? "" : line.slice(at + 1).trim();
    const kind = (Object.keys(prefixes) as (keyof Prefixes)[]).find((key) => prefixes[key].some((one) => one.toLowerCase() === name));
    out.push({ line: index + 1, turn: kind === undefined || rest === "" ? null : kind === "event" ? eventOf(rest) : { speaker: kind, text: rest } });
  });
  return out;
}

function eventOf(rest: string): SampleTurn | null {
  const brace = rest.indexOf("{");
  const name = (brace < 0 ? rest : rest.slice(0, brace)).trim();
  if (!/^[\w.-]+$/.test(name)) return null;
  if (brace < 0) return { speaker: "system", event: { name } };
  try {
    const data: unknown = JSON.parse(rest.slice(brace));
    if (typeof data !== "object" || data === null) return null;
    return { speaker: "system", event: { name, data: data as Record<string, string> } };
  } catch {
    return null;
  }
}

export function writeDialogue(turns: readonly SampleTurn[], prefixes: Prefixes, colon: string): string {
  return turns
    .map((turn) => {
      if (turn.event) return `${prefixes.event[0]}${colon}${turn.event.name}${turn.event.data ? ` ${JSON.stringify(turn.event.data)}` : ""}`;
      const speaker = turn.speaker === "customer" || turn.speaker === "bot" ? turn.speaker : "agent";
      return `${prefixes[speaker][0]}${colon}${(turn.text ?? "").replaceAll("\n", " ")}`;
    })
    .join("\n");
}
