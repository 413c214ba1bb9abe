import { describe, expect, it } from "vitest";
import type { Summary } from "../../api/types";
import { demoSummary } from "../../test/frames";
import { heldOrder, moves, needsAttention, ordered, passes, riskOf, riskParts, type Filters } from "./consoleModel";

const now = Date.parse("2026-11-20T10:10:00Z");
const item = (id: string, change: Partial<Summary> = {}): Summary => demoSummary({ id, ...change });
const none: Filters = { q: "", emotion: "", rules: "", channel: "", state: "", sort: "" };

describe("risk", () => {
  it("is the sum of its four parts and never above 100", () => {
    const worst = item("a", { emotion: "angry", violations: { major: 9, normal: 9 }, owed: 50, waiting_since: "2026-11-20T09:00:00Z" });
    const parts = riskParts(worst, now);
    expect(parts.emotion + parts.rules + parts.waiting + parts.owed).toBe(riskOf(worst, now));
    expect(riskOf(worst, now)).toBe(100);
    expect(riskOf(item("b"), now)).toBe(0);
  });

  it("does not count waiting after the end", () => {
    expect(riskParts(item("a", { state: "ended", waiting_since: "2026-11-20T09:00:00Z" }), now).waiting).toBe(0);
  });
});

describe("attention", () => {
  it("is asked for by one major violation, by anger, or by the sum", () => {
    expect(needsAttention(item("a"), now)).toBe(false);
    expect(needsAttention(item("a", { violations: { major: 1, normal: 0 } }), now)).toBe(true);
    expect(needsAttention(item("a", { violations: { major: 0, normal: 1 } }), now)).toBe(false);
    expect(needsAttention(item("a", { emotion: "angry" }), now)).toBe(true);
    expect(needsAttention(item("a", { emotion: "dissatisfied", violations: { major: 0, normal: 3 } }), now)).toBe(true);
    expect(needsAttention(item("a", { state: "closed", violations: { major: 1, normal: 0 } }), now)).toBe(false);
  });
});

describe("order", () => {
  const calm = item("b");
  const angry = item("a", { emotion: "angry", started_at: "2026-11-20T10:05:00Z", waiting_since: "2026-11-20T10:09:00Z" });
  const major = item("c", { violations: { major: 2, normal: 0 }, waiting_since: "2026-11-20T10:01:00Z" });

  it("puts risk, waiting or start first, ties by id", () => {
    expect(ordered([calm, angry, major], "risk", now)).toEqual(["c", "a", "b"]);
    expect(ordered([calm, angry, major], "waiting", now)).toEqual(["c", "a", "b"]);
    expect(ordered([calm, angry, major], "started", now)).toEqual(["b", "c", "a"]);
    expect(ordered([item("z"), item("y")], "risk", now)).toEqual(["y", "z"]);
  });

  it("keeps rows in place while held: new ones behind, gone ones out", () => {
    const shown = heldOrder(["a", "b", "c"], ["d", "c", "a"]);
    expect(shown).toEqual(["a", "c", "d"]);
    expect(moves(shown, ["d", "c", "a"])).toBe(2);
    expect(moves(shown, shown)).toBe(0);
  });
});

describe("filters", () => {
  it("look at rules, emotion, channel, state and words", () => {
    const one = item("a", { emotion: "angry", violations: { major: 1, normal: 0 }, customer: { name: "方女士" }, last: { speaker: "customer", text: "年费多收", at: "" } });
    expect(passes(one, none, now)).toBe(true);
    expect(passes(one, { ...none, rules: "major", emotion: "angry", channel: "voice", q: "方 年费" }, now)).toBe(true);
    expect(passes(one, { ...none, rules: "owed" }, now)).toBe(false);
    expect(passes(one, { ...none, emotion: "calm" }, now)).toBe(false);
    expect(passes(one, { ...none, channel: "chat" }, now)).toBe(false);
    expect(passes(one, { ...none, q: "没有这样的词" }, now)).toBe(false);
  });

  it("leave closed conversations out unless asked for", () => {
    expect(passes(item("a", { state: "closed" }), none, now)).toBe(false);
    expect(passes(item("a", { state: "closed" }), { ...none, state: "closed" }, now)).toBe(true);
  });
});
