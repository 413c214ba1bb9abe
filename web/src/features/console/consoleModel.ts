// What the live list shows, filters and orders by. Pure. Risk is one number whose four parts are visible.
import type { Emotion, Summary } from "../../api/types";
import { parseTime } from "../../lib/time";

export interface RiskParts {
  emotion: number;
  rules: number;
  waiting: number;
  owed: number;
}

const emotionWeight: Record<Emotion, number> = { angry: 30, dissatisfied: 20, anxious: 14, sad: 8, calm: 0, none: 0 };

export function riskParts(item: Summary, now: number): RiskParts {
  const waitedSince = parseTime(item.waiting_since);
  const waited = waitedSince === null || item.state === "ended" || item.state === "closed" ? 0 : Math.max(0, now - waitedSince) / 1000;
  return {
    emotion: emotionWeight[item.emotion ?? "none"],
    rules: Math.min(45, (item.violations?.major ?? 0) * 25 + (item.violations?.normal ?? 0) * 8),
    waiting: Math.min(15, Math.floor(waited / 8)),
    owed: Math.min(10, (item.owed ?? 0) * 3),
  };
}

export function riskOf(item: Summary, now: number): number {
  const parts = riskParts(item, now);
  return parts.emotion + parts.rules + parts.waiting + parts.owed;
}

export const attentionFrom = 40;

/** What a supervisor should look at: one major violation is enough, whatever the sum says. */
export function needsAttention(item: Summary, now: number): boolean {
  if (item.state === "closed") return false;
  return (item.violations?.major ?? 0) > 0 || item.emotion === "angry" || riskOf(item, now) >= attentionFrom;
}

export const filterNames = ["q", "emotion", "rules", "channel", "state", "sort"] as const;
export type Filters = Record<(typeof filterNames)[number], string>;
export type SortName = "risk" | "waiting" | "started";

export const sortOf = (filters: Filters): SortName => (filters.sort === "waiting" || filters.sort === "started" ? filters.sort : "risk");

export function passes(item: Summary, filters: Filters, now: number): boolean {
  if (filters.emotion && (item.emotion ?? "none") !== filters.emotion) return false;
  if (filters.channel && item.channel !== filters.channel) return false;
  if (filters.state ? item.state !== filters.state : item.state === "closed") return false;
  if (filters.rules === "attention" && !needsAttention(item, now)) return false;
  if (filters.rules === "major" && (item.violations?.major ?? 0) === 0) return false;
  if (filters.rules === "any" && (item.violations?.major ?? 0) + (item.violations?.normal ?? 0) === 0) return false;
  if (filters.rules === "owed" && (item.owed ?? 0) === 0) return false;
  const words = filters.q.trim().toLowerCase();
  if (!words) return true;
  const text = [item.customer?.["name"], item.rep?.name, item.title, item.last?.text, item.flow].join("\n").toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}

/** Ids in the wanted order; ties by id, so that equal rows never swap. */
export function ordered(items: readonly Summary[], sort: SortName, now: number): string[] {
  const key = (item: Summary): number => {
    if (sort === "waiting") return parseTime(item.waiting_since) ?? Number.MAX_SAFE_INTEGER;
    if (sort === "started") return parseTime(item.started_at) ?? 0;
    return -riskOf(item, now);
  };
  return items
    .map((item) => ({ id: item.id, key: key(item) }))
    .sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : 1))
    .map((entry) => entry.id);
}

/** The held order with what has come since at the end and without what is gone. */
export function heldOrder(held: readonly string[], wanted: readonly string[]): string[] {
  const alive = new Set(wanted);
  const known = new Set(held);
  return [...held.filter((id) => alive.has(id)), ...wanted.filter((id) => !known.has(id))];
}

/** How many rows would move if the wanted order were taken now. */
export function moves(shown: readonly string[], wanted: readonly string[]): number {
  return wanted.filter((id, index) => shown[index] !== id).length;
}
