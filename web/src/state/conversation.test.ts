import { describe, expect, it } from "vitest";
import type { Frame } from "../api/types";
import { demoFrames } from "../test/frames";
import { applyFrames, emptyConversation } from "./conversation";

const fresh = (frames: readonly Frame[]) => applyFrames(emptyConversation(), frames).state;

// A small generator with a printed seed: a failure names how to get it back.
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("applyFrames", () => {
  const frames = demoFrames();

  it("gives the same state however the frames are cut, doubled or swapped inside a message", () => {
    const whole = fresh(frames);
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = random(seed);
      let state = emptyConversation();
      let at = 0;
      while (at < frames.length) {
        const size = 1 + Math.floor(next() * 5);
        const piece = frames.slice(at, at + size);
        if (next() < 0.4) piece.reverse();
        if (next() < 0.4) piece.push(...frames.slice(Math.max(0, at - 3), at + 1));
        const applied = applyFrames(state, piece);
        expect(applied.gap, `seed ${seed}`).toBe(false);
        state = applied.state;
        at += size;
      }
      expect(state, `seed ${seed}`).toEqual(whole);
    }
  });

  it("reports a hole, keeps what came before it and goes on once the hole is filled", () => {
    const first = applyFrames(emptyConversation(), frames.slice(0, 4));
    const holed = applyFrames(first.state, frames.slice(6, 9));
    expect(holed.gap).toBe(true);
    expect(holed.state).toBe(first.state);
    const filled = applyFrames(holed.state, frames.slice(4));
    expect(filled.gap).toBe(false);
    expect(filled.state).toEqual(fresh(frames));
  });

  it("does not change the state it was given", () => {
    const before = fresh(frames.slice(0, 6));
    const copy = structuredClone(before);
    applyFrames(before, frames.slice(6));
    expect(before).toEqual(copy);
  });

  it("returns the very same object when nothing is new", () => {
    const state = fresh(frames);
    expect(applyFrames(state, frames).state).toBe(state);
  });

  it("puts a revision in the place of the first text", () => {
    const state = fresh(frames);
    const row = state.rows[state.byTurn[2] ?? -1];
    expect(row).toMatchObject({ kind: "speech", text: "卡找不着了,急死我了", revised: true });
    expect(state.rows.filter((one) => one.kind === "speech" && one.key === "u2")).toHaveLength(1);
  });

  it("says a message only when its act is done, and shows a refused one as refused", () => {
    const upTo = (type: string, act: string) =>
      fresh(frames.slice(0, frames.findIndex((f) => f.kind === "event" && f.event.type === type && "act" in f.event && f.event.act === act) + 1));
    expect(upTo("act.decided", "a1").rows.some((row) => row.kind === "speech" && row.key === "act:a1")).toBe(false);
    const said = upTo("act.done", "a1");
    expect(said.rows.at(-1)).toMatchObject({ kind: "speech", speaker: "rep", text: "您别着急,我马上办。", card: "c1" });
    const refused = upTo("act.decided", "a2");
    expect(refused.rows.at(-1)).toMatchObject({ kind: "notice", notice: "refused", text: "这款保本", detail: "SAL-01" });
    expect(refused.acts["a2"]?.state).toBe("refused");
  });

  it("keeps what was done with a card, and lets a later `shown` not hide it", () => {
    const state = fresh(frames);
    expect(state.cards[state.cardIndex["c1"] ?? -1]?.action?.name).toBe("used");
  });

  it("gives a card the time of the event that caused it", () => {
    const state = fresh(frames);
    const view = state.cards[state.cardIndex["c1"] ?? -1];
    expect(view?.at).toBe("2026-11-20T10:00:04+08:00");
    expect(view?.ms).toBe(3.2);
  });

  it("marks what a correction superseded, and keeps it", () => {
    const state = fresh(frames);
    expect(state.cards.filter((view) => view.superseded).map((view) => view.card.card)).toEqual(["c0"]);
  });

  it("survives an event type it does not know", () => {
    const odd = [...frames, { n: frames.length + 1, kind: "event", event: { seq: 99, id: "x", type: "later.thing", recorded_at: "", occurred_at: "" }, turn: null }];
    expect(fresh(odd as unknown as Frame[]).n).toBe(frames.length + 1);
  });
});
