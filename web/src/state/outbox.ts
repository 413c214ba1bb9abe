// What the rep sent and the server has not yet confirmed. Entries are kept over a reload and go out in order, one at a
// time per conversation, each under its own id: a repeat can never be said twice.
import { create } from "zustand";
import { api, ApiError, newId } from "../api/client";
import type { Decision, GateFinding } from "../api/types";

/** asking: the gate wants a person to confirm it first. */
export type SendState = "queued" | "sending" | "sent" | "failed" | "refused" | "asking";

export interface Outgoing {
  act: string;
  conversation: string;
  text: string;
  card: string | null;
  at: string;
  state: SendState;
  rules: string[];
  /** Why it was refused, or why one is asked. */
  findings: GateFinding[];
  /** One was asked, and said yes. */
  confirmed: boolean;
  /** Stable error code when failed. */
  error: string;
}

const storageKey = "fenshen.outbox";
const keepMs = 24 * 3600 * 1000;

export type OutboxAction =
  | { type: "add"; entry: Outgoing }
  | { type: "state"; act: string; state: SendState; rules?: string[]; findings?: GateFinding[]; confirmed?: boolean; error?: string }
  | { type: "remove"; act: string }
  | { type: "confirmed"; acts: readonly string[] };

/** Pure. */
export function reduceOutbox(entries: readonly Outgoing[], action: OutboxAction): Outgoing[] {
  switch (action.type) {
    case "add":
      return entries.some((entry) => entry.act === action.entry.act) ? [...entries] : [...entries, action.entry];
    case "state":
      return entries.map((entry) =>
        entry.act === action.act 
          ? {
              ...entry,
              state: action.state,
              rules: action.rules ?? entry.rules,
              findings: action.findings ?? entry.findings,
              confirmed: action.confirmed ?? entry.confirmed,
              error: action.error ?? "",
            }
          : entry,
      );
    case "remove":
      return entries.filter((entry) => entry.act !== action.act);
    case "confirmed": {
      const done = new Set(action.acts);
      return entries.filter((entry) => !done.has(entry.act));
    }
    default:
      return nothing(entries, action);
  }
}

function nothing(entries: readonly Outgoing[], _action: never): Outgoing[] {
  return [...entries];
}

/** The next entry to send of each conversation: the oldest, unless it waits for the rep (failed) or is under way. */
export function nextToSend(entries: readonly Outgoing[]): Outgoing[] {
  const heads = new Map<string, Outgoing>();
  for (const entry of entries) {
    if (entry.state === "sent" || entry.state === "refused") continue;
    if (!heads.has(entry.conversation)) heads.set(entry.conversation, entry);
  }
  return [...heads.values()].filter((entry) => entry.state === "queued");
}

function stored(): Outgoing[] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    if (!Array.isArray(parsed)) return [];
    const young = (parsed as Outgoing[]).filter((entry) => Date.now() - Date.parse(entry.at) < keepMs);
    // What was under way when the page went has an unknown fate; its id makes asking again harmless.
    return young.map((entry) => ({ ...entry, findings: entry.findings ?? [], confirmed: entry.confirmed ?? false, state: entry.state === "sending" ? ("queued" as const) : entry.state }));
  } catch {
    return [];
  }
}

interface OutboxState {
  entries: Outgoing[];
}

export const useOutbox = create<OutboxState>(() => ({ entries: typeof localStorage === "undefined" ? [] : stored() }));

function dispatch(action: OutboxAction): void {
  const entries = reduceOutbox(useOutbox.getState().entries, action);
  useOutbox.setState({ entries });
  try {
    localStorage.setItem(storageKey, JSON.stringify(entries.filter((entry) => entry.state !== "sent")));
  } catch {
    // Storage full or forbidden: the queue lives on in memory.
  }
}

let retry: ReturnType<typeof setTimeout> | undefined;

export const outbox = {
  send(conversation: string, text: string, card: string | null): string {
    const act = newId();
    dispatch({
      type: "add",
      entry: { act, conversation, text, card, at: new Date().toISOString(), state: "queued", rules: [], findings: [], confirmed: false, error: "" },
    });
    outbox.pump();
    return act;
  },
  retry(act: string): void {
    dispatch({ type: "state", act, state: "queued" });
    outbox.pump();
  },
  /** Yes to what the gate asked. */
  confirm(act: string): void {
    dispatch({ type: "state", act, state: "queued", confirmed: true });
    outbox.pump();
  },
  drop(act: string): void {
    dispatch({ type: "remove", act });
    outbox.pump();
  },
  /** Called when frames show these acts: the transcript now carries them. */
  confirmed(acts: readonly string[]): void {
    const entries = useOutbox.getState().entries;
    if (entries.some((entry) => acts.includes(entry.act))) dispatch({ type: "confirmed", acts });
  },
  /** Sends what can be sent; called on every change and when the link is back. */
  pump(): void {
    for (const entry of nextToSend(useOutbox.getState().entries)) void deliver(entry);
  },
};

async function deliver(entry: Outgoing): Promise<void> {
  dispatch({ type: "state", act: entry.act, state: "sending" });
  try {
    if (entry.confirmed) {
      settle(entry, await api.confirmAct(entry.conversation, entry.act));
      return;
    }
    const body = { act: entry.act, kind: "message" as const, text: entry.text, ...(entry.card ? { card: entry.card } : {}) };
    settle(entry, await api.act(entry.conversation, body));
  } catch (error) {
    const problem = error instanceof ApiError ? error : new ApiError(0, "network", "");
    if (problem.offline || problem.status >= 502 || problem.code === "rate_limited") {
      dispatch({ type: "state", act: entry.act, state: "queued", error: problem.code });
      clearTimeout(retry);
      retry = setTimeout(() => outbox.pump(), 2_000);
      return;
    }
    dispatch({ type: "state", act: entry.act, state: "failed", error: problem.code });
  }
}

function settle(entry: Outgoing, result: Decision): void {
  const why = { rules: result.rules ?? [], findings: result.findings ?? [] };
  if (result.decision === "blocked") dispatch({ type: "state", act: entry.act, state: "refused", ...why });
  else if (result.decision === "confirm") dispatch({ type: "state", act: entry.act, state: "asking", confirmed: false, ...why });
  else dispatch({ type: "state", act: entry.act, state: "sent" });
  outbox.pump();
}
