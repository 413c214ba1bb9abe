// What the gate says to the words being written. The check is asked a moment after the last key; an answer counts only for
// the words it was asked about, and is kept for a newer text as far as its words still stand where they stood.
import { useEffect, useRef, useState } from "react";
import type { Decision, GateFinding } from "../../api/types";
import { live, useLive } from "../../state/live";

export const checkAfterMs = 150;

export interface Check {
  decision: Decision["decision"];
  findings: GateFinding[];
  /** False while the answer is about an older text. */
  current: boolean;
}

const clean: Check = { decision: "allowed", findings: [], current: true };

let asked = 0;
// The words that the gate said no to, per conversation: keys that send look here as the button does.
const refusedTexts = new Map<string, string>();

export function isRefused(conversation: string, text: string): boolean {
  return refusedTexts.get(conversation) === text;
}

export function useDraftCheck(conversation: string, text: string, enabled: boolean): Check {
  const answer = useLive((state) => state.checks[conversation]);
  const status = useLive((state) => state.status);
  const latest = useRef<{ ref: string; text: string } | null>(null);
  const [known, setKnown] = useState<{ text: string; decision: Decision["decision"]; findings: GateFinding[] } | null>(null);
  const wanted = enabled && status === "open" ? text : "";

  useEffect(() => {
    if (wanted.trim() === "") {
      latest.current = null;
      setKnown(null);
      return;
    }
    const timer = setTimeout(() => {
      asked += 1;
      latest.current = { ref: `d${asked}`, text: wanted };
      live.draft(conversation, latest.current.ref, wanted);
    }, checkAfterMs);
    return () => clearTimeout(timer);
  }, [conversation, wanted]);

  useEffect(() => {
    const question = latest.current;
    if (answer && question && answer.ref === question.ref) setKnown({ text: question.text, decision: answer.decision, findings: answer.findings });
  }, [answer]);

  useEffect(() => {
    if (known?.decision === "blocked") refusedTexts.set(conversation, known.text);
    else refusedTexts.delete(conversation);
    return () => void refusedTexts.delete(conversation);
  }, [conversation, known]);

  return known ? checkOf(known, wanted) : clean;
}

/** Pure: what an answer about one text still says about another. */
export function checkOf(known: { text: string; decision: Decision["decision"]; findings: GateFinding[] }, text: string): Check {
  if (known.text === text) return { decision: known.decision, findings: known.findings, current: true };
  if (text.trim() === "") return clean;
  const before = Array.from(known.text);
  const now = Array.from(text);
  const findings = known.findings.filter(({ span: [begin, end] }) => end > begin && before.slice(begin, end).join("") === now.slice(begin, end).join(""));
  // Nobody is stopped by an answer about other words; the server decides on what is sent.
  return { decision: "allowed", findings, current: false };
}

const sentenceEnd = /[。！？!?；;\n]/;

/** The text with the sentence that a finding is about put lawfully; its other sentences stay. */
export function adopt(text: string, finding: GateFinding): string {
  const [begin, end] = finding.span;
  const points = Array.from(text);
  if (end <= begin || end > points.length) return finding.wording;
  let from = begin;
  while (from > 0 && !sentenceEnd.test(points[from - 1] ?? "")) from -= 1;
  let to = end;
  while (to < points.length && !sentenceEnd.test(points[to] ?? "")) to += 1;
  while (to < points.length && /[。！？!?；;]/.test(points[to] ?? "")) to += 1;
  return points.slice(0, from).join("") + finding.wording + points.slice(to).join("");
}

export interface Piece {
  text: string;
  finding: GateFinding | null;
}

const weight = { blocked: 3, confirm: 2, reported: 1 };

/** The text cut along the findings, for the underlines beneath what is typed. */
export function underlined(text: string, findings: readonly GateFinding[]): Piece[] {
  const points = Array.from(text);
  const drawn = new Array<GateFinding | null>(points.length).fill(null);
  for (const finding of findings) {
    for (let at = Math.max(0, finding.span[0]); at < Math.min(points.length, finding.span[1]); at += 1) {
      const before = drawn[at];
      if (!before || weight[finding.decision] > weight[before.decision]) drawn[at] = finding;
    }
  }
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = 1; at <= points.length; at += 1) {
    if (at < points.length && drawn[at] === drawn[from]) continue;
    if (at > from) pieces.push({ text: points.slice(from, at).join(""), finding: drawn[from] ?? null });
    from = at;
  }
  return pieces;
}

/** What concerns these words now: beside what stops or asks nothing else counts, and of the rest only what points at words. */
export function pressing(findings: readonly GateFinding[]): GateFinding[] {
  const deciding = findings.filter((one) => one.decision !== "reported");
  const shown = deciding.length > 0 ? deciding : findings.filter((one) => one.span[1] > one.span[0]);
  return [...shown].sort((a, b) => rank(a) - rank(b));
}

const rank = (finding: GateFinding) => (finding.decision === "blocked" ? 0 : finding.decision === "confirm" ? 1 : 2);

/** One line per wording: two rules often ask for the same words. */
export function withWording(findings: readonly GateFinding[]): GateFinding[] {
  const seen = new Set<string>();
  return pressing(findings).filter((finding) => {
    if (!finding.wording || seen.has(finding.wording)) return false;
    seen.add(finding.wording);
    return true;
  });
}
