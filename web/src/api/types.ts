// The wire shapes of docs/formats/api.md. Fields the server may add later are ignored; fields that an older server may
// leave out are optional here, so that a missing one is a compile-time matter and not a crash on the desk.

export type Role = "rep" | "supervisor" | "editor" | "admin" | "auditor" | "api";

export interface User {
  id: string;
  username: string;
  name: string;
  number: string;
  team: string;
  roles: Role[];
}

export interface SessionInfo {
  user: User;
  csrf: string;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export type Speaker = "customer" | "rep" | "bot" | "system" | "supervisor";
export type Emotion = "calm" | "dissatisfied" | "angry" | "anxious" | "sad" | "none";
export type ConversationStatus = "waiting" | "open" | "ended" | "closed";
export type Severity = "major" | "normal" | "hint";
export type FlatValue = string | number | boolean | null;

export interface SampleState {
  id: string;
  next_turn: number;
  total: number;
  waiting_for: "customer" | "rep" | "done";
  rep_text: string | null;
  speed: number;
  auto: boolean;
  paused: boolean;
}

export interface Summary {
  id: string;
  channel: string;
  lang: string;
  state: ConversationStatus;
  title?: string;
  customer?: Record<string, FlatValue | undefined>;
  rep?: { id: string; name: string } | null;
  started_at: string;
  ended_at?: string | null;
  last?: { speaker: Speaker; text: string; at: string } | null;
  waiting_since?: string | null;
  unread?: number;
  owed?: number;
  violations?: { major: number; normal: number };
  emotion?: Emotion;
  flow?: string | null;
  sample?: SampleState | null;
  risk?: number | null;
  seq?: number;
}

interface EventBase {
  seq: number;
  id: string;
  recorded_at: string;
  occurred_at: string;
  actor?: string;
}

export type ConversationEvent = EventBase &
  (
    | { type: "conversation.started"; channel: string; lang: string; customer?: Record<string, FlatValue>; meta?: Record<string, FlatValue> }
    | { type: "conversation.ended"; by?: string; reason?: string }
    | { type: "participant.joined"; participant: string; speaker?: Speaker }
    | { type: "participant.left"; participant: string; speaker?: Speaker }
    | {
        type: "utterance";
        speaker: Speaker;
        text: string;
        utterance_id?: string;
        revision?: number;
        start_ms?: number;
        end_ms?: number;
      }
    | { type: "business"; name: string; data?: Record<string, FlatValue> }
    | { type: "customer.snapshot"; customer?: Record<string, FlatValue> }
    | { type: "pack.bound"; pack_hash: string; engine: string }
    | { type: "tick" }
    | { type: "act.proposed"; act: string; kind: string; text: string; card?: string }
    | { type: "act.decided"; act: string; allowed: boolean; rules?: string[] }
    | { type: "act.done"; act: string }
    | { type: "act.failed"; act: string; reason?: string }
    | { type: "card.action"; card: string; action: CardActionName; reason?: string; text?: string }
    | { type: "flow.action"; action: string; flow?: string; step?: string; reason?: string }
    | { type: "wrapup.saved"; wrapup?: Partial<WrapupInput> }
    | { type: "typing"; speaker: Speaker; on: boolean }
  );

export type MarkKind = "knowledge" | "rule" | "step" | "entity" | "masked" | "emotion";

export interface Mark {
  span: [number, number];
  kind: MarkKind;
  label: string;
  item?: string;
  severity?: Severity;
}

export type CardKind =
  | "knowledge"
  | "reply"
  | "step"
  | "prompt"
  | "violation"
  | "emotion"
  | "fraud"
  | "need"
  | "announcement"
  | "wrapup";

export interface CardSource {
  item?: string;
  title?: string;
  clause?: string;
  note?: string;
  from?: string | null;
  to?: string | null;
}

export interface CardWhy {
  turn?: number | null;
  seq?: number | null;
  span?: [number, number] | null;
  words?: string | null;
  rule?: string | null;
}

export interface WrapupType {
  code: string;
  name?: string;
  p: number;
}

export interface WrapupSentence {
  label?: string;
  text: string;
  turns: number[];
}

export interface WrapupField {
  name: string;
  label?: string;
  value: string;
  turn?: number | null;
  uncertain?: boolean;
}

export interface Card {
  conversation: string;
  turn: number;
  seq: number;
  card: string;
  kind: CardKind;
  item: string;
  version?: string;
  topics?: string[];
  rank?: number;
  primary?: boolean;
  severity?: Severity;
  span?: [number, number];
  text?: string;
  sources?: CardSource[];
  title?: string;
  say?: string | null;
  facts?: { label: string; value: string }[];
  advice?: string | null;
  why?: CardWhy | null;
  missing?: string[];
  answer?: string;
  flow?: string;
  flow_name?: string;
  audience?: string;
  state?: StepState;
  types?: WrapupType[];
  process?: string[];
  summary?: WrapupSentence[];
  fields?: WrapupField[];
  outcome?: string;
}

export type CardActionName = "shown" | "used" | "edited" | "dismissed" | "rejected";

export type Frame =
  | { n: number; kind: "event"; event: ConversationEvent; turn?: number | null; marks?: Mark[] }
  | { n: number; kind: "card"; card: Card; ms?: number | null }
  // Cards that no longer follow from a corrected text: kept as history, off the desk.
  | { n: number; kind: "superseded"; cards: string[] };

export type StepState = "open" | "next" | "owed" | "done" | "undone" | "skipped";

export interface FlowStep {
  id: string;
  name: string;
  state: StepState;
  say?: string | null;
  must?: boolean;
  gate?: boolean;
  gate_broken?: boolean;
  turn?: number | null;
  words?: string | null;
}

export interface FlowField {
  name: string;
  label: string;
  value: string;
  turn?: number | null;
  earlier?: string[];
}

export interface FlowPanel {
  id: string;
  name: string;
  active: boolean;
  finished: boolean;
  steps: FlowStep[];
  fields?: FlowField[];
}

export interface OwedItem {
  rule: string;
  name: string;
  text: string;
  missing?: string[];
  turns_left?: number | null;
  due?: string | null;
  by_end?: boolean;
  severity?: Severity;
}

export interface ViolationItem {
  rule: string;
  name: string;
  severity: Severity;
  turn: number;
  words?: string | null;
  card?: string | null;
  fraud?: boolean;
  missing?: string[];
  repaired?: boolean;
}

export interface WrapupDraft {
  ready?: boolean;
  types?: WrapupType[];
  process?: string[];
  summary?: WrapupSentence[];
  fields?: WrapupField[];
  outcome?: string;
  saved?: boolean;
}

export interface Panels {
  flow?: { flows: FlowPanel[] };
  compliance?: { owed: OwedItem[]; violations: ViolationItem[] };
  emotion?: { now: Emotion; history: { turn: number; emotion: Emotion }[] };
  customer?: Record<string, FlatValue>;
  idv_level?: number;
  wrapup?: WrapupDraft;
}

// Everything the server says on the desk's socket. One entry (state/dispatch.ts) handles them all.
export type ServerMessage =
  | { op: "frames"; conversation: string; items: Frame[] }
  | { op: "panels"; conversation: string; seq: number; panels: Panels }
  | { op: "partial"; conversation: string; speaker: Speaker; text: string }
  | { op: "typing"; conversation: string; speaker?: Speaker; on: boolean }
  | { op: "list"; items: Summary[] }
  | { op: "summary"; item: Summary }
  | { op: "content"; hash: string }
  | { op: "error"; code: string; detail?: string; conversation?: string }
  | { op: "pong" };

export type ClientMessage =
  | { op: "watch"; conversation: string; after: number }
  | { op: "unwatch"; conversation: string }
  | { op: "list"; scope: "mine" | "team" }
  | { op: "typing"; conversation: string; on: boolean }
  | { op: "ping" };

export interface ActResult {
  act: string;
  decision: "allowed" | "blocked";
  rules?: string[];
  seq?: number;
}

export interface BiText {
  zh: string;
  en: string;
}

export interface SampleInfo {
  id: string;
  title: BiText | string;
  scenario: BiText | string;
  channel: string;
  lang: string;
  turns: number;
}

export interface SampleTurn {
  speaker: string;
  text?: string;
  ts?: number;
  event?: { name: string; data?: Record<string, FlatValue> };
}

export interface SampleFull extends Omit<SampleInfo, "turns"> {
  turns: SampleTurn[];
}

export interface SearchHit {
  id: string;
  title: string;
  answer: string;
  say?: string | null;
  facts?: { label: string; value: string }[];
  source?: { title?: string; clause?: string; note?: string } | null;
  from?: string | null;
  to?: string | null;
  topics?: string[];
  flow?: string | null;
  audience?: string;
  certainty?: number;
}

export interface SearchResult {
  items: SearchHit[];
  took_us?: number;
}

export const contentKinds = ["article", "rule", "flow", "announcement", "product", "class", "leaf"] as const;
export type ContentKind = (typeof contentKinds)[number];

export interface ContentRow {
  kind: ContentKind;
  id: string;
  pack: string;
  title: BiText | string;
  version: number | string;
  /** in_force or out_of_force today. */
  state?: string;
  from?: string | null;
  to?: string | null;
  file?: string;
  line?: number;
  edited: boolean;
}

export interface ContentVersion {
  version: number | string;
  author?: string;
  at?: string;
  comment?: string;
  state?: string;
}

export interface ContentItem {
  kind: ContentKind;
  id: string;
  pack: string;
  version: number;
  text: string;
  base_text: string;
  item?: unknown;
  history: ContentVersion[];
}

export interface CheckResult {
  errors: { line: number; message: string }[];
  warnings: { line?: number; message: string }[];
}

export interface TryResult {
  before: Card[];
  after: Card[];
  added: Card[];
  removed: Card[];
  changed: [Card, Card][];
}

export interface WrapupInput {
  types: string[];
  summary: { text: string; turns: number[] }[];
  fields: { name: string; value: string }[];
  outcome: string;
  follow_up?: string;
}

export interface ContentStatus {
  hash: string;
  since: string;
  packs: { id: string; version: string }[];
  counts: Record<string, number>;
}
