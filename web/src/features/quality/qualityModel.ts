// What the quality pages filter by, and the form of an inspection. Pure.
import type { QualityQuery } from "../../api/client";
import type { NewInspection, QualityDetail, QualityLine, QualityVerdict } from "../../api/types";

export const filterNames = ["state", "passed", "team", "rep", "rule", "process", "channel", "from", "to", "score_max", "sheet", "sample"] as const;
export type FilterName = (typeof filterNames)[number];
export type Filters = Record<FilterName, string>;

/** The filters as the server asks for them: empty ones are left out. */
export function queryOf(filters: Filters, names: readonly FilterName[] = filterNames): QualityQuery {
  return Object.fromEntries(names.filter((name) => filters[name] !== "").map((name) => [name, filters[name]]));
}

export function addressOf(change: Partial<Filters>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(change)) if (value) search.set(name, value);
  const text = search.toString();
  return `/quality${text ? `?${text}` : ""}`;
}

export const caseAddress = (conversation: string, turn: number | null = null) => `/quality/c/${encodeURIComponent(conversation)}${turn === null ? "" : `?turn=${turn}`}`;

export type Verdict = QualityVerdict["verdict"];

export interface LineForm {
  lost: number;
  note: string;
}

export interface InspectionForm {
  lines: Record<string, LineForm>;
  /** Of rules that the machine found (right, wrong), and of those it missed. */
  verdicts: Record<string, Verdict>;
  note: string;
}

/** Starts from what counts now: the last person's points where there are any, else the machine's. */
export function formOf(detail: QualityDetail): InspectionForm {
  const verdicts: Record<string, Verdict> = {};
  for (const rule of foundRules(detail)) verdicts[rule] = "right";
  for (const { rule, verdict } of detail.verdicts) verdicts[rule] = verdict;
  return {
    lines: Object.fromEntries(detail.lines.map((line) => [line.item, { lost: line.human_lost ?? line.lost, note: line.human_note }])),
    verdicts,
    note: "",
  };
}

export function foundRules(detail: QualityDetail): string[] {
  return [...new Set(detail.lines.flatMap((line) => line.evidence.filter((one) => one.kind === "rule").map((one) => one.id)))];
}

/** A finding that a person does not share gives its points back, unless another finding of the item stands. */
export function withVerdict(detail: QualityDetail, form: InspectionForm, rule: string, verdict: Verdict | null): InspectionForm {
  const verdicts = { ...form.verdicts };
  if (verdict === null) delete verdicts[rule];
  else verdicts[rule] = verdict;
  const lines = { ...form.lines };
  for (const line of detail.lines) {
    if (!line.evidence.some((one) => one.kind === "rule" && one.id === rule)) continue;
    const stands = line.evidence.some((one) => one.kind !== "rule" || verdicts[one.id] !== "wrong");
    const before = lines[line.item] ?? { lost: line.lost, note: "" };
    lines[line.item] = { ...before, lost: stands ? Math.max(before.lost, verdict === "right" ? line.lost : 0) : 0 };
  }
  return { ...form, verdicts, lines };
}

/** Findings that no item of the sheet names cost nothing: they are judged, not scored. */
export const isScored = (line: QualityLine) => line.veto || line.weight > 0;

export function changedLines(detail: QualityDetail, form: InspectionForm): QualityLine[] {
  return detail.lines.filter((line) => isScored(line) && (form.lines[line.item]?.lost ?? line.lost) !== line.lost);
}

/** A judgement that differs from the machine's must say why, so that a rep can answer it. */
export function lackOf(detail: QualityDetail, form: InspectionForm): QualityLine | null {
  return changedLines(detail, form).find((line) => !form.lines[line.item]?.note.trim()) ?? null;
}

export function inputOf(detail: QualityDetail, form: InspectionForm, id: string): NewInspection {
  return {
    id,
    lines: detail.lines.filter(isScored).map((line) => {
      const { lost, note } = form.lines[line.item] ?? { lost: line.lost, note: "" };
      return { item: line.item, lost, ...(note.trim() ? { note: note.trim() } : {}) };
    }),
    verdicts: Object.entries(form.verdicts).map(([rule, verdict]) => ({ rule, verdict })),
    ...(form.note.trim() ? { note: form.note.trim() } : {}),
  };
}

export function lostOf(detail: QualityDetail, form: InspectionForm): number {
  return detail.lines.reduce((sum, line) => sum + (line.veto ? 0 : (form.lines[line.item]?.lost ?? line.lost)), 0);
}

export function isVetoed(detail: QualityDetail, form: InspectionForm): boolean {
  return detail.lines.some((line) => line.veto && (form.lines[line.item]?.lost ?? line.lost) > 0);
}

export const percent = (share: number | null) => (share === null ? "\u2013" : `${Math.round(share * 1000) / 10}%`);
