import { describe, expect, it } from "vitest";
import type { Alert } from "../../api/types";
import { emptyLive, reduceMessages } from "../../state/live";
import { acknowledgedOnes, openOnes } from "./alertsModel";

const alert = (id: string, at: string, done: string | null = null): Alert => ({
  id,
  conversation: "c1",
  seq: 1,
  turn: 2,
  rule: "FRD-02",
  name: "安全账户",
  severity: "major",
  words: "安全账户",
  team: "t1",
  rep: null,
  at: `2026-11-20T10:00:${at}Z`,
  acknowledged: done ? { by: { id: "u1", name: "许" }, at: `2026-11-20T10:01:${done}Z`, note: "" } : null,
});

describe("alerts", () => {
  it("stand by how long they wait; acknowledged ones leave the open list, newest first", () => {
    const all = { b: alert("b", "05"), a: alert("a", "01"), c: alert("c", "03", "10"), d: alert("d", "02", "20") };
    expect(openOnes(all).map((one) => one.id)).toEqual(["a", "b"]);
    expect(acknowledgedOnes(all, [alert("e", "00", "15"), alert("c", "03", "10")]).map((one) => one.id)).toEqual(["d", "e", "c"]);
  });

  it("come whole and then one by one; what another acknowledged meanwhile is open no more", () => {
    const first = reduceMessages(emptyLive(), [{ op: "alerts", items: [alert("a", "01"), alert("b", "02")] }, { op: "alert", item: alert("a", "01", "30") }]);
    expect(openOnes(first.data.alerts).map((one) => one.id)).toEqual(["b"]);
    const again = reduceMessages(first.data, [{ op: "alerts", items: [alert("c", "09")] }]);
    expect(openOnes(again.data.alerts).map((one) => one.id)).toEqual(["c"]);
    expect(acknowledgedOnes(again.data.alerts, []).map((one) => one.id)).toEqual(["a"]);
  });
});
