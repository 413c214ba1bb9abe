import { useMemo } from "react";
import { clock, parseTime, span } from "../../lib/time";
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
