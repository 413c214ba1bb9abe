import { describe, expect, it } from "vitest";
import type { Card, Frame, Panels } from "../../api/types";
import { applyFrames, emptyConversation, type CardView } from "../../state/conversation";
import { demoCard, demoOwed, demoViolation } from "../../test/frames";
import { currentOf, kindKey, neighbour, sayOf, stackOf, statusOf, stepOf, toneOf } from "./cards";

function stateOf(cards: Partial<Card>[]): CardView[] {
  const frames = cards.map((card, index): Frame => ({ n: index + 1, kind: "card", card: demoCard({ card: `k${index}`, item: `i${index}`, seq: index + 1, ...card }), ms: 1 }));
  return applyFrames(emptyConversation(), frames).state.cards;
}

const ids = (views: readonly CardView[]) => views.map((view) => view.card.card);
const isNew = () => "new" as const;
const panels = (seq: number, change: Panels): { seq: number; panels: Panels } => ({ seq, panels: change });
const viewOf = (card: Partial<Card>): CardView => ({ card: demoCard(card), n: 1, ms: 1, at: "", action: null, superseded: false });

describe("stackOf", () => {
  it("shows the newest first, without alternatives, steps, wrap-up and superseded cards", () => {
    const state = stateOf([{ kind: "announcement" }, {}, { rank: 2 }, { kind: "step", state: "next" }, { kind: "wrapup" }, {}]);
    expect(ids(stackOf(state))).toEqual(["k5", "k1", "k0"]);
    const superseded = state.map((view) => (view.card.card === "k5" ? { ...view, superseded: true } : view));
    expect(ids(stackOf(superseded))).toEqual(["k1", "k0"]);
  });

  it("keeps one card per matter: a rule's violation takes the place of its prompt", () => {
    const state = stateOf([{ kind: "prompt", item: "DIS-01" }, { kind: "violation", item: "DIS-01" }, { item: "yj-f01" }, { item: "yj-f01" }]);
    expect(ids(stackOf(state))).toEqual(["k3", "k1"]);
  });

  it("shows a reply only where no knowledge says the same", () => {
    const state = stateOf([{ item: "a" }, { kind: "reply", item: "a" }, { kind: "reply", item: "b" }]);
    expect(ids(stackOf(state))).toEqual(["k2", "k0"]);
  });
});

describe("currentOf", () => {
  it("opens the newest card that asks and has had no answer", () => {
    const stack = stackOf(stateOf([{}, {}, { kind: "announcement", primary: false }]));
    expect(currentOf(stack, null, isNew)?.card.card).toBe("k1");
    expect(currentOf(stack, null, (view) => (view.card.card === "k1" ? "used" : "new"))?.card.card).toBe("k0");
  });

  it("obeys the rep's choice, whatever its state", () => {
    const stack = stackOf(stateOf([{}, {}]));
    expect(currentOf(stack, "k0", () => "used")?.card.card).toBe("k0");
    expect(currentOf(stack, "gone", isNew)?.card.card).toBe("k1");
  });

  it("does not let knowledge push aside what must be stopped or said in the same breath", () => {
    const stack = stackOf(
      stateOf([
        { kind: "prompt", severity: "major", turn: 4 },
        { kind: "violation", severity: "major", turn: 5 },
        { turn: 6 },
      ]),
    );
    expect(currentOf(stack, null, isNew)?.card.card).toBe("k1");
    expect(currentOf(stack, null, (view) => (view.card.card === "k1" ? "used" : "new"))?.card.card).toBe("k0");
    const later = stackOf(stateOf([{ kind: "violation", severity: "major", turn: 2 }, { turn: 6 }]));
    expect(currentOf(later, null, isNew)?.card.card).toBe("k1");
  });

  it("opens the gravest of several that one event gave, and of equals the first", () => {
    const prompt = { kind: "prompt" as const, turn: 18, seq: 22 };
    const stack = stackOf(stateOf([{ ...prompt, severity: "major" }, { ...prompt, severity: "major" }, { ...prompt, severity: "normal" }, { ...prompt, severity: "hint" }]));
    expect(currentOf(stack, null, isNew)?.card.card).toBe("k0");
    expect(currentOf(stack, null, (view) => (view.card.card === "k0" ? "done" : "new"))?.card.card).toBe("k1");
  });

  it("offers an announcement when nothing asks, and nothing when all is handled", () => {
    const stack = stackOf(stateOf([{ kind: "announcement", primary: false }, {}]));
    expect(currentOf(stack, null, (view) => (view.card.kind === "knowledge" ? "used" : "new"))?.card.kind).toBe("announcement");
    expect(currentOf(stack, null, () => "used")).toBeNull();
  });
});

describe("statusOf", () => {
  it("tells what the rep did", () => {
    const view = { ...viewOf({}), action: { name: "edited" as const, reason: "", text: "" } };
    expect(statusOf(view, undefined)).toBe("edited");
    expect(statusOf({ ...view, action: { name: "shown" as const, reason: "", text: "" } }, undefined)).toBe("new");
  });

  it("knows that an obligation has been met, but not from panels older than the card", () => {
    const prompt = viewOf({ kind: "prompt", item: "DIS-01", seq: 10 });
    const owed = { compliance: { owed: [demoOwed({ rule: "DIS-01" })], violations: [] } };
    const met = { compliance: { owed: [], violations: [] } };
    const broken = { compliance: { owed: [], violations: [demoViolation({ rule: "DIS-01", turn: 3 })] } };
    expect(statusOf(prompt, panels(10, owed))).toBe("new");
    expect(statusOf(prompt, panels(11, met))).toBe("done");
    expect(statusOf(prompt, panels(11, broken))).toBe("new");
    expect(statusOf(prompt, panels(9, met))).toBe("new");
  });

  it("knows a finished step", () => {
    const flow = { flow: { flows: [{ id: "P01", name: "", active: true, finished: false, steps: [{ id: "S5", name: "", state: "done" as const, say: "", must: false, gate: false, gate_broken: false, turn: null, words: null }], fields: [] }] } };
    expect(statusOf(viewOf({ kind: "step", item: "P01.S5", state: "next" }), panels(99, flow))).toBe("done");
  });
});

describe("tone and words", () => {
  it("keeps one meaning per colour", () => {
    expect(toneOf(viewOf({ kind: "fraud", severity: "normal" }), "new")).toBe("red");
    expect(toneOf(viewOf({ kind: "violation", severity: "major" }), "new")).toBe("red");
    expect(toneOf(viewOf({ kind: "violation", severity: "normal" }), "new")).toBe("orange");
    expect(toneOf(viewOf({ kind: "prompt", severity: "major" }), "new")).toBe("orange");
    expect(toneOf(viewOf({ kind: "prompt", severity: "hint" }), "new")).toBe("grey");
    expect(toneOf(viewOf({ kind: "knowledge" }), "new")).toBe("blue");
    expect(toneOf(viewOf({ kind: "fraud" }), "done")).toBe("green");
    expect(toneOf(viewOf({ kind: "fraud" }), "dismissed")).toBe("grey");
    expect(kindKey(viewOf({ kind: "prompt", severity: "hint" }))).toBe("hint");
  });

  it("puts nothing internal into the rep's mouth", () => {
    expect(sayOf(viewOf({ audience: "internal" }))).toBe("");
    expect(sayOf(viewOf({ kind: "announcement", say: null }))).toBe("");
    expect(sayOf(viewOf({ say: null, text: "  这样说  " }))).toBe("这样说");
  });
});

describe("neighbour and step", () => {
  it("moves within the stack and stays at its ends", () => {
    const stack = stackOf(stateOf([{}, {}, {}]));
    expect(neighbour(stack, "k2", 1)).toBe("k1");
    expect(neighbour(stack, "k2", -1)).toBe("k2");
    expect(neighbour(stack, "k0", 1)).toBe("k0");
    expect(neighbour(stack, null, 1)).toBe("k2");
    expect(neighbour([], null, 1)).toBeNull();
  });

  it("offers the next step that has words and is not done", () => {
    const state = stateOf([
      { kind: "step", state: "next", text: "核对身份" },
      { kind: "step", state: "next", text: "" },
      { kind: "step", state: "done", text: "问候" },
    ]);
    expect(stepOf(state, isNew)?.card.card).toBe("k0");
    expect(stepOf(state, () => "done")).toBeNull();
  });
});
