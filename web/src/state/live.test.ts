import { describe, expect, it } from "vitest";
import type { ServerMessage, Summary } from "../api/types";
import { demoFrames, demoSummary } from "../test/frames";
import { emptyLive, reduceMessages } from "./live";

const summary = (id: string, seq: number, change: Partial<Summary> = {}): Summary => demoSummary({ id, seq, ...change });

const run = (messages: ServerMessage[]) => reduceMessages(emptyLive(), messages);

describe("reduceMessages", () => {
  const frames = demoFrames();

  it("folds frames that come in several messages as if they had come in one", () => {
    const once = run([{ op: "frames", conversation: "d1", items: frames }]);
    const often = run(frames.map((frame) => ({ op: "frames" as const, conversation: "d1", items: [frame] })));
    expect(often.data.conversations["d1"]).toEqual(once.data.conversations["d1"]);
    expect(often.gaps).toEqual([]);
  });

  it("begins anew when the server says that what came before is void", () => {
    const once = run([{ op: "frames", conversation: "d1", items: frames }]);
    const again = run([
      { op: "frames", conversation: "d1", items: frames.map((frame) => (frame.kind === "event" ? { ...frame, event: { ...frame.event, text: "••••" } } : frame)) as typeof frames },
      { op: "frames", conversation: "d1", again: true, items: frames },
    ]);
    expect(again.data.conversations["d1"]).toEqual(once.data.conversations["d1"]);
  });

  it("names the conversation with a hole, and forgets the hole once it is filled in the same batch", () => {
    expect(run([{ op: "frames", conversation: "d1", items: frames.slice(2) }]).gaps).toEqual(["d1"]);
    const filled = run([
      { op: "frames", conversation: "d1", items: frames.slice(2) },
      { op: "frames", conversation: "d1", items: frames },
    ]);
    expect(filled.gaps).toEqual([]);
  });

  it("keeps the newest panels and the newest summary, whatever comes late", () => {
    const { data } = run([
      { op: "panels", conversation: "d1", seq: 9, panels: { idv_level: 3 } },
      { op: "panels", conversation: "d1", seq: 4, panels: { idv_level: 0 } },
      { op: "summary", item: summary("d1", 9, { unread: 0 }) },
      { op: "summary", item: summary("d1", 4, { unread: 7 }) },
    ]);
    expect(data.panels["d1"]?.panels.idv_level).toBe(3);
    expect(data.list["d1"]?.unread).toBe(0);
  });

  it("replaces the whole list when the server sends a whole list", () => {
    const { data } = run([
      { op: "list", items: [summary("a", 1), summary("b", 1)] },
      { op: "list", items: [summary("b", 2)] },
      { op: "summary", item: summary("c", 1) },
    ]);
    expect(Object.keys(data.list)).toEqual(["b", "c"]);
    expect(data.listReady).toBe(true);
  });

  it("drops partial text once the same speaker's final words are there, not before", () => {
    const partial = { op: "partial" as const, conversation: "d1", speaker: "customer" as const, text: "卡找" };
    const repSpoke = run([{ op: "frames", conversation: "d1", items: frames.slice(0, 1) }, partial, { op: "frames", conversation: "d1", items: frames.slice(1, 2) }]);
    expect(repSpoke.data.partials["d1"]?.text).toBe("卡找");
    const customerSpoke = run([partial, { op: "frames", conversation: "d1", items: frames.slice(0, 3) }]);
    expect(customerSpoke.data.partials["d1"]).toBeUndefined();
    const ended = run([partial, { op: "frames", conversation: "d1", items: frames }]);
    expect(ended.data.partials["d1"]).toBeUndefined();
  });

  it("does not change the data it was given", () => {
    const before = run([{ op: "frames", conversation: "d1", items: frames.slice(0, 5) }]).data;
    const copy = structuredClone(before);
    reduceMessages(before, [{ op: "frames", conversation: "d1", items: frames }, { op: "summary", item: summary("d1", 3) }]);
    expect(before).toEqual(copy);
  });

  it("remembers an error of a conversation and survives an unknown message", () => {
    const { data } = run([{ op: "error", code: "forbidden", conversation: "d9" }, { op: "later" } as unknown as ServerMessage]);
    expect(data.problems["d9"]).toBe("forbidden");
  });
});
