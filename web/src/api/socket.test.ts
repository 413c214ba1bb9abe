import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveSocket, type SocketLike, type SocketStatus } from "./socket";
import type { ServerMessage } from "./types";

class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  sent: unknown[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
}

function setup() {
  const sockets: FakeSocket[] = [];
  const statuses: SocketStatus[] = [];
  const messages: ServerMessage[] = [];
  const last: Record<string, number> = {};
  const signedOut = { times: 0 };
  const live = new LiveSocket({
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
    lastFrame: (conversation) => last[conversation] ?? 0,
    onSignedOut: () => {
      signedOut.times += 1;
    },
    random: () => 0.5,
  });
  const newest = () => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error("no socket");
    return socket;
  };
  return { live, sockets, statuses, messages, last, newest, signedOut };
}

describe("LiveSocket", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("asks on opening for what was wanted before it was open", () => {
    const { live, newest } = setup();
    live.list("mine");
    live.watch("c1");
    live.start();
    expect(newest().sent).toEqual([]);
    newest().open();
    expect(newest().sent).toEqual([
      { op: "list", scope: "mine" },
      { op: "watch", conversation: "c1", after: 0 },
    ]);
  });

  it("does not come back when the session has ended, and says so", () => {
    const { live, sockets, newest, signedOut } = setup();
    live.start();
    newest().open();
    newest().drop(4401);
    expect(signedOut.times).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("comes back by itself and goes on where it was, not from the start", () => {
    const { live, sockets, newest, last, statuses } = setup();
    live.start();
    newest().open();
    live.list("team");
    live.watch("c1");
    live.watch("c2");
    live.unwatch("c2");
    last["c1"] = 17;
    newest().drop();
    expect(statuses.at(-1)).toBe("lost");
    vi.advanceTimersByTime(400);
    expect(sockets).toHaveLength(2);
    newest().open();
    expect(statuses.at(-1)).toBe("open");
    expect(newest().sent).toEqual([
      { op: "list", scope: "team" },
      { op: "watch", conversation: "c1", after: 17 },
    ]);
  });

  it("waits longer after each failure, up to a bound, and starts over after a success", () => {
    const { live, sockets, newest } = setup();
    live.start();
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      newest().drop();
      const before = sockets.length;
      let waited = 0;
      while (sockets.length === before) {
        vi.advanceTimersByTime(100);
        waited += 100;
        expect(waited).toBeLessThan(15_000);
      }
      pauses.push(waited);
    }
    expect(pauses[0]).toBeLessThan(pauses[3] ?? 0);
    expect(pauses.at(-1)).toBe(pauses.at(-2));
    newest().open();
    newest().drop();
    vi.advanceTimersByTime(400);
    expect(sockets).toHaveLength(10);
  });

  it("does not wait when the browser says that the network is back", () => {
    const { live, sockets, newest } = setup();
    live.start();
    for (let round = 0; round < 6; round += 1) {
      newest().drop();
      vi.advanceTimersByTime(12_500);
    }
    newest().drop();
    const before = sockets.length;
    live.wake();
    expect(sockets).toHaveLength(before + 1);
    live.wake();
    expect(sockets).toHaveLength(before + 1);
  });

  it("takes a link that has gone silent for lost", () => {
    const { live, sockets, newest, statuses } = setup();
    live.start();
    newest().open();
    const first = newest();
    vi.advanceTimersByTime(30_000);
    first.say({ op: "pong" });
    vi.advanceTimersByTime(30_000);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(41_000);
    expect(statuses).toContain("lost");
    expect(first.closed).toBe(true);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("passes messages on and survives what is not JSON", () => {
    const { live, newest, messages } = setup();
    live.start();
    newest().open();
    newest().say("no json");
    newest().say({ op: "pong" });
    expect(messages).toEqual([{ op: "pong" }]);
  });

  it("stays away once stopped, and hears nothing of an old link", () => {
    const { live, sockets, newest, messages } = setup();
    live.start();
    newest().open();
    const old = newest();
    live.stop();
    expect(old.closed).toBe(true);
    old.say({ op: "pong" });
    old.drop();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(messages).toEqual([]);
  });
});
