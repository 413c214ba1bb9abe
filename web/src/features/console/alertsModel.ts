// In which order alerts stand. Pure.
import type { Alert } from "../../api/types";
import { parseTime } from "../../lib/time";

const time = (text: string | undefined) => parseTime(text) ?? 0;

/** What waits longest stands first, graver before lighter in the same second; ties by id, so that rows never swap. */
export function openOnes(alerts: Record<string, Alert>): Alert[] {
  return Object.values(alerts)
    .filter((alert) => !alert.acknowledged)
    .sort((a, b) => time(a.at) - time(b.at) || (a.id < b.id ? -1 : 1));
}

/** What was acknowledged, newest first: what one saw happen, then what was read from the server. */
export function acknowledgedOnes(alerts: Record<string, Alert>, stored: readonly Alert[]): Alert[] {
  const all = new Map<string, Alert>();
  for (const alert of [...stored, ...Object.values(alerts)]) if (alert.acknowledged) all.set(alert.id, alert);
  return [...all.values()].sort((a, b) => time(b.acknowledged?.at) - time(a.acknowledged?.at) || (a.id < b.id ? -1 : 1));
}
