// The live state behind desk and console: conversations folded from frames, their panels, and the list. `receive` is the
// one entry for everything the server says; what arrives within a frame of the screen is folded together.
import { create } from "zustand";
import { api } from "../api/client";
import { browserSocket, LiveSocket, type SocketStatus } from "../api/socket";
import type { Alert, Decision, Frame, GateFinding, Panels, ServerMessage, Speaker, Summary } from "../api/types";
import { applyFrames, emptyConversation, type ConversationState } from "./conversation";

export interface PartialText {
  speaker: Speaker;
  text: string;
}

export interface DraftAnswer {
  ref: string;
  decision: Decision["decision"];
  findings: GateFinding[];
}

export interface LiveData {
  conversations: Record<string, ConversationState>;
  panels: Record<string, { seq: number; panels: Panels }>;
  partials: Record<string, PartialText | undefined>;
  typing: Record<string, boolean | undefined>;
  /** Up to which event of the log the chat's customer has seen what was said. */
  read: Record<string, number | undefined>;
  problems: Record<string, string | undefined>;
  /** What the gate says to the words being written: the newest answer per conversation. */
  checks: Record<string, DraftAnswer | undefined>;
  /** Alerts by their id: the open ones, and what was acknowledged while one looks. */
  alerts: Record<string, Alert>;
  alertsReady: boolean;
  list: Record<string, Summary>;
  listReady: boolean;
  contentHash: string;
}

export interface LiveState extends LiveData {
  status: SocketStatus;
  scope: "mine" | "team" | null;
}

export function emptyLive(): LiveData {
  return { conversations: {}, panels: {}, partials: {}, typing: {}, read: {}, problems: {}, checks: {}, alerts: {}, alertsReady: false, list: {}, listReady: false, contentHash: "" };
}

const keptConversations = 12;

export interface Reduced {
  data: LiveData;
  /** Conversations with a hole in their frames. */
  gaps: string[];
}

/** Pure: folds messages into the data. */
export function reduceMessages(old: LiveData, messages: readonly ServerMessage[]): Reduced {
  let data = old;
  const gaps = new Set<string>();
  for (const message of messages) data = reduceOne(data, message, gaps);
  return { data, gaps: [...gaps] };
}

function reduceOne(data: LiveData, message: ServerMessage, gaps: Set<string>): LiveData {
  switch (message.op) {
    case "frames": {
      // "again": what came before was masked, and may now be read as it was said.
      const before = (message.again ? undefined : data.conversations[message.conversation]) ?? emptyConversation();
      const applied = applyFrames(before, message.items);
      if (applied.gap) gaps.add(message.conversation);
      else gaps.delete(message.conversation);
      const partial = data.partials[message.conversation];
      const partials = partial && message.items.some((frame) => settles(frame, partial)) ? { ...data.partials, [message.conversation]: undefined } : data.partials;
      if (applied.state === before && data.conversations[message.conversation]) return partials === data.partials ? data : { ...data, partials };
      return { ...data, partials, conversations: { ...data.conversations, [message.conversation]: applied.state } };
    }
    case "panels": {
      const before = data.panels[message.conversation];
      if (before && before.seq > message.seq) return data;
      return { ...data, panels: { ...data.panels, [message.conversation]: { seq: message.seq, panels: message.panels } } };
    }
    case "partial": {
      const value = message.text ? { speaker: message.speaker, text: message.text } : undefined;
      return { ...data, partials: { ...data.partials, [message.conversation]: value } };
    }
    case "typing":
      return { ...data, typing: { ...data.typing, [message.conversation]: message.on } };
    case "read":
      return { ...data, read: { ...data.read, [message.conversation]: Math.max(message.n, data.read[message.conversation] ?? 0) } };
    case "alerts": {
      // The open ones, whole: what was open here and is not there has been acknowledged by somebody.
      const done = Object.values(data.alerts).filter((alert) => alert.acknowledged);
      return { ...data, alertsReady: true, alerts: Object.fromEntries([...done, ...message.items].map((alert) => [alert.id, alert])) };
    }
    case "alert":
      return { ...data, alerts: { ...data.alerts, [message.item.id]: message.item } };
    case "draft":
      return { ...data, checks: { ...data.checks, [message.conversation]: { ref: message.ref, decision: message.decision, findings: message.findings } } };
    case "list":
      return { ...data, listReady: true, list: Object.fromEntries(message.items.map((item) => [item.id, item])) };
    case "summary": {
      const before = data.list[message.item.id];
      if (before && (before.seq ?? 0) > (message.item.seq ?? 0)) return data;
      return { ...data, list: { ...data.list, [message.item.id]: message.item } };
    }
    case "content":
      return { ...data, contentHash: message.hash };
    case "error":
      return message.conversation ? { ...data, problems: { ...data.problems, [message.conversation]: message.code } } : data;
    case "pong":
      return data;
    default:
      return unknownMessage(data, message);
  }
}

// Partial text gives way to the final words of the same speaker, or to the end.
function settles(frame: Frame, partial: PartialText): boolean {
  if (frame.kind !== "event") return false;
  return frame.event.type === "conversation.ended" || (frame.event.type === "utterance" && frame.event.speaker === partial.speaker);
}

function unknownMessage(data: LiveData, _message: never): LiveData {
  return data;
}

export const useLive = create<LiveState>(() => ({ ...emptyLive(), status: "connecting", scope: null }));

let queue: ServerMessage[] = [];
let scheduled = false;
const fetching = new Set<string>();

export function receive(message: ServerMessage): void {
  queue.push(message);
  if (scheduled) return;
  scheduled = true;
  // A hidden page gets no animation frames, but must not fall behind.
  if (document.visibilityState === "visible") requestAnimationFrame(flush);
  else setTimeout(flush, 100);
}

export function flush(): void {
  scheduled = false;
  const messages = queue;
  queue = [];
  if (messages.length === 0) return;
  const { data, gaps } = reduceMessages(useLive.getState(), messages);
  useLive.setState(data);
  for (const conversation of gaps) void refetch(conversation);
}

async function refetch(conversation: string): Promise<void> {
  if (fetching.has(conversation)) return;
  fetching.add(conversation);
  try {
    for (let round = 0; round < 100; round += 1) {
      const after = lastFrame(conversation);
      const answer = await api.frames(conversation, after);
      if (answer.items.length === 0) return;
      receive({ op: "frames", conversation, items: answer.items });
      flush();
      if (lastFrame(conversation) === after) return;
    }
  } catch {
    // No answer: the socket's next watch asks again from the same place.
  } finally {
    fetching.delete(conversation);
  }
}

function lastFrame(conversation: string): number {
  return useLive.getState().conversations[conversation]?.n ?? 0;
}

const socket = new LiveSocket({
  connect: () => browserSocket("/api/v1/ws"),
  onMessage: receive,
  onStatus: (status) => useLive.setState({ status }),
  lastFrame,
  // Asking who is signed in shows the sign-in page when the answer is: nobody.
  onSignedOut: () => void api.session().catch(() => {}),
});

const watchers = new Map<string, number>();

export const live = {
  start(): void {
    socket.start();
  },
  stop(): void {
    socket.stop();
    watchers.clear();
    queue = [];
    useLive.setState({ ...emptyLive(), status: "connecting", scope: null });
  },
  wake(): void {
    socket.wake();
  },
  list(scope: "mine" | "team"): void {
    if (useLive.getState().scope === scope) return;
    useLive.setState({ scope, list: {}, listReady: false });
    socket.list(scope);
  },
  alerts(): void {
    socket.alerts();
  },
  /** An alert that a REST call returned. */
  putAlert(item: Alert): void {
    receive({ op: "alert", item });
  },
  /** Watches until the returned function is called; several parts of the screen may watch the same conversation. */
  watch(conversation: string): () => void {
    const count = watchers.get(conversation) ?? 0;
    watchers.set(conversation, count + 1);
    if (count === 0) socket.watch(conversation);
    return () => {
      const left = (watchers.get(conversation) ?? 1) - 1;
      if (left > 0) {
        watchers.set(conversation, left);
        return;
      }
      watchers.delete(conversation);
      socket.unwatch(conversation);
      forgetOld();
    };
  },
  typing(conversation: string, on: boolean): void {
    socket.typing(conversation, on);
  },
  /** Asks what the gate would say to these words; the answer comes as `checks`. */
  draft(conversation: string, ref: string, text: string): void {
    socket.draft(conversation, ref, text);
  },
  /** A summary that a REST call returned: shown at once, before the socket repeats it. */
  put(item: Summary): void {
    receive({ op: "summary", item });
  },
};

// Closed conversations stay for a quick way back, but only so many.
function forgetOld(): void {
  const state = useLive.getState();
  const idle = Object.keys(state.conversations).filter((id) => !watchers.has(id));
  if (idle.length <= keptConversations) return;
  const gone = new Set(idle.slice(0, idle.length - keptConversations));
  const keep = <T>(record: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(record).filter(([id]) => !gone.has(id)));
  useLive.setState({
    conversations: keep(state.conversations),
    panels: keep(state.panels),
    partials: keep(state.partials),
    typing: keep(state.typing),
    read: keep(state.read),
    problems: keep(state.problems),
    checks: keep(state.checks),
  });
}

if (typeof window !== "undefined") {
  window.addEventListener("online", () => live.wake());
}
