// What the parts of the desk tell each other: the chosen card, the lit turn, the open tab. Nothing here outlives the page.
import { create } from "zustand";

export const tabNames = ["knowledge", "flow", "compliance", "customer", "wrapup"] as const;
export type TabName = (typeof tabNames)[number];

interface DeskUi {
  conversation: string;
  tab: TabName;
  /** The card opened by hand; null = the newest that asks for something. */
  chosen: string | null;
  /** A turn to light in the transcript, and words in it; `stamp` makes asking twice count twice. */
  lit: { turn: number; span: [number, number] | null; stamp: number } | null;
  popover: "why" | "reject" | null;
  /** The card that stands open on the screen right now, and since when: what the keys act on. */
  shown: string | null;
  shownSince: number;
  /** The list has nothing at all: the page then offers a sample in its middle. */
  listEmpty: boolean;
}

export const useDeskUi = create<DeskUi>(() => ({ conversation: "", tab: "flow", chosen: null, lit: null, popover: null, shown: null, shownSince: 0, listEmpty: false }));

export const deskUi = {
  open(conversation: string): void {
    if (useDeskUi.getState().conversation === conversation) return;
    useDeskUi.setState({ conversation, chosen: null, lit: null, popover: null });
  },
  tab(tab: TabName): void {
    useDeskUi.setState({ tab });
  },
  choose(card: string | null): void {
    useDeskUi.setState({ chosen: card, popover: null });
  },
  light(turn: number, span: [number, number] | null = null): void {
    useDeskUi.setState({ lit: { turn, span, stamp: Date.now() } });
  },
  unlight(): void {
    useDeskUi.setState({ lit: null });
  },
  shows(card: string | null): void {
    if (useDeskUi.getState().shown !== card) useDeskUi.setState({ shown: card, shownSince: Date.now() });
  },
  popover(popover: "why" | "reject" | null): void {
    useDeskUi.setState({ popover });
  },
};
