// How the list of conversations is grouped, filtered and ordered. Pure.
import type { Summary } from "../../api/types";
import { parseTime } from "../../lib/time";

export type GroupName = "waiting" | "active" | "wrapup" | "ended";
export interface Group {
  name: GroupName;
  items: Summary[];
}

export function groupOf(item: Summary): GroupName {
  if (item.state === "closed") return "ended";
  if (item.state === "ended") return "wrapup";
  return item.state === "waiting" ? "waiting" : "active";
}

export function customerName(item: Summary, nameless: (item: Summary) => string): string {
  const name = item.customer["name"];
  return typeof name === "string" && name ? name : nameless(item);
}

/** The last four figures of the number that called or was called. */
export function phoneTail(item: Summary): string {
  for (const key of ["phone", "caller", "number"]) {
    const figures = String(item.customer[key] ?? "").replace(/\D/g, "");
    if (figures.length >= 4) return figures.slice(-4);
  }
  return "";
}

const idleMs = 120_000;

/** A sample that nobody goes on with: paused, or its customer has long been waiting for the rep's words. */
export function isIdleSample(item: Summary, now: number): boolean {
  if (!item.sample || item.state !== "open" || item.sample.waiting_for === "customer") return item.sample?.paused === true && item.state === "open";
  if (item.sample.paused) return true;
  const last = parseTime(item.last?.at) ?? parseTime(item.started_at) ?? now;
  return !item.sample.auto && now - last > idleMs;
}

function matches(item: Summary, query: string, nameless: (item: Summary) => string): boolean {
  const words = query.trim().toLowerCase();
  if (!words) return true;
  const text = [customerName(item, nameless), item.title, item.last?.text, item.flow, item.rep?.name, item.id].join("\n").toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}

const order: GroupName[] = ["waiting", "active", "wrapup", "ended"];

// Who waits longest stands first; what ended last stands first. Ties by id, so that rows never swap for nothing.
function compare(group: GroupName): (a: Summary, b: Summary) => number {
  const time = (item: Summary): number =>
    group === "waiting"
      ? (parseTime(item.waiting_since) ?? parseTime(item.started_at) ?? 0)
      : group === "active"
        ? (parseTime(item.started_at) ?? 0)
        : -(parseTime(item.ended_at) ?? 0);
  return (a, b) => time(a) - time(b) || (a.id < b.id ? -1 : 1);
}

export function groupsOf(items: readonly Summary[], query: string, nameless: (item: Summary) => string): Group[] {
  const groups = new Map<GroupName, Summary[]>();
  for (const item of items) {
    if (!matches(item, query, nameless)) continue;
    const name = groupOf(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return order.flatMap((name) => {
    const found = groups.get(name);
    return found ? [{ name, items: found.sort(compare(name)) }] : [];
  });
}

/** The live items, with those the live list does not carry (ended ones) added behind. */
export function merged(live: Record<string, Summary>, ended: readonly Summary[]): Summary[] {
  const items = Object.values(live);
  for (const item of ended) if (!live[item.id]) items.push(item);
  return items;
}
