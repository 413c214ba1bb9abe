// Generated from api/openapi.yaml by tools/wire-types.mjs (npm run types). Not to be edited.

export type Object = Record<string, unknown>;

export interface QualityPerson {
  id: string;
  name: string;
}

export interface QualityItem {
  conversation: string;
  channel: string;
  rep: QualityPerson | null;
  team: string;
  /** Flows that ran */
  process: string[];
  started_at: string;
  ended_at: string;
  /** Id of the score sheet that applied */
  sheet: string;
  /** The machine's, 0 to 100 */
  score: number;
  /** Of the inspection or the newest re-check */
  human_score: number | null;
  /** What counts now */
  final_score: number;
  passed: boolean;
  vetoed: boolean;
  major: number;
  normal: number;
  hint: number;
  /** Rules found broken by the machine */
  rules: string[];
  state: "scored" | "inspected" | "appealed" | "rechecked" | "decided";
  inspector: QualityPerson | null;
  /** In a sample that waits for its inspection */
  sampled: boolean;
}

export interface QualityPage {
  items: QualityItem[];
  next: string | null;
  /** Of the filter over all pages */
  total: number;
  /** Ended conversations not yet scored */
  indexing?: number;
}

export interface QualityEvidence {
  kind: "rule" | "step";
  /** Rule id or flow step */
  id: string;
  name: string;
  severity: "major" | "normal" | "hint";
  turn: number | null;
  /** Event that shows it; open the conversation there */
  seq: number | null;
  words: string;
  card?: string | null;
}

export interface QualityLine {
  item: string;
  name: string;
  weight: number;
  /** By the machine */
  lost: number;
  veto: boolean;
  /** Only people score it */
  manual: boolean;
  evidence: QualityEvidence[];
  human_lost: number | null;
  human_note: string;
}

export interface QualityStepTaken {
  seq: number;
  at: string;
  kind: "inspected" | "appealed" | "rechecked" | "decided";
  by: QualityPerson;
  note: string;
  score: number | null;
  outcome: "upheld" | "changed" | null;
  /** Items appealed against */
  items: string[];
}

export interface QualityDetail {
  item: QualityItem;
  sheet_name: string;
  pass: number;
  lines: QualityLine[];
  /** What the newest inspection said of single rules */
  verdicts: QualityVerdict[];
  history: QualityStepTaken[];
  /** What the caller may do now */
  may: ("inspect" | "appeal" | "recheck" | "decide")[];
}

export interface QualityVerdict {
  rule: string;
  /** wrong = the machine found it without reason; missed = it did not find it */
  verdict: "right" | "wrong" | "missed";
}

export interface QualityScoredLine {
  item: string;
  /** 0 to the item's weight; of a veto item anything above 0 vetoes */
  lost: number;
  note?: string;
}

export interface NewInspection {
  /** Of the event; the same again answers as the first did */
  id: string;
  /** Items left out keep the machine's score */
  lines: QualityScoredLine[];
  /** Rules left out are confirmed as found */
  verdicts?: QualityVerdict[];
  note?: string;
}

export interface NewAppeal {
  id: string;
  items?: string[];
  note: string;
}

export interface NewDecision {
  id: string;
  /** changed = the re-check's score counts */
  outcome: "upheld" | "changed";
  note: string;
}

export interface QualityFilter {
  team?: string;
  rep?: string;
  rule?: string;
  process?: string;
  channel?: string;
  from?: string;
  to?: string;
  score_min?: number;
  score_max?: number;
  state?: "scored" | "inspected" | "appealed" | "rechecked" | "decided";
  sheet?: string;
}

export interface NewQualitySample {
  id: string;
  name?: string;
  count: number;
  /** Absent: drawn by the server and told in the answer */
  seed?: number;
  filter: QualityFilter;
}

export interface QualitySample {
  id: string;
  name: string;
  at: string;
  by: QualityPerson;
  seed: number;
  /** Drawn */
  count: number;
  /** Conversations that fitted the filter */
  matched: number;
  /** Of those drawn */
  inspected: number;
  filter: QualityFilter;
  /** Conversations */
  items: string[];
}

export interface QualitySamplePage {
  items: QualitySample[];
  next: string | null;
}

export interface Share {
  of: number;
  n: number;
  /** n / of; null if of = 0 */
  share: number | null;
  /** Lower end of the 95 % Wilson interval */
  low: number | null;
  high: number | null;
}

export interface AgreementLine {
  rule: string;
  name: string;
  right: number;
  wrong: number;
  missed: number;
  agreement: Share;
  precision: Share;
  recall: Share;
}

export interface Agreement {
  /** Conversations */
  inspected: number;
  all: AgreementLine;
  items: AgreementLine[];
}

export interface AdviceExample {
  conversation: string;
  seq: number | null;
  turn: number | null;
  words: string;
  at: string;
  rep: QualityPerson | null;
}

export interface AdviceMonth {
  /** YYYY-MM */
  month: string;
  /** With this gap */
  conversations: number;
  /** All scored conversations of the month */
  of: number;
}

export interface AdviceRep {
  rep: QualityPerson;
  conversations: number;
  of: number;
}

export interface AdviceGap {
  kind: "rule" | "step";
  /** Rule id or flow step */
  id: string;
  name: string;
  severity: "major" | "normal" | "hint";
  /** What the rule's own item offers to say */
  wording: string;
  /** With this gap */
  conversations: number;
  of: number;
  trend: AdviceMonth[];
  reps: AdviceRep[];
  examples: AdviceExample[];
  /** Words of others that met it */
  worked: AdviceExample[];
}

export interface Advice {
  conversations: number;
  items: AdviceGap[];
}

export interface ScoreSheetItem {
  id: string;
  name: string;
  weight: number;
  per_hit: number;
  veto: boolean;
  manual: boolean;
  rules: string[];
  steps: string[];
}

export interface ScoreSheet {
  id: string;
  name: string;
  process: string[];
  team: string[];
  channel: string[];
  pass: number;
  veto_score: number;
  items: ScoreSheetItem[];
}

export interface ScoreSheetList {
  items: ScoreSheet[];
}

export interface Acknowledgement {
  by: QualityPerson;
  at: string;
  note: string;
}

export interface Alert {
  id: string;
  conversation: string;
  seq: number;
  turn: number | null;
  rule: string;
  name: string;
  severity: "major" | "normal" | "hint";
  words: string;
  team: string;
  rep: QualityPerson | null;
  at: string;
  acknowledged: Acknowledgement | null;
}

export interface AlertPage {
  items: Alert[];
  next: string | null;
  /** Open alerts that the caller sees */
  open: number;
}

export interface NewAcknowledgement {
  note?: string;
}

export interface WhatIfItem {
  kind: string;
  id: string;
  /** Only in requests */
  text?: string;
}

export interface NewWhatIf {
  kind?: string;
  id?: string;
  text?: string;
  /** Several drafts at once; then without kind id and text */
  items?: WhatIfItem[];
  from: string;
  to: string;
  team?: string | null;
  baseline?: "current" | "bound";
  comment?: string;
}

export interface WhatIfCount {
  rule?: string;
  name?: string;
  severity?: string;
  team?: string;
  month?: string;
  added: number;
  removed: number;
  before?: number;
  after?: number;
}

export interface WhatIf {
  id: string;
  state: "queued" | "running" | "done" | "cancelled" | "failed" | "interrupted";
  items: WhatIfItem[];
  from: string;
  to: string;
  team: string | null;
  baseline: "current" | "bound";
  comment: string;
  author: {
    id: string;
    name: string;
  };
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  progress: {
    done: number;
    total: number;
  };
  conversations: number;
  utterances: number;
  seconds: number;
  utterances_per_s: number;
  verdicts_changed: number;
  added: number;
  removed: number;
  kept: number;
  error: string | null;
  counts: {
    rules: WhatIfCount[];
    teams: WhatIfCount[];
    months: WhatIfCount[];
  };
}

export interface WhatIfPage {
  items: WhatIf[];
  next: string | null;
}

export interface WhatIfChange {
  n: number;
  change: "added" | "removed";
  rule: string;
  kind: "violation" | "fraud" | "prompt" | "step";
  severity: "major" | "normal" | "hint";
  conversation: string;
  seq: number;
  turn: number;
  at: string;
  month: string;
  team: string | null;
  rep: string | null;
  words: string | null;
}

export interface WhatIfChangePage {
  items: WhatIfChange[];
  next: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: "invalid" | "not_found" | "conflict" | "forbidden" | "unauthorized" | "too_large" | "rate_limited" | "unavailable" | "corrupt" | "internal" | "csrf" | "bad_request" | "method_not_allowed";
  detail: string;
  where?: string;
  errors?: Record<string, unknown>[];
}

export interface Status {
  status: string;
}

export type Role = "rep" | "supervisor" | "editor" | "approver" | "inspector" | "admin" | "auditor" | "api";

export interface User {
  id: string;
  username: string;
  name: string;
  number: string;
  team: string;
  roles: Role[];
}

export interface Session {
  user: User;
  csrf: string;
}

export interface SignIn {
  username: string;
  password: string;
}

export interface Localized {
  zh: string;
  en: string;
}

export interface SampleState {
  id: string;
  next_turn: number;
  total: number;
  waiting_for: "customer" | "rep" | "done";
  rep_text: string | null;
  speed: 1 | 2 | 8;
  auto: boolean;
  paused: boolean;
}

export interface Summary {
  id: string;
  channel: string;
  lang: string;
  state: "waiting" | "open" | "ended" | "closed";
  title: string;
  customer: Fields;
  rep: {
    id: string;
    name: string;
  } | null;
  started_at: string | null;
  ended_at: string | null;
  last: {
    speaker: Speaker;
    text: string;
    at: string;
  } | null;
  waiting_since: string | null;
  unread: number;
  owed: number;
  violations: {
    major: number;
    normal: number;
  };
  emotion: Emotion;
  flow: string | null;
  sample: SampleState | null;
  seq: number;
  /** Console only */
  risk?: number | null;
}

export interface SummaryPage {
  items: Summary[];
  next: string | null;
}

export interface NewConversation {
  id?: string;
  channel: string;
  lang?: string;
  customer?: Fields;
  meta?: Fields;
  started_at?: string;
}

export type FlatValue = string | number | boolean | null;

export type Fields = Record<string, FlatValue>;

export type Speaker = "customer" | "rep" | "bot" | "system" | "supervisor";

export type Emotion = "calm" | "dissatisfied" | "angry" | "anxious" | "sad" | "none";

export type Severity = "major" | "normal" | "hint";

/** First code point and the one behind the last */
export type Span = [number, number];

export interface EventBase {
  seq: number;
  id: string;
  recorded_at: string;
  occurred_at: string;
  actor: string;
  /** The person was erased; the texts are gone */
  erased?: boolean;
}

/** docs/formats/event.md */
export type Event = EventBase & EventBody;

export type EventBody = {
  type: "conversation.started";
  channel: string;
  lang: string;
  customer?: Fields;
  meta?: Fields;
} | {
  type: "conversation.ended";
  by: string;
  reason: string;
} | {
  type: "participant.joined" | "participant.left";
  participant: string;
  speaker: Speaker;
} | {
  type: "utterance";
  speaker: Speaker;
  text: string;
  utterance_id?: string;
  revision?: number;
  track?: number;
  start_ms?: number;
  end_ms?: number;
} | {
  type: "business";
  name: string;
  data?: Fields;
} | {
  type: "customer.snapshot";
  customer?: Fields;
} | {
  type: "pack.bound";
  pack_hash: string;
  engine: string;
} | {
  type: "tick";
} | {
  type: "act.proposed";
  act: string;
  kind: string;
  text?: string;
  card?: string;
  data?: Fields;
} | {
  type: "act.decided";
  act: string;
  allowed: boolean;
  /** confirm: a person is asked */
  decision?: "allowed" | "confirm" | "blocked";
  rules: string[];
} | {
  type: "act.done";
  act: string;
  data?: Fields;
} | {
  type: "act.confirmed";
  act: string;
} | {
  type: "history.snapshot";
  history?: Fields;
} | {
  type: "act.failed";
  act: string;
  reason: string;
} | {
  type: "card.action";
  card: string;
  action: CardActionName;
  reason?: string;
  text?: string;
} | {
  type: "flow.action";
  action: string;
  flow?: string;
  step?: string;
  reason?: string;
} | {
  type: "wrapup.saved";
  wrapup: WrapupSaved;
} | {
  type: "typing";
  speaker: Speaker;
  on: boolean;
};

export interface WrapupSaved {
  types?: string[];
  summary?: SummarySentence[];
  fields?: NameValue[];
  outcome?: string;
  follow_up?: string;
}

export interface SummarySentence {
  /** reason, done, outcome, promise or follow_up */
  label?: string;
  text: string;
  turns: number[];
}

export interface NameValue {
  name: string;
  value: string;
}

export interface LabelValue {
  label: string;
  value: string;
}

export interface EventList {
  items: Event[];
}

export interface NewEvent {
  /** The sender's; a repeated one is the same event */
  id: string;
  type: "utterance" | "utterance.partial" | "business" | "customer.snapshot" | "participant.joined" | "participant.left" | "conversation.ended";
  occurred_at?: string;
}

export type Events = {
  events: NewEvent[];
} | NewEvent;

export interface AppendedOne {
  seq: number;
  recorded_at: string;
  duplicate: boolean;
}

export interface AppendedList {
  items: {
    id: string;
    seq: number;
    recorded_at: string;
    duplicate: boolean;
  }[];
}

export type CardKind = "knowledge" | "reply" | "step" | "prompt" | "violation" | "emotion" | "fraud" | "need" | "announcement" | "wrapup";

export type StepState = "open" | "next" | "owed" | "done" | "undone" | "skipped";

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
  seq: number;
  span?: Span;
  words?: string | null;
  rule?: string | null;
}

export interface WrapupType {
  code: string;
  name?: string;
  p: number;
}

export interface WrapupField {
  name: string;
  label?: string;
  value: string;
  /** What people read where the value is the id of an item */
  display?: string;
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
  span?: Span;
  text?: string;
  sources?: CardSource[];
  title?: string;
  /** Reply wording */
  say?: string | null;
  answer?: string;
  advice?: string | null;
  facts?: LabelValue[];
  why?: CardWhy;
  /** Parts of an obligation */
  missing?: string[];
  /** The act that the gate held back */
  act?: string;
  /** Of the gate */
  decision?: "confirm" | "blocked";
  findings?: GateFinding[];
  /** Why it was not given (panels only) */
  held?: "repeated" | "busy" | "recent";
  audience?: "customer" | "internal";
  certainty?: number;
  flow?: string;
  flow_name?: string;
  must?: boolean;
  state?: StepState;
  types?: WrapupType[];
  process?: string[];
  summary?: SummarySentence[];
  fields?: WrapupField[];
  outcome?: string;
}

export interface Mark {
  span: Span;
  kind: "knowledge" | "rule" | "step" | "entity" | "masked" | "emotion";
  label: string;
  item?: string;
  severity?: Severity;
}

export type Frame = {
  n: number;
  kind: "event";
  event: Event;
  turn: number | null;
  marks: Mark[];
} | {
  n: number;
  kind: "card";
  card: Card;
  /** Live only */
  ms: number | null;
} | {
  n: number;
  kind: "superseded";
  cards: string[];
};

export interface FrameList {
  items: Frame[];
  next_n: number;
}

export interface Act {
  act: string;
  kind: "message" | "product" | "contact" | "connector";
  /** Of a message */
  text?: string;
  /** The card it was taken from */
  card?: string;
  /** product: {product}; contact: {to, purpose, phone_zone}; connector: {name, …} */
  data?: Record<string, unknown>;
}

export interface GateFinding {
  rule: string;
  name: string;
  severity: Severity;
  decision: "blocked" | "confirm" | "reported";
  /** Code points of the text; [0,0]: not words */
  span: [number, number];
  words: string;
  source: {
    title?: string;
    clause?: string;
  };
  /** The lawful thing to say instead */
  wording: string;
}

export interface Decision {
  act: string;
  decision: "allowed" | "confirm" | "blocked";
  findings: GateFinding[];
  /** That decided so */
  rules: string[];
  seq: number;
}

export interface ActResult {
  result: "done" | "failed";
  reason?: string;
  /** contact: {connected} */
  data?: Record<string, unknown>;
}

export type CardActionName = "shown" | "used" | "edited" | "dismissed" | "rejected";

export interface CardAction {
  id: string;
  action: CardActionName;
  reason?: string;
  text?: string;
}

export interface FlowAction {
  id: string;
  action: "switch" | "done" | "skip" | "undo";
  flow?: string;
  step?: string;
  reason?: string;
}

export interface End {
  id: string;
  reason?: string;
}

export interface WrapupInput {
  types: string[];
  summary?: SummarySentence[];
  fields?: NameValue[];
  outcome?: string;
  follow_up?: string;
}

export interface Wrapup {
  id: string;
  wrapup: WrapupInput;
}

export interface Changed {
  changed: string[];
}

export interface SampleInfo {
  id: string;
  title: Localized;
  scenario: Localized;
  channel: string;
  lang: string;
  turns: number;
}

export interface SampleList {
  items: SampleInfo[];
}

export interface SampleTurn {
  speaker: "customer" | "agent" | "bot" | "system" | "supervisor";
  text?: string;
  event?: {
    name: string;
    data?: Fields;
  };
  ts?: number;
}

export interface Sample {
  id: string;
  title: Localized;
  scenario: Localized;
  channel: string;
  lang: string;
  customer: Fields;
  meta: Fields;
  turns: SampleTurn[];
}

export interface StartSample {
  speed?: 1 | 2 | 8;
  turns?: SampleTurn[];
}

export interface SampleAction {
  action: "rep_turn" | "pause" | "resume" | "speed" | "auto";
  speed?: 1 | 2 | 8;
  auto?: boolean;
}

export interface SearchHit {
  id: string;
  title: string;
  answer: string;
  say: string;
  facts: LabelValue[];
  source: CardSource;
  from: string | null;
  to: string | null;
  topics: string[];
  flow: string | null;
  audience: "customer" | "internal";
  certainty: number;
  version?: string;
}

export interface SearchResult {
  items: SearchHit[];
  took_us: number;
}

export type ContentKind = "article" | "rule" | "flow" | "announcement" | "product" | "class" | "leaf";

export interface ContentRow {
  kind: ContentKind;
  id: string;
  pack: string;
  title: Localized;
  version: string;
  state: "in_force" | "out_of_force";
  from: string | null;
  to: string | null;
  file: string;
  line: number;
  edited: boolean;
}

export interface ContentPage {
  items: ContentRow[];
  next: string | null;
}

export interface ContentStatus {
  hash: string;
  since: string;
  packs: PackInfo[];
  counts: Record<string, number>;
}

export interface PackInfo {
  id: string;
  version: string;
}

export interface ContentVersion {
  version: number;
  author: string;
  at: string;
  comment: string;
  state: string;
  text?: string;
  /** The second person; null where one published alone */
  approved_by?: string | null;
}

export interface ContentItem {
  kind: ContentKind;
  id: string;
  pack: string;
  /** What publish expects; 0 was never edited */
  version: number;
  text: string;
  base_text: string;
  edited?: boolean;
  file?: string;
  line?: number;
  item: Record<string, unknown>;
  history: ContentVersion[];
  draft?: Draft | null;
  /** Drafts that were approved, rejected or given up */
  decided?: Draft[];
  /** Whether one person may publish here */
  alone?: boolean;
}

export interface ContentText {
  kind: string;
  id?: string;
  text: string;
}

export interface Names {
  items: {
    id: string;
    title: Localized;
  }[];
}

export interface ImportBpmn {
  xml: string;
  /** Keep each flow as a draft */
  draft?: boolean;
  comment?: string;
}

export interface ImportedBpmn {
  items: ({
    id: string;
    /** YAML of the flow */
    text: string;
    errors: {
      line: number;
      message: string;
      where?: string;
    }[];
    draft: Draft | null;
  })[];
}

export interface CheckResult {
  errors: {
    line: number;
    message: string;
  }[];
  warnings: {
    line?: number;
    message: string;
  }[];
}

export interface Publish {
  text: string;
  expected_version: number;
  comment?: string;
}

export interface Person {
  id: string;
  name: string;
}

export interface SaveDraft {
  text: string;
  comment?: string;
  /** Trial run over history to show beside it */
  trial?: string;
  /** The published version it was made from */
  base_version?: number;
  /** Of the draft as read; absent or 0 makes a new one */
  revision?: number;
}

export interface DraftStep {
  revision?: number;
  comment?: string;
}

export interface Draft {
  kind: string;
  item: string;
  pack: string;
  number: number;
  revision: number;
  state: "draft" | "submitted" | "approved" | "rejected" | "withdrawn";
  base_version: number;
  editors: Person[];
  comment: string;
  reviewer: Person | null;
  review: string;
  trial: string | null;
  /** Published as */
  version: number | null;
  at: string;
  submitted_at: string | null;
  decided_at: string | null;
  text?: string;
}

export interface DraftPage {
  items: ({
    title: Localized | null;
    draft: Draft;
  })[];
  next: string | null;
  /** Whether one person may publish here */
  alone: boolean;
}

export interface Published {
  version: number;
  state: string;
  at: string;
  hash: string;
}

/** Either a sample, with turns of one's own in place of its, or a dialogue */
export interface TryContent {
  kind: string;
  id: string;
  text: string;
  sample?: string;
  turns?: SampleTurn[];
  dialogue?: {
    channel: string;
    lang?: string;
    customer?: Fields;
    meta?: Fields;
    started_at?: string;
    turns: SampleTurn[];
  };
}

export interface TryResult {
  before: Card[];
  after: Card[];
  added: Card[];
  removed: Card[];
  changed: [Card, Card][];
  panels?: Panels;
}

export interface NewChat {
  lang?: "zh" | "en";
  name?: string;
}

export interface ChatSession {
  conversation: string;
  token: string;
  resume: string;
}

export interface FlowStep {
  id: string;
  name: string;
  state: StepState;
  say: string;
  must: boolean;
  gate: boolean;
  gate_broken: boolean;
  /** The wording where no rep speaks */
  customer_say?: string;
  /** Must be said and was not yet */
  owed?: boolean;
  optional?: boolean;
  by_hand?: boolean;
  /** Given with what was done by hand */
  reason?: string | null;
  /** The flow that runs as this step */
  call?: string | null;
  /** Steps of one name have no order among them */
  together?: string | null;
  turn: number | null;
  words: string | null;
}

export interface FlowField {
  name: string;
  label: string;
  value: string;
  /** What people read where the value is the id of an item */
  display?: string;
  turn: number | null;
  earlier: string[];
}

export interface OwedStep {
  flow: string;
  flow_name: string;
  step: string;
  name: string;
  say: string;
  /** Its turn has come */
  due: boolean;
  gate_broken: boolean;
  rule: string | null;
}

export interface FlowPanel {
  id: string;
  name: string;
  active: boolean;
  finished: boolean;
  steps: FlowStep[];
  fields: FlowField[];
  detected?: {
    by: "words" | "event" | "topics" | "metadata" | "hand" | "call";
    confidence: number;
    turn: number | null;
    words: string | null;
  };
  /** Flows proposed next */
  ends?: string[];
}

export interface OwedItem {
  rule: string;
  name: string;
  text: string;
  missing: string[];
  turns_left: number | null;
  due: string | null;
  by_end: boolean;
  severity: Severity;
}

export interface ViolationItem {
  rule: string;
  name: string;
  severity: Severity;
  fraud: boolean;
  turn: number;
  words: string;
  card: string;
  missing: string[];
}

export interface WrapupDraft {
  ready?: boolean;
  types?: WrapupType[];
  process?: string[];
  summary?: SummarySentence[];
  fields?: WrapupField[];
  outcome?: string;
  saved?: boolean;
}

export interface AttentionKind {
  /** Of card */
  kind: string;
  shown: number;
  used: number;
  edited: number;
  dismissed: number;
  rejected: number;
  /** Held back: shown already, or nobody asked for it now */
  suppressed: number;
}

export interface AttentionReport {
  /** The newest that this supervisor sees */
  conversations: number;
  /** There are older ones */
  more: boolean;
  kinds: AttentionKind[];
}

/** What stands beside the cards; a part may be missing */
export interface Panels {
  /** Cards held back, newest first */
  more?: HeldCard[];
  attention?: AttentionKind[];
  flow?: {
    flows: FlowPanel[];
    /** What must still be said before the customer hangs up, of all flows */
    owed?: OwedStep[];
    /** Flows that one topic has spoken for */
    candidates?: {
      id: string;
      name: string;
      confidence: number;
    }[];
    handovers?: {
      turn: number;
      from: string;
      to: string;
    }[];
  };
  compliance?: {
    owed: OwedItem[];
    violations: ViolationItem[];
  };
  emotion?: {
    now: Emotion;
    history: {
      turn: number;
      emotion: Emotion;
    }[];
  };
  customer?: Fields;
  idv_level?: number;
  wrapup?: WrapupDraft;
}

/** A card that was not given; its id names it, but no frame carries it */
export type HeldCard = Card & {
  /** repeated: shown before; busy: the rep speaks or types; recent: another card has just been shown */
  held: "repeated" | "busy" | "recent";
};

/** deskSocket, from desk or console */
export type ClientMessage = {
  op: "watch";
  conversation: string;
  /** Last frame seen */
  after: number;
  panels?: boolean;
} | {
  op: "unwatch";
  conversation: string;
} | {
  op: "list";
  scope: "mine" | "team";
} | {
  op: "typing";
  conversation: string;
  on: boolean;
} | {
  op: "alerts";
} | {
  op: "draft";
  conversation: string;
  ref: string;
  text: string;
} | {
  op: "ping";
};

/** deskSocket, to desk or console */
export type ServerMessage = {
  op: "frames";
  conversation: string;
  /** What came before is void; these begin with n = 1 */
  again?: boolean;
  items: Frame[];
} | {
  op: "panels";
  conversation: string;
  seq: number;
  panels: Panels;
} | {
  op: "partial";
  conversation: string;
  speaker: Speaker;
  text: string;
} | {
  op: "typing";
  conversation: string;
  speaker?: Speaker;
  on: boolean;
} | {
  op: "read";
  conversation: string;
  n: number;
} | {
  op: "list";
  items: Summary[];
} | {
  op: "summary";
  item: Summary;
} | {
  op: "content";
  hash: string;
} | {
  op: "alerts";
  items: Alert[];
} | {
  op: "alert";
  item: Alert;
} | {
  op: "draft";
  conversation: string;
  ref: string;
  decision: "allowed" | "confirm" | "blocked";
  findings: GateFinding[];
} | {
  op: "error";
  code: string;
  detail?: string;
  conversation?: string;
} | {
  op: "pong";
};

export interface ChatItem {
  n: number;
  id: string;
  from: "customer" | "rep" | "system" | "bot";
  text: string;
  at: string;
}

/** chatSocket, from the customer */
export type ChatClientMessage = {
  op: "say";
  id: string;
  text: string;
} | {
  op: "typing";
  on: boolean;
} | {
  op: "read";
  n: number;
} | {
  op: "end" | "ping";
};

/** chatSocket, to the customer */
export type ChatServerMessage = {
  op: "hello";
  state: "waiting" | "open" | "ended" | "closed";
  items: ChatItem[];
} | {
  op: "item";
  item: ChatItem;
} | {
  op: "ack";
  id: string;
  n: number;
} | {
  op: "typing";
  on: boolean;
} | {
  op: "state";
  state: "waiting" | "open" | "ended" | "closed";
  place?: number;
  rep?: string;
} | {
  op: "error";
  code: string;
  detail?: string;
  id?: string;
} | {
  op: "pong";
};
