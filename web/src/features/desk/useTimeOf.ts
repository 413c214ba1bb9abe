import { useMemo } from "react";
import { clock, clockSeconds, parseTime, span } from "../../lib/time";
import type { ConversationState } from "../../state/conversation";
import { useLive } from "../../state/live";

/** How a moment of this conversation is written: from the start of a call, by the wall clock in a chat. */
export function useTimeOf(conversation: string): (at: string) => string {
  const channel = useLive((live) => live.conversations[conversation]?.channel ?? "");
  const startedAt = useLive((live) => live.conversations[conversation]?.startedAt ?? "");
  return useMemo(() => {
    const start = parseTime(startedAt);
    const spoken = channel === "voice" || channel === "video";
    return (at: string) => {
      const moment = parseTime(at);
      if (moment === null) return "";
      return spoken && start !== null ? span(moment - start) : clock(moment);
    };
  }, [channel, startedAt]);
}

/** The time of a turn as the transcript shows it; nothing renders again unless that very text changes. */
export function useTurnTime(conversation: string, turn: number | null): string {
  return useLive((live) => (turn === null ? "" : turnTime(live.conversations[conversation], turn)));
}

/** The time of a turn where several stand side by side: in a chat, seconds tell those of one minute apart. */
export function useChipTime(conversation: string, turn: number): string {
  return useLive((live) => chipTime(live.conversations[conversation], turn));
}

export function chipTime(state: ConversationState | undefined, turn: number): string {
  const plain = turnTime(state, turn);
  if (!state || !plain) return plain;
  const others = Object.keys(state.byTurn).map(Number).filter((other) => other !== turn);
  if (!others.some((other) => turnTime(state, other) === plain)) return plain;
  const seconds = (one: number) => clockSeconds(parseTime(state.rows[state.byTurn[one] ?? -1]?.at) ?? 0);
  const spoken = state.channel === "voice" || state.channel === "video";
  const fine = spoken ? plain : seconds(turn);
  const same = others.filter((other) => (spoken ? turnTime(state, other) : seconds(other)) === fine);
  return same.length === 0 ? fine : `${fine} #${turn + 1}`;
}

function turnTime(state: ConversationState | undefined, turn: number): string {
  const index = state?.byTurn[turn];
  const row = index === undefined ? undefined : state?.rows[index];
  if (!state || !row) return "";
  const spoken = state.channel === "voice" || state.channel === "video";
  if (row.kind === "speech" && row.startMs !== null && spoken) return span(row.startMs);
  const at = parseTime(row.at);
  const start = parseTime(state.startedAt);
  if (at === null) return "";
  return spoken && start !== null ? span(at - start) : clock(at);
}
