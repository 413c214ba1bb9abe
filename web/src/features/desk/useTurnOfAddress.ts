import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";
import { useLive } from "../../state/live";
import { deskUi } from "./ui";

/** A link to a turn (`?turn=12`, counted from 0): lit once, as soon as the transcript carries it. */
export function useTurnOfAddress(conversation: string): void {
  const [search] = useSearchParams();
  const text = search.get("turn");
  const turn = text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
  const there = useLive((state) => turn !== null && state.conversations[conversation]?.byTurn[turn] !== undefined);
  const done = useRef("");
  useEffect(() => {
    const key = `${conversation}:${turn}`;
    if (!there || turn === null || done.current === key) return;
    done.current = key;
    deskUi.light(turn);
  }, [conversation, turn, there]);
}
