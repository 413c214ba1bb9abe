// The derived view of one conversation that several parts of the desk share.
import { useCallback, useMemo } from "react";
import type { Panels, Summary } from "../../api/types";
import { useActions } from "../../state/actions";
import type { CardView, ConversationState } from "../../state/conversation";
import { useLive } from "../../state/live";
import { stackOf, statusOf, type CardStatus } from "./cards";

export interface ConversationData {
  state: ConversationState | undefined;
  panels: Panels | undefined;
  summary: Summary | undefined;
}

export function useConversation(id: string): ConversationData {
  const state = useLive((live) => live.conversations[id]);
  const panels = useLive((live) => live.panels[id]?.panels);
  const summary = useLive((live) => live.list[id]);
  return { state, panels, summary };
}

/** What became of a card, with what this rep has just done counted before the log repeats it. */
export function useCardStatus(id: string): (view: CardView) => CardStatus {
  const panels = useLive((live) => live.panels[id]);
  const local = useActions((state) => state.local);
  return useCallback(
    (view: CardView) => {
      const action = local[view.card.card]?.action;
      if (action && action !== "shown" && !view.action) return action;
      return statusOf(view, panels);
    },
    [panels, local],
  );
}

export function useStack(id: string): CardView[] {
  const cards = useLive((live) => live.conversations[id]?.cards);
  return useMemo(() => stackOf(cards ?? []), [cards]);
}
