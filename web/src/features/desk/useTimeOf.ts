import { useMemo } from "react";
import { clock, parseTime, span } from "../../lib/time";
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

/** The time of a turn, from the transcript's own rows. */
export function useTurnTime(conversation: string): (turn: number) => string {
  const timeOf = useTimeOf(conversation);
  const rows = useLive((live) => live.conversations[conversation]?.rows);
  const byTurn = useLive((live) => live.conversations[conversation]?.byTurn);
  const spoken = useLive((live) => live.conversations[conversation]?.channel === "voice");
  return (turn: number) => {
    const index = byTurn?.[turn];
    const row = index === undefined ? undefined : rows?.[index];
    if (!row) return "";
    if (row.kind === "speech" && row.startMs !== null && spoken) return span(row.startMs);
    return timeOf(row.at);
  };
}
