import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffLines } from "../diff";
import { shipped } from "../shipped";
import { readItem } from "../yamlItem";
import { branchesOf, connections, endId, evidenceOf, freshId, layout, readFlow, rowsOfColumn, withBranch, withBranches, withConnection, withEvidence, withEvidenceKind, withOrder, withReconnected, withStep, withStepId, withoutBranch, withoutConnection, withoutStep } from "./model";

const flows = shipped("flows").filter((flow) => !flow.file.endsWith("common.yaml"));
const text = `# a flow
id: X01
name: {zh: 例, en: Example}
start: customer says "挂失"
steps:
  # greeting
  - id: S1
    name: {zh: 问候, en: Greet}
    done: rep says "您好"   # any greeting
  - {id: S2, name: {zh: 核验, en: Verify}, gate: true, done: event idv.passed}
  - id: S3
    name: {zh: 告知, en: Tell}
    must: true
    owed: after S2
    done:
      all:
        - 'rep says "有效期"'
        - 'rep says "失效"'
ends: [P03]
`;
const item = readItem(text);
const kept = (before: string, after: string) => diffLines(before, after).filter((line) => line.kind !== "same").map((line) => `${line.kind === "added" ? "+" : "-"}${line.text.trim()}`);

describe("a flow as a graph", () => {
  it("shows every shipped flow, each step once, reachable and without overlap", () => {
    expect(flows).toHaveLength(31);
    for (const shippedFlow of flows) {
      const one = readItem(shippedFlow.text);
      const flow = readFlow(one);
      expect(flow.steps.map((step) => step.id), shippedFlow.id).toEqual((parse(shippedFlow.text).steps as { id: string }[]).map((step) => step.id));
      const places = layout(flow);
      expect(new Set(places.map((place) => `${place.column} ${place.row} ${place.lane}`)).size, shippedFlow.id).toBe(places.length);
      expect(Math.max(...places.map((place) => place.row))).toBeLessThan(rowsOfColumn);
      const ways = connections(flow);
      for (const step of flow.steps) {
        expect(ways.some((way) => way.from === step.id && way.kind !== "owed"), `${shippedFlow.id} ${step.id} leads on`).toBe(true);
        if (!step.use && !step.call) expect(step.evidence, `${shippedFlow.id} ${step.id}`).toBeGreaterThan(0);
      }
      expect(ways.some((way) => way.to === endId), shippedFlow.id).toBe(true);
    }
  });

  it("saves what it opened: no edit, the same bytes", () => {
    for (const shippedFlow of flows) {
      const one = readItem(shippedFlow.text);
      const flow = readFlow(one);
      flow.steps.forEach((step, index) => {
        expect(withOrder(one, index, index)).toBe(shippedFlow.text);
        expect(withBranches(one, index, branchesOf(one, index)), `${shippedFlow.id} ${step.id}`).toBe(shippedFlow.text);
        const evidence = evidenceOf(one, index);
        if (evidence.shape === "any" || evidence.shape === "all") expect(withEvidenceKind(one, index, evidence.shape)).toBe(shippedFlow.text);
      });
    }
  });

  it("adds, moves and removes steps with their comments", () => {
    const added = withStep(item, 0, { id: freshId(readFlow(item)), name: { zh: "新步骤", en: "New" }, done: 'rep says "好"' });
    expect(readFlow(readItem(added)).steps.map((step) => step.id)).toEqual(["S1", "S4", "S2", "S3"]);
    expect(kept(text, added).every((line) => line.startsWith("+"))).toBe(true);
    expect(withoutStep(readItem(added), 1)).toBe(text);
    const moved = withOrder(item, 0, 2);
    expect(moved).toContain("  # greeting\n  - id: S1");
    expect(moved).toContain("# any greeting");
    expect(readFlow(readItem(moved)).steps.map((step) => step.id)).toEqual(["S2", "S3", "S1"]);
    // What pointed at a step goes with it.
    expect(parse(withoutStep(item, 1)).steps[1]).not.toHaveProperty("owed");
  });

  it("connects, reconnects and separates", () => {
    const branched = withConnection(item, "S1", "S3", 'customer says "急"');
    expect(branchesOf(readItem(branched), 0)).toEqual([
      { to: "S3", condition: 'customer says "急"' },
      { to: "S2", condition: "" },
    ]);
    expect(branched).toContain("# any greeting");
    const other = readItem(branched);
    const way = connections(readFlow(other)).find((one) => one.from === "S1" && one.to === "S3")!;
    expect(branchesOf(readItem(withReconnected(other, way, endId)), 0)[0]?.to).toBe(endId);
    expect(branchesOf(readItem(withoutConnection(other, way)), 0)).toEqual([{ to: "S2", condition: "" }]);
    expect(branchesOf(readItem(withBranch(other, 0, 0, { condition: "start" })), 0)[0]).toEqual({ to: "S3", condition: "start" });
    expect(withConnection(item, "S1", "S2", "start"), "already the way").toBe(text);
    const owed = connections(readFlow(item)).find((one) => one.kind === "owed")!;
    expect(parse(withoutConnection(item, owed)).steps[2]).not.toHaveProperty("owed");
    expect(parse(withReconnected(item, owed, "S1")).steps[0].owed).toBe("after S2");
    const straight = connections(readFlow(item)).find((one) => one.from === "S1" && one.kind === "follow")!;
    const jumped = readItem(withReconnected(item, straight, "S3"));
    expect(jumped.text).toContain("next: S3");
    expect(withoutBranch(jumped, 0, 0)).toBe(text);
  });

  it("renames a step and what points at it", () => {
    const named = parse(withStepId(readItem(withConnection(item, "S1", "S3", "start")), 2, "TELL"));
    expect(named.steps[2].id).toBe("TELL");
    expect(named.steps[0].next[0].to).toBe("TELL");
    expect(parse(withStepId(item, 1, "IDV")).steps[2].owed).toBe("after IDV");
  });

  it("edits the evidence in its own lines", () => {
    expect(kept(text, withEvidence(item, 2, "all", 'rep says "补卡"'))).toEqual([`+- rep says "补卡"`]);
    expect(parse(withEvidence(item, 0, "any", "event x.y")).steps[0].done).toEqual({ any: ['rep says "您好"', "event x.y"] });
    expect(parse(withEvidenceKind(item, 2, "any")).steps[2].done).toEqual({ any: ['rep says "有效期"', 'rep says "失效"'] });
  });
});
