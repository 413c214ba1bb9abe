import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextToSend, outbox, reduceOutbox, useOutbox, type Outgoing } from "./outbox";

const entry = (act: string, change: Partial<Outgoing> = {}): Outgoing => ({
  act,
  conversation: "c1",
  text: act,
  card: null,
  at: "2026-11-20T10:00:00Z",
  state: "queued",
  rules: [],
  findings: [],
  confirmed: false,
  error: "",
  ...change,
});

describe("nextToSend", () => {
  it("sends one at a time per conversation, in order", () => {
    expect(nextToSend([entry("a"), entry("b"), entry("x", { conversation: "c2" })]).map((one) => one.act)).toEqual(["a", "x"]);
    expect(nextToSend([entry("a", { state: "sending" }), entry("b")])).toEqual([]);
  });

  it("lets nothing overtake a message that waits for the rep's decision", () => {
    expect(nextToSend([entry("a", { state: "failed" }), entry("b")])).toEqual([]);
    expect(nextToSend([entry("a", { state: "refused" }), entry("b")]).map((one) => one.act)).toEqual(["b"]);
    expect(nextToSend([entry("a", { state: "sent" }), entry("b")]).map((one) => one.act)).toEqual(["b"]);
  });
});

describe("reduceOutbox", () => {
  it("keeps one entry per act and removes what the transcript carries", () => {
    const twice = reduceOutbox(reduceOutbox([], { type: "add", entry: entry("a") }), { type: "add", entry: entry("a") });
    expect(twice).toHaveLength(1);
    expect(reduceOutbox([entry("a"), entry("b")], { type: "confirmed", acts: ["a", "z"] }).map((one) => one.act)).toEqual(["b"]);
  });
});

describe("outbox", () => {
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  const fetching = vi.fn<typeof fetch>();
  const states = () => useOutbox.getState().entries.map((one) => one.state);
  const settle = () => vi.waitFor(() => expect(states()).not.toContain("sending"));

  beforeEach(() => {
    vi.stubGlobal("fetch", fetching);
    fetching.mockReset();
    useOutbox.setState({ entries: [] });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("sends the words and the card, and is sent when the server allows it", async () => {
    fetching.mockResolvedValue(answer(200, { act: "x", decision: "allowed", rules: [], seq: 4 }));
    const act = outbox.send("c1", "您好", "card1");
    await settle();
    expect(states()).toEqual(["sent"]);
    const [url, init] = fetching.mock.calls[0] ?? [];
    expect(url).toBe("/api/v1/conversations/c1/acts");
    expect(JSON.parse(String(init?.body))).toEqual({ act, kind: "message", text: "您好", card: "card1" });
  });

  it("keeps order while offline, and repeats under the same id", async () => {
    fetching.mockRejectedValue(new TypeError("offline"));
    const first = outbox.send("c1", "一", null);
    outbox.send("c1", "二", null);
    await settle();
    expect(states()).toEqual(["queued", "queued"]);
    expect(fetching).toHaveBeenCalledTimes(1);
    expect(JSON.parse(localStorage.getItem("fenshen.outbox") ?? "[]")).toHaveLength(2);

    fetching.mockImplementation(async () => answer(200, { act: "", decision: "allowed" }));
    outbox.pump();
    await vi.waitFor(() => expect(states()).toEqual(["sent", "sent"]));
    const sent = fetching.mock.calls.slice(1).map(([, init]) => JSON.parse(String(init?.body)) as { act: string; text: string });
    expect(sent.map((one) => one.text)).toEqual(["一", "二"]);
    expect(sent[0]?.act).toBe(first);
  });

  it("gives a refused message back with its rules and sends nothing twice", async () => {
    fetching.mockResolvedValue(answer(200, { act: "", decision: "blocked", rules: ["SAL-01"] }));
    outbox.send("c1", "保本", null);
    await settle();
    expect(useOutbox.getState().entries[0]).toMatchObject({ state: "refused", rules: ["SAL-01"] });
    outbox.pump();
    expect(fetching).toHaveBeenCalledTimes(1);
  });

  it("fails with the code that the server gives, and sends again only when told", async () => {
    fetching.mockResolvedValue(answer(409, { code: "conflict", detail: "ended" }));
    const act = outbox.send("c1", "您好", null);
    await settle();
    expect(useOutbox.getState().entries[0]).toMatchObject({ state: "failed", error: "conflict" });
    outbox.pump();
    expect(fetching).toHaveBeenCalledTimes(1);
    fetching.mockResolvedValue(answer(200, { act, decision: "allowed" }));
    outbox.retry(act);
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
  });
});
