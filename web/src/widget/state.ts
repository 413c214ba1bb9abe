// What the customer's chat knows, as a pure fold over what the server says. Messages are known by their client id, so that
// a message sent twice (another tab, a reload, a reconnect) is one message.

export interface ChatItem {
  n: number;
  id: string;
  from: "customer" | "rep" | "system" | "bot";
  text: string;
  at: string;
}

export interface Pending {
  id: string;
  text: string;
  at: string;
}

export type Phase = "idle" | "waiting" | "open" | "ended";
export type Link = "off" | "connecting" | "open" | "lost";

export interface ChatState {
  phase: Phase;
  place: number;
  rep: string;
  items: ChatItem[];
  /** Not yet confirmed by the server, in the order in which they were written. */
  pending: Pending[];
  /** Ids written to the present connection: sent, but not confirmed. */
  sent: string[];
  typing: boolean;
  link: Link;
  expired: boolean;
}

export type ChatServerMessage =
  | { op: "hello"; state: "waiting" | "open" | "ended" | "closed"; items: ChatItem[]; place?: number; rep?: string }
  | { op: "item"; item: ChatItem }
  | { op: "ack"; id: string; n: number }
  | { op: "typing"; on: boolean }
  | { op: "state"; state: "waiting" | "open" | "ended" | "closed"; place?: number; rep?: string }
  | { op: "error"; code: string; detail?: string }
  | { op: "pong" };

export function emptyChat(): ChatState {
  return { phase: "idle", place: 0, rep: "", items: [], pending: [], sent: [], typing: false, link: "off", expired: false };
}

export function lastNumber(state: ChatState): number {
  return state.items.at(-1)?.n ?? 0;
}

function withItems(state: ChatState, fresh: readonly ChatItem[]): ChatState {
  if (fresh.length === 0) return state;
  const known = new Map(state.items.map((item) => [item.n, item]));
  for (const item of fresh) known.set(item.n, item);
  const items = [...known.values()].sort((a, b) => a.n - b.n);
  const arrived = new Set(items.map((item) => item.id));
  return { ...state, items, pending: state.pending.filter((entry) => !arrived.has(entry.id)), sent: state.sent.filter((id) => !arrived.has(id)) };
}

function phaseOf(state: string): Phase {
  return state === "open" ? "open" : state === "waiting" ? "waiting" : "ended";
}

export function applyServer(state: ChatState, message: ChatServerMessage): ChatState {
  switch (message.op) {
    case "hello":
      return {
        ...withItems(state, message.items),
        phase: phaseOf(message.state),
        place: message.place ?? state.place,
        rep: message.rep ?? state.rep,
      };
    case "item":
      return { ...withItems(state, [message.item]), typing: message.item.from === "rep" ? false : state.typing };
    case "ack": {
      const entry = state.pending.find((one) => one.id === message.id);
      if (!entry) return state;
      return withItems(state, [{ n: message.n, id: entry.id, from: "customer", text: entry.text, at: entry.at }]);
    }
    case "typing":
      return { ...state, typing: message.on };
    case "state":
      return { ...state, phase: phaseOf(message.state), place: message.place ?? 0, rep: message.rep ?? state.rep, typing: message.state === "open" && state.typing };
    case "error":
      return message.code === "unauthorized" || message.code === "not_found" || message.code === "gone" ? { ...state, expired: true, phase: "ended" } : state;
    case "pong":
      return state;
    default:
      return unknown(state, message);
  }
}

function unknown(state: ChatState, _message: never): ChatState {
  return state;
}

/** Another tab's queue joined with ours: nothing that already arrived comes back. */
export function withPending(state: ChatState, entries: readonly Pending[]): ChatState {
  const arrived = new Set(state.items.map((item) => item.id));
  const pending = [...state.pending];
  for (const entry of entries) if (!arrived.has(entry.id) && !pending.some((one) => one.id === entry.id)) pending.push(entry);
  pending.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return { ...state, pending };
}

export type Delivery = "sending" | "sent" | "delivered";

export interface Line {
  key: string;
  from: ChatItem["from"];
  text: string;
  at: string;
  delivery: Delivery | null;
}

/** What stands in the window: what arrived, then what is on its way. */
export function linesOf(state: ChatState): Line[] {
  return [
    ...state.items.map((item) => ({ key: item.id, from: item.from, text: item.text, at: item.at, delivery: item.from === "customer" ? ("delivered" as const) : null })),
    ...state.pending.map((entry) => ({
      key: entry.id,
      from: "customer" as const,
      text: entry.text,
      at: entry.at,
      delivery: state.sent.includes(entry.id) && state.link === "open" ? ("sent" as const) : ("sending" as const),
    })),
  ];
}
