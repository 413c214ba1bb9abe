// What the desk knows of one conversation: a pure fold over its frames. Frames are numbered 1, 2, 3 …: a frame seen twice
// changes nothing, a hole is reported and never jumped over, so that applying frames in pieces gives what a fresh start gives.
import type { Card, CardActionName, ConversationEvent, FlatValue, Frame, Mark, Speaker, WrapupInput } from "../api/types";

export interface SpeechRow {
  kind: "speech";
  key: string;
  turn: number | null;
  speaker: Speaker;
  text: string;
  at: string;
  startMs: number | null;
  marks: Mark[];
  revised: boolean;
  card: string | null;
  /** The event that said it. */
  seq: number;
}

export interface BusinessRow {
  kind: "business";
  key: string;
  turn: number | null;
  name: string;
  data: Record<string, FlatValue>;
  at: string;
  marks: Mark[];
}

export interface NoticeRow {
  kind: "notice";
  key: string;
  turn: null;
  at: string;
  notice: "ended" | "joined" | "left" | "refused" | "failed";
  who: string;
  speaker: Speaker | null;
  text: string;
  detail: string;
}

export type Row = SpeechRow | BusinessRow | NoticeRow;

export interface CardView {
  card: Card;
  n: number;
  ms: number | null;
  /** When the event that caused it happened. */
  at: string;
  action: { name: CardActionName; reason: string; text: string } | null;
  /** A corrected text no longer gives this card. */
  superseded: boolean;
}

export type ActState = "proposed" | "asking" | "allowed" | "refused" | "done" | "failed";

export interface ActView {
  act: string;
  text: string;
  card: string | null;
  actor: string;
  state: ActState;
  rules: string[];
}

export interface ConversationState {
  /** Last frame folded; the next one wanted is n + 1. */
  n: number;
  channel: string;
  lang: string;
  startedAt: string;
  customer: Record<string, FlatValue>;
  rows: Row[];
  /** Row index of an utterance id, so that a revision finds what it corrects. */
  byUtterance: Record<string, number>;
  byTurn: Record<number, number>;
  acts: Record<string, ActView>;
  cards: CardView[];
  cardIndex: Record<string, number>;
  causeAt: Record<number, string>;
  ended: { at: string; by: string; reason: string } | null;
  /** The confirmed wrap-up as it was saved; null before. */
  wrapupSaved: Partial<WrapupInput> | null;
  packHash: string;
  lastAt: string;
}

export function emptyConversation(): ConversationState {
  return {
    n: 0,
    channel: "",
    lang: "",
    startedAt: "",
    customer: {},
    rows: [],
    byUtterance: {},
    byTurn: {},
    acts: {},
    cards: [],
    cardIndex: {},
    causeAt: {},
    ended: null,
    wrapupSaved: null,
    packHash: "",
    lastAt: "",
  };
}

export interface Applied {
  state: ConversationState;
  /** True if a frame is missing: fetch from state.n on. */
  gap: boolean;
  /** Cards that these frames brought, oldest first. */
  fresh: CardView[];
}

/** Folds frames in any order of delivery, with duplicates. The old state is not touched. */
export function applyFrames(old: ConversationState, frames: readonly Frame[]): Applied {
  const wanted = frames.filter((frame) => frame.n > old.n).sort((a, b) => a.n - b.n);
  if (wanted.length === 0) return { state: old, gap: false, fresh: [] };
  const next = copyOf(old);
  const fresh: CardView[] = [];
  let gap = false;
  for (const frame of wanted) {
    if (frame.n <= next.n) continue;
    if (frame.n !== next.n + 1) {
      gap = true;
      break;
    }
    next.n = frame.n;
    if (frame.kind === "event") foldEvent(next, frame.event, frame.turn ?? null, frame.marks ?? []);
    else if (frame.kind === "card") fresh.push(foldCard(next, frame.card, frame.n, frame.ms ?? null));
    else if (frame.kind === "superseded") foldSuperseded(next, frame.cards);
  }
  if (next.n === old.n) return { state: old, gap, fresh: [] };
  keepUntouched(old, next);
  return { state: next, gap, fresh };
}

// Parts that these frames did not change stay the very same objects, so that nothing that shows them is drawn again.
function keepUntouched(old: ConversationState, next: ConversationState): void {
  if (next.cards.length === old.cards.length && next.cards.every((view, index) => view === old.cards[index])) {
    next.cards = old.cards;
    next.cardIndex = old.cardIndex;
  }
}

function copyOf(state: ConversationState): ConversationState {
  return {
    ...state,
    rows: state.rows.slice(),
    byUtterance: { ...state.byUtterance },
    byTurn: { ...state.byTurn },
    acts: { ...state.acts },
    cards: state.cards.slice(),
    cardIndex: { ...state.cardIndex },
    causeAt: { ...state.causeAt },
  };
}

function pushRow(state: ConversationState, row: Row): number {
  const index = state.rows.push(row) - 1;
  if (row.turn !== null) state.byTurn[row.turn] = index;
  return index;
}

function foldCard(state: ConversationState, card: Card, n: number, ms: number | null): CardView {
  const view: CardView = { card, n, ms, at: state.causeAt[card.seq] ?? state.lastAt, action: null, superseded: false };
  const known = state.cardIndex[card.card];
  if (known === undefined) {
    state.cardIndex[card.card] = state.cards.push(view) - 1;
  } else {
    state.cards[known] = { ...view, action: state.cards[known]?.action ?? null };
  }
  return view;
}

function foldSuperseded(state: ConversationState, cards: readonly string[]): void {
  for (const card of cards) {
    const index = state.cardIndex[card];
    const view = index === undefined ? undefined : state.cards[index];
    if (index !== undefined && view) state.cards[index] = { ...view, superseded: true };
  }
}

function foldUtterance(
  state: ConversationState,
  event: Extract<ConversationEvent, { type: "utterance" }>,
  turn: number | null,
  marks: Mark[],
): void {
  const key = event.utterance_id || event.id;
  const known = state.byUtterance[key];
  const row: SpeechRow = {
    kind: "speech",
    key,
    turn,
    speaker: event.speaker,
    text: event.text,
    at: event.occurred_at || event.recorded_at,
    startMs: event.start_ms !== undefined && event.start_ms >= 0 ? event.start_ms : null,
    marks,
    revised: false,
    card: null,
    seq: event.seq,
  };
  if (known === undefined) {
    state.byUtterance[key] = pushRow(state, row);
    return;
  }
  const before = state.rows[known];
  if (before?.kind !== "speech") return;
  // The corrected text takes the place of the first one; its time and turn stay.
  state.rows[known] = { ...row, turn: turn ?? before.turn, at: before.at, startMs: row.startMs ?? before.startMs, revised: true };
}

function setAct(state: ConversationState, act: string, change: Partial<ActView>): ActView {
  const before = state.acts[act] ?? { act, text: "", card: null, actor: "", state: "proposed" as ActState, rules: [] };
  const after = { ...before, ...change };
  state.acts[act] = after;
  return after;
}

function foldEvent(state: ConversationState, event: ConversationEvent, turn: number | null, marks: Mark[]): void {
  const at = event.occurred_at || event.recorded_at;
  state.lastAt = at;
  state.causeAt[event.seq] = at;
  switch (event.type) {
    case "conversation.started":
      state.channel = event.channel;
      state.lang = event.lang;
      state.startedAt = at;
      state.customer = { ...event.customer };
      return;
    case "customer.snapshot":
      state.customer = { ...event.customer };
      return;
    case "utterance":
      foldUtterance(state, event, turn, marks);
      return;
    case "business":
      pushRow(state, { kind: "business", key: event.id, turn, name: event.name, data: event.data ?? {}, at, marks });
      return;
    case "act.proposed":
      setAct(state, event.act, { text: event.text ?? "", card: event.card || null, actor: event.actor ?? "", state: "proposed" });
      return;
    case "act.decided": {
      const asked = event.decision === "confirm";
      const act = setAct(state, event.act, { state: event.allowed ? "allowed" : asked ? "asking" : "refused", rules: event.rules ?? [] });
      if (!event.allowed && !asked) pushRow(state, notice("refused", event.id, at, act.text, act.rules.join(" ")));
      return;
    }
    case "act.done": {
      const act = setAct(state, event.act, { state: "done" });
      const key = `act:${event.act}`;
      if (state.byUtterance[key] !== undefined) return;
      const speaker: Speaker = act.actor === "bot" ? "bot" : "rep";
      state.byUtterance[key] = pushRow(state, {
        kind: "speech",
        key,
        turn,
        speaker,
        text: act.text,
        at,
        startMs: null,
        marks,
        revised: false,
        card: act.card,
        seq: event.seq,
      });
      return;
    }
    case "act.failed": {
      const act = setAct(state, event.act, { state: "failed" });
      pushRow(state, notice("failed", event.id, at, act.text, event.reason ?? ""));
      return;
    }
    case "card.action": {
      const index = state.cardIndex[event.card];
      const view = index === undefined ? undefined : state.cards[index];
      if (index !== undefined && view && !(event.action === "shown" && view.action)) {
        state.cards[index] = { ...view, action: { name: event.action, reason: event.reason ?? "", text: event.text ?? "" } };
      }
      return;
    }
    case "participant.joined":
    case "participant.left":
      pushRow(state, {
        ...notice(event.type === "participant.joined" ? "joined" : "left", event.id, at, "", ""),
        who: event.participant,
        speaker: event.speaker ?? null,
      });
      return;
    case "conversation.ended":
      state.ended = { at, by: event.by ?? "", reason: event.reason ?? "" };
      pushRow(state, { ...notice("ended", event.id, at, "", event.reason ?? ""), who: event.by ?? "" });
      return;
    case "wrapup.saved":
      state.wrapupSaved = event.wrapup ?? {};
      return;
    case "pack.bound":
      state.packHash = event.pack_hash;
      return;
    case "act.confirmed":
      setAct(state, event.act, { state: "proposed" });
      return;
    case "flow.action":
    case "history.snapshot":
    case "tick":
    case "typing":
      return;
    default:
      // Event types of a later server: nothing to show, and no reason to stop.
      unknownEvent(event);
  }
}

function unknownEvent(_event: never): void {}

function notice(kind: NoticeRow["notice"], id: string, at: string, text: string, detail: string): NoticeRow {
  return { kind: "notice", key: id, turn: null, at, notice: kind, who: "", speaker: null, text, detail };
}
