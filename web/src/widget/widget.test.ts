import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Chat } from "./chat";
import { h } from "./dom";
import { applyServer, emptyChat, linesOf, withPending, type ChatItem, type ChatServerMessage, type ChatState } from "./state";
import { View } from "./view";
import { words } from "./words";

const item = (n: number, id: string, from: ChatItem["from"] = "customer"): ChatItem => ({ n, id, from, text: `${id}!`, at: "2026-11-20T10:00:00Z" });
const fold = (messages: ChatServerMessage[], from: ChatState = emptyChat()) => messages.reduce(applyServer, from);
const pending = (id: string, at = "2026-11-20T10:00:00Z") => ({ id, text: `${id}!`, at });

describe("the chat's state", () => {
  it("shows a message once, however often and by whichever way it arrives", () => {
    const state = fold(
      [
        { op: "ack", id: "m1", n: 4 },
        { op: "item", item: item(4, "m1") },
        { op: "hello", state: "open", items: [item(4, "m1"), item(6, "r1", "rep")] },
        { op: "item", item: item(6, "r1", "rep") },
      ],
      withPending(emptyChat(), [pending("m1")]),
    );
    expect(state.items.map((one) => one.id)).toEqual(["m1", "r1"]);
    expect(state.pending).toEqual([]);
  });

  it("orders by the server's number, not by arrival", () => {
    const state = fold([{ op: "item", item: item(9, "b") }, { op: "item", item: item(3, "a") }]);
    expect(state.items.map((one) => one.id)).toEqual(["a", "b"]);
  });

  it("says sending, sent and delivered, and only what is true", () => {
    const waiting = withPending(emptyChat(), [pending("m1")]);
    const delivery = (state: ChatState) => linesOf(state).find((line) => line.key === "m1")?.delivery;
    expect(delivery(waiting)).toBe("sending");
    expect(delivery({ ...waiting, sent: ["m1"], link: "open" })).toBe("sent");
    expect(delivery({ ...waiting, sent: ["m1"], link: "lost" })).toBe("sending");
    expect(delivery(fold([{ op: "ack", id: "m1", n: 1 }], waiting))).toBe("delivered");
  });

  it("joins another tab's queue without bringing back what arrived", () => {
    const state = fold([{ op: "item", item: item(1, "m1") }]);
    expect(withPending(state, [pending("m1"), pending("m3", "2026-11-20T10:02:00Z"), pending("m2", "2026-11-20T10:01:00Z")]).pending.map((one) => one.id)).toEqual(["m2", "m3"]);
  });

  it("follows the queue, the rep and the end", () => {
    const waiting = fold([{ op: "state", state: "waiting", place: 3 }]);
    expect(waiting).toMatchObject({ phase: "waiting", place: 3 });
    const open = fold([{ op: "state", state: "open", rep: "小王" }, { op: "typing", on: true }], waiting);
    expect(open).toMatchObject({ phase: "open", rep: "小王", typing: true });
    expect(fold([{ op: "item", item: item(2, "r", "rep") }], open).typing).toBe(false);
    expect(fold([{ op: "state", state: "closed" }], open).phase).toBe("ended");
    expect(fold([{ op: "error", code: "unauthorized" }], open).expired).toBe(true);
    expect(fold([{ op: "error", code: "rate_limited" }], open).phase).toBe("open");
  });
});

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: { op: string; id?: string; text?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly address: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as FakeSocket["sent"][number]);
  }
  close(): void {
    this.readyState = 3;
  }
  hello(items: ChatItem[] = [], state: "waiting" | "open" = "open"): void {
    this.readyState = 1;
    this.onopen?.();
    this.say({ op: "hello", state, items });
  }
  say(message: ChatServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const newest = () => {
  const socket = FakeSocket.all.at(-1);
  if (!socket) throw new Error("no socket");
  return socket;
};
const said = (socket: FakeSocket) => socket.sent.filter((one) => one.op === "say").map((one) => one.text);

describe("Chat", () => {
  const make = () => new Chat({ base: "", lang: "zh", onChange: () => {}, onProblem: () => {}, connect: (address) => new FakeSocket(address) as unknown as WebSocket });

  beforeEach(() => {
    FakeSocket.all = [];
    vi.useFakeTimers({ shouldAdvanceTime: true });
    vi.stubGlobal("fetch", vi.fn(async () => new Response(JSON.stringify({ conversation: "c1", token: "t1" }), { status: 201 })));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("begins a session with the first word and sends it once connected", async () => {
    const chat = make();
    expect(FakeSocket.all).toHaveLength(0);
    chat.say("卡丢了");
    chat.say("怎么办");
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(newest().address).toContain("token=t1");
    newest().hello([], "waiting");
    expect(said(newest())).toEqual(["卡丢了", "怎么办"]);
    expect(JSON.parse(localStorage.getItem("fenshen.chat.queue") ?? "[]")).toHaveLength(2);
  });

  it("repeats after a lost link only what is not confirmed, in order, under the same ids", async () => {
    localStorage.setItem("fenshen.chat.session", JSON.stringify({ conversation: "c1", token: "t1" }));
    const chat = make();
    newest().hello();
    chat.say("一");
    chat.say("二");
    const first = newest();
    const ids = first.sent.filter((one) => one.op === "say").map((one) => one.id ?? "");
    first.say({ op: "ack", id: ids[0] ?? "", n: 5 });
    first.drop();
    expect(chat.state.link).toBe("lost");
    chat.say("三");
    vi.advanceTimersByTime(1_000);
    expect(newest()).not.toBe(first);
    expect(newest().address).toContain("after=5");
    newest().hello();
    expect(said(newest())).toEqual(["二", "三"]);
    expect(newest().sent.find((one) => one.op === "say")?.id).toBe(ids[1]);
  });

  it("goes on after a reload with what was not confirmed", () => {
    localStorage.setItem("fenshen.chat.session", JSON.stringify({ conversation: "c1", token: "t1" }));
    localStorage.setItem("fenshen.chat.queue", JSON.stringify([pending("m7")]));
    const chat = make();
    expect(linesOf(chat.state).map((line) => line.key)).toEqual(["m7"]);
    newest().hello();
    expect(newest().sent.filter((one) => one.op === "say").map((one) => one.id)).toEqual(["m7"]);
    newest().say({ op: "item", item: item(3, "m7") });
    expect(localStorage.getItem("fenshen.chat.queue")).toBeNull();
  });

  it("says that a session has expired and lets a new one begin", () => {
    localStorage.setItem("fenshen.chat.session", JSON.stringify({ conversation: "c1", token: "old" }));
    const chat = make();
    newest().drop(4401);
    expect(chat.state).toMatchObject({ expired: true, phase: "ended" });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    chat.renew();
    expect(chat.started).toBe(false);
    expect(chat.state.phase).toBe("idle");
  });
});

describe("the window", () => {
  afterEach(() => document.body.replaceChildren());

  it("takes everything typed for text, never for markup", () => {
    expect(h("p", { text: "<img src=x onerror=alert(1)>" }).children).toHaveLength(0);
  });

  it("opens, names its parts and keeps the draft", () => {
    localStorage.setItem("fenshen.chat.draft", "写到一半");
    new View({ base: "", lang: "zh", title: "" });
    const root = document.body.lastElementChild?.shadowRoot;
    const launch = root?.querySelector<HTMLButtonElement>(".launch");
    const panel = root?.querySelector<HTMLElement>("[role=dialog]");
    expect(panel?.hidden).toBe(true);
    launch?.click();
    expect(panel?.hidden).toBe(false);
    expect(root?.querySelector("textarea")?.value).toBe("写到一半");
    expect(root?.querySelector(".contact")?.textContent).toBe(words.zh.contact);
    expect(root?.querySelector("[role=log]")?.getAttribute("aria-live")).toBe("polite");
    expect(root?.querySelectorAll("[style]")).toHaveLength(0);
  });
});

describe("the widget's words", () => {
  it("are complete and apart in both languages", () => {
    expect(Object.keys(words.en)).toEqual(Object.keys(words.zh));
    const han = /\p{Script=Han}/u;
    const text = (value: unknown) => (typeof value === "function" ? String((value as (part: string) => string)("1")) : String(value));
    for (const [key, value] of Object.entries(words.zh)) expect(han.test(text(value)), key).toBe(true);
    for (const [key, value] of Object.entries(words.en)) expect(han.test(text(value)), key).toBe(false);
  });
});
