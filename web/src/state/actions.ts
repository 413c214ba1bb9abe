// What the rep did with cards, on its way to the log. Shown at once, kept over a reload, sent again until the server has
// it: each carries its own id, so a repeat is recorded once.
import { create } from "zustand";
import { api, ApiError, newId } from "../api/client";
import type { CardActionName } from "../api/types";
import { readJson, writeJson } from "../lib/storage";

export interface PendingAction {
  id: string;
  conversation: string;
  card: string;
  action: CardActionName;
  reason: string;
  text: string;
}

const storageKey = "fenshen.actions";
const keptAtMost = 500;

function isList(value: unknown): value is PendingAction[] {
  return Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null && "id" in one && "card" in one);
}

interface ActionsState {
  /** The last thing done per card, ahead of the log. */
  local: Record<string, PendingAction | undefined>;
  failed: { code: string; at: number } | null;
}

export const useActions = create<ActionsState>(() => ({ local: {}, failed: null }));

let pending = readJson(storageKey, isList, []);
let running = false;
let retry: ReturnType<typeof setTimeout> | undefined;
const reported = new Set<string>();

export function recordAction(conversation: string, card: string, action: CardActionName, detail: { reason?: string; text?: string } = {}): void {
  if (action === "shown") {
    if (reported.has(card)) return;
    reported.add(card);
  }
  const entry: PendingAction = { id: newId(), conversation, card, action, reason: detail.reason ?? "", text: detail.text ?? "" };
  if (action !== "shown") useActions.setState((state) => ({ local: { ...state.local, [card]: entry } }));
  pending = [...pending, entry].slice(-keptAtMost);
  writeJson(storageKey, pending);
  void pumpActions();
}

export async function pumpActions(): Promise<void> {
  if (running) return;
  running = true;
  try {
    while (pending[0]) {
      const entry = pending[0];
      if (!(await deliver(entry))) return;
      pending = pending.slice(1);
      writeJson(storageKey, pending);
    }
  } finally {
    running = false;
  }
}

/** True if the entry is settled: recorded, or refused for good. */
async function deliver(entry: PendingAction): Promise<boolean> {
  const body = {
    id: entry.id,
    action: entry.action,
    ...(entry.reason ? { reason: entry.reason } : {}),
    ...(entry.text ? { text: entry.text } : {}),
  };
  try {
    await api.cardAction(entry.conversation, entry.card, body);
    return true;
  } catch (error) {
    const problem = error instanceof ApiError ? error : new ApiError(0, "network", "");
    if (problem.offline || problem.status >= 500 || problem.status === 401 || problem.code === "rate_limited") {
      clearTimeout(retry);
      retry = setTimeout(() => void pumpActions(), 3_000);
      return false;
    }
    if (entry.action !== "shown") {
      useActions.setState((state) => ({ failed: { code: problem.code, at: Date.now() }, local: { ...state.local, [entry.card]: undefined } }));
    }
    return true;
  }
}
