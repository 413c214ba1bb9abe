import { describe, expect, it } from "vitest";
import type { QualityDetail, QualityEvidence, QualityLine } from "../../api/types";
import { addressOf, caseAddress, formOf, inputOf, isVetoed, lackOf, lostOf, queryOf, withVerdict, type Filters } from "./qualityModel";

const evidence = (id: string): QualityEvidence => ({ kind: "rule", id, name: id, severity: "major", turn: 3, seq: 9, words: "保本", card: null });
const line = (item: string, change: Partial<QualityLine> = {}): QualityLine => ({
  item,
  name: item,
  weight: 20,
  lost: 0,
  veto: false,
  manual: false,
  evidence: [],
  human_lost: null,
  human_note: "",
  ...change,
});
const detail = (lines: QualityLine[]): QualityDetail => ({
  item: {
    conversation: "c1",
    channel: "voice",
    rep: null,
    team: "t",
    process: [],
    started_at: "2026-11-20T10:00:00Z",
    ended_at: "2026-11-20T10:10:00Z",
    sheet: "s",
    score: 80,
    human_score: null,
    final_score: 80,
    passed: true,
    vetoed: false,
    major: 1,
    normal: 0,
    hint: 0,
    rules: ["SAL-01"],
    state: "scored",
    inspector: null,
    sampled: true,
  },
  sheet_name: "通用",
  pass: 80,
  lines,
  verdicts: [],
  history: [],
  may: ["inspect"],
});

describe("an inspection", () => {
  const one = detail([line("sell", { lost: 20, evidence: [evidence("SAL-01"), evidence("SAL-02")] }), line("greet", { manual: true })]);

  it("starts from the machine's points and confirms what it found", () => {
    const form = formOf(one);
    expect(form.verdicts).toEqual({ "SAL-01": "right", "SAL-02": "right" });
    expect(lostOf(one, form)).toBe(20);
    expect(lackOf(one, form)).toBeNull();
  });

  it("gives points back only when no finding of the item stands, and asks why", () => {
    const half = withVerdict(one, formOf(one), "SAL-01", "wrong");
    expect(half.lines["sell"]?.lost).toBe(20);
    const none = withVerdict(one, half, "SAL-02", "wrong");
    expect(none.lines["sell"]?.lost).toBe(0);
    expect(lackOf(one, none)?.item).toBe("sell");
    const back = withVerdict(one, none, "SAL-02", "right");
    expect(back.lines["sell"]?.lost).toBe(20);
    const said = { ...none, lines: { ...none.lines, sell: { lost: 0, note: " 是引述 " } } };
    expect(lackOf(one, said)).toBeNull();
    expect(inputOf(one, said, "i1")).toEqual({
      id: "i1",
      lines: [
        { item: "sell", lost: 0, note: "是引述" },
        { item: "greet", lost: 0 },
      ],
      verdicts: [
        { rule: "SAL-01", verdict: "wrong" },
        { rule: "SAL-02", verdict: "wrong" },
      ],
    });
  });

  it("scores no line that no item names, and counts a veto as one", () => {
    const veto = detail([line("red", { weight: 0, veto: true, lost: 1, evidence: [evidence("SAL-01")] }), line("other", { weight: 0, evidence: [evidence("ETQ-01")] }), line("sell", { lost: 5 })]);
    const form = formOf(veto);
    expect(isVetoed(veto, form)).toBe(true);
    expect(lostOf(veto, form)).toBe(5);
    expect(inputOf(veto, form, "i").lines.map((one) => one.item)).toEqual(["red", "sell"]);
    expect(isVetoed(veto, withVerdict(veto, form, "SAL-01", "wrong"))).toBe(false);
  });

  it("goes on from the last person's points at a re-check", () => {
    const again = detail([line("sell", { lost: 20, human_lost: 5, human_note: "轻微", evidence: [evidence("SAL-01")] })]);
    again.verdicts = [{ rule: "SAL-01", verdict: "wrong" }];
    const form = formOf(again);
    expect(form.lines["sell"]).toEqual({ lost: 5, note: "轻微" });
    expect(form.verdicts).toEqual({ "SAL-01": "wrong" });
  });
});

describe("addresses", () => {
  it("carry only what is asked for", () => {
    expect(addressOf({ rule: "SAL-01", team: "" })).toBe("/quality?rule=SAL-01");
    expect(caseAddress("a/b", 4)).toBe("/quality/c/a%2Fb?turn=4");
    const filters = { state: "", passed: "false", team: "", rep: "", rule: "SAL-01", process: "", channel: "", from: "", to: "", score_max: "", sheet: "", sample: "" } satisfies Filters;
    expect(queryOf(filters)).toEqual({ passed: "false", rule: "SAL-01" });
  });
});
