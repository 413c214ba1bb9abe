// The wrap-up form: the draft of the double with the rep's changes laid over it. Pure. The draft may still move in the
// moment after the end; what the rep has touched stays as he left it.
import type { WrapupDraft, WrapupInput } from "../../api/types";

export interface WrapupEdits {
  types?: string[];
  sentences?: Record<number, string>;
  fields?: Record<string, string>;
  outcome?: string;
  followUp?: string;
  /** Names of types picked by search, which the draft does not carry. */
  names?: Record<string, string>;
  /** Doubtful fields that the rep has looked at. */
  checked?: string[];
}

export interface TypeRow {
  code: string;
  name: string;
  p: number | null;
  on: boolean;
}

export interface FieldRow {
  name: string;
  label: string;
  /** What is saved, and what people read where that is an id. */
  value: string;
  display: string;
  turn: number | null;
  doubtful: boolean;
}

export interface SentenceRow {
  index: number;
  label: string;
  text: string;
  turns: number[];
}

export interface WrapupForm {
  types: TypeRow[];
  sentences: SentenceRow[];
  fields: FieldRow[];
  outcome: string;
  followUp: string;
  /** Fields still framed with a question mark. */
  doubtful: number;
}

const sureFrom = 0.85;
const likelyFrom = 0.5;

/** Types chosen without asking: those the double is sure of; else the likeliest, if it is likely at all. */
export function chosenTypes(draft: WrapupDraft): string[] {
  const types = draft.types ?? [];
  const sure = types.filter((type) => type.p >= sureFrom).map((type) => type.code);
  if (sure.length > 0) return sure;
  const first = types[0];
  return first && first.p >= likelyFrom ? [first.code] : [];
}

export function formOf(draft: WrapupDraft, edits: WrapupEdits): WrapupForm {
  const on = new Set(edits.types ?? chosenTypes(draft));
  const known = new Set((draft.types ?? []).map((type) => type.code));
  const added = [...on].filter((code) => !known.has(code));
  const checked = new Set(edits.checked ?? []);
  const fields = (draft.fields ?? []).map((field) => ({
    name: field.name,
    label: field.label || field.name,
    value: edits.fields?.[field.name] ?? field.value,
    display: edits.fields?.[field.name] ?? field.display ?? field.value,
    turn: field.turn ?? null,
    doubtful: field.uncertain === true && !checked.has(field.name) && edits.fields?.[field.name] === undefined,
  }));
  return {
    types: [
      ...(draft.types ?? []).slice(0, 3).map((type) => ({ code: type.code, name: type.name || type.code, p: type.p, on: on.has(type.code) })),
      ...added.map((code) => ({ code, name: edits.names?.[code] ?? code, p: null, on: true })),
    ],
    sentences: (draft.summary ?? []).map((sentence, index) => ({
      index,
      label: sentence.label ?? "other",
      text: edits.sentences?.[index] ?? sentence.text,
      turns: sentence.turns,
    })),
    fields,
    outcome: edits.outcome ?? draft.outcome ?? "",
    followUp: edits.followUp ?? "",
    doubtful: fields.filter((field) => field.doubtful).length,
  };
}

export function toggleType(draft: WrapupDraft, edits: WrapupEdits, code: string, name?: string): WrapupEdits {
  const on = edits.types ?? chosenTypes(draft);
  const types = on.includes(code) ? on.filter((one) => one !== code) : [...on, code];
  return { ...edits, types, ...(name ? { names: { ...edits.names, [code]: name } } : {}) };
}

export function inputOf(form: WrapupForm): WrapupInput {
  return {
    types: form.types.filter((type) => type.on).map((type) => type.code),
    summary: form.sentences.filter((sentence) => sentence.text.trim() !== "").map(({ text, turns }) => ({ text: text.trim(), turns })),
    fields: form.fields.filter((field) => field.value.trim() !== "").map(({ name, value }) => ({ name, value: value.trim() })),
    outcome: form.outcome,
    ...(form.followUp.trim() ? { follow_up: form.followUp.trim() } : {}),
  };
}

export type Lack = "type" | "outcome" | null;

export function lackOf(form: WrapupForm): Lack {
  if (!form.types.some((type) => type.on)) return "type";
  return form.outcome ? null : "outcome";
}
