// A short conversation with everything a frame can be: texts, a revision, an act that goes through, one that is refused,
// cards, card actions, an end. Shared by the tests of reducer, store and desk.
import type { Card, ConversationEvent, Frame, Mark, OwedItem, Summary, ViolationItem } from "../api/types";

const clock = (seconds: number) => `2026-11-20T10:00:${String(seconds).padStart(2, "0")}+08:00`;

type Loose = { type: ConversationEvent["type"] } & Record<string, unknown>;

export function demoCard(change: Partial<Card> = {}): Card {
  return {
    conversation: "d1",
    turn: 2,
    seq: 4,
    card: "c1",
    kind: "knowledge",
    item: "yj-f01",
    version: "2026.11.1",
    topics: ["F01"],
    rank: 1,
    primary: true,
    text: "电话、APP、网点均可办理,核身通过即生效。",
    title: "怎么临时挂失",
    say: "您别着急,我马上办。",
    facts: [{ label: "有效期", value: "5 天" }],
    sources: [{ item: "yj-f01", title: "借记卡挂失规程", clause: "§3", from: "2026-02-01", to: null }],
    why: { turn: 2, seq: 4, span: [0, 4], words: "卡找不着", rule: null },
    ...change,
  };
}

export function demoFrames(): Frame[] {
  const frames: Frame[] = [];
  let seq = 0;
  const event = (seconds: number, body: Loose, turn: number | null = null, marks: Mark[] = []) => {
    seq += 1;
    const full = { seq, id: `e${seq}`, recorded_at: clock(seconds), occurred_at: clock(seconds), actor: "x", ...body } as ConversationEvent;
    frames.push({ n: frames.length + 1, kind: "event", event: full, turn, marks });
  };
  const card = (one: Card, ms: number | null) => frames.push({ n: frames.length + 1, kind: "card", card: one, ms });

  event(0, { type: "conversation.started", channel: "voice", lang: "zh", customer: { name: "陈阿姨", age: 68, tier: "T2" }, meta: {} });
  event(1, { type: "utterance", speaker: "rep", text: "您好,请讲。", utterance_id: "u0", revision: 0, start_ms: 1000 }, 0);
  event(2, { type: "utterance", speaker: "customer", text: "喂?你大声点。", utterance_id: "u1", revision: 0, start_ms: 2000 }, 1);
  event(4, { type: "utterance", speaker: "customer", text: "卡找不着", utterance_id: "u2", revision: 0, start_ms: 4000 }, 2, [
    { span: [0, 4], kind: "knowledge", label: "临时挂失", item: "yj-f01" },
  ]);
  card(demoCard(), 3.2);
  event(5, { type: "utterance", speaker: "customer", text: "卡找不着了,急死我了", utterance_id: "u2", revision: 1, start_ms: 4000 }, 2, [
    { span: [0, 4], kind: "knowledge", label: "临时挂失", item: "yj-f01" },
    { span: [6, 10], kind: "emotion", label: "焦急" },
  ]);
  event(6, { type: "card.action", card: "c1", action: "shown" });
  event(6, { type: "card.action", card: "c1", action: "used" });
  event(7, { type: "act.proposed", act: "a1", kind: "message", text: "您别着急,我马上办。", card: "c1", actor: "rep1" });
  event(7, { type: "act.decided", act: "a1", allowed: true, rules: [] });
  event(7, { type: "act.done", act: "a1" }, 3);
  event(8, { type: "card.action", card: "c1", action: "shown" });
  event(9, { type: "business", name: "card.loss_temp", data: { days: 5 } }, 4);
  card(demoCard({ card: "c2", kind: "prompt", seq: 13, turn: 4, item: "DIS-01", severity: "major", title: "临时挂失有效期", say: null, text: "这是临时挂失,五天有效。", missing: ["有效期", "到期失效"] }), 1.4);
  frames.push({ n: frames.length + 1, kind: "card", card: demoCard({ card: "c0", item: "yj-f03", turn: 2, seq: 4 }), ms: 1.1 });
  frames.push({ n: frames.length + 1, kind: "superseded", cards: ["c0", "never-seen"] });
  event(10, { type: "act.proposed", act: "a2", kind: "message", text: "这款保本", actor: "rep1" });
  event(10, { type: "act.decided", act: "a2", allowed: false, rules: ["SAL-01"] });
  event(11, { type: "conversation.ended", by: "customer", reason: "hangup" });
  card(demoCard({ card: "c3", kind: "wrapup", seq: 16, turn: 4, item: "wrapup", primary: false }), 0.8);
  return frames;
}

export function demoSummary(change: Partial<Summary> = {}): Summary {
  return {
    id: "d1",
    channel: "voice",
    lang: "zh",
    state: "open",
    title: "",
    customer: {},
    rep: null,
    started_at: "2026-11-20T10:00:00Z",
    ended_at: null,
    last: null,
    waiting_since: null,
    unread: 0,
    owed: 0,
    violations: { major: 0, normal: 0 },
    emotion: "none",
    flow: null,
    sample: null,
    seq: 1,
    ...change,
  };
}

export function demoOwed(change: Partial<OwedItem> = {}): OwedItem {
  return { rule: "DIS-01", name: "", text: "", missing: [], turns_left: null, due: null, by_end: true, severity: "major", ...change };
}

export function demoViolation(change: Partial<ViolationItem> = {}): ViolationItem {
  return { rule: "SAL-01", name: "", severity: "major", fraud: false, turn: 1, words: "", card: "", missing: [], ...change };
}
