// The chat's life: starts a session, keeps one socket, sends what waits, comes back by itself. Knows no DOM.
import { applyServer, emptyChat, lastNumber, withPending, type ChatServerMessage, type ChatState } from "./state";
import { newId, store, type ChatSession } from "./store";

export interface ChatOptions {
  /** Where the server is; empty = the page's own site. */
  base: string;
  lang: "zh" | "en";
  onChange: () => void;
  onProblem: (problem: "busy" | "failed") => void;
  connect?: (address: string) => WebSocket;
}

const backoffMs = [400, 1_000, 2_000, 4_000, 8_000, 15_000];
const pingEveryMs = 20_000;
const silentForMs = 50_000;
const typingEveryMs = 2_500;
const gone = new Set([4401, 4403, 4404, 4410]);
const tooManyWindows = 4009;

export class Chat {
  state: ChatState = emptyChat();
  private session: ChatSession | null;
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private lastHeard = 0;
  private starting: Promise<void> | null = null;
  private read = 0;
  private typedAt = 0;

  constructor(private readonly options: ChatOptions) {
    this.session = store.session();
    this.state = withPending(this.state, store.queue());
    store.watch((key) => this.otherTab(key));
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.wake();
    });
    if (this.session) this.connect();
  }

  get started(): boolean {
    return this.session !== null;
  }

  /** Enters the queue for a rep. Several tabs at once make one session: the first holds the lock, the others find it. */
  async start(): Promise<void> {
    if (this.session) return;
    this.starting ??= this.begin().finally(() => {
      this.starting = null;
    });
    return this.starting;
  }

  private async begin(): Promise<void> {
    const create = async () => {
      const known = store.session();
      if (known) this.session = known;
      else await this.create();
    };
    this.set({ link: "connecting" });
    const locks = (navigator as Navigator & { locks?: LockManager }).locks;
    if (locks) await locks.request("fenshen.chat", create);
    else await create();
    if (this.session) this.connect();
    else this.set({ link: "off" });
  }

  private async create(): Promise<void> {
    try {
      const response = await fetch(`${this.options.base}/api/v1/chat/sessions`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "omit",
        body: JSON.stringify({ lang: this.options.lang }),
      });
      if (!response.ok) {
        this.options.onProblem(response.status === 429 ? "busy" : "failed");
        return;
      }
      const answer = (await response.json()) as ChatSession;
      this.session = { conversation: answer.conversation, token: answer.token };
      store.setSession(this.session);
    } catch {
      this.options.onProblem("failed");
    }
  }

  say(text: string): void {
    const entry = { id: newId(), text, at: new Date().toISOString() };
    this.state = { ...this.state, pending: [...this.state.pending, entry] };
    this.saveQueue();
    this.options.onChange();
    if (this.session) this.flush();
    else void this.start();
  }

  typing(on: boolean): void {
    const now = Date.now();
    if (on && now - this.typedAt < typingEveryMs) return;
    this.typedAt = on ? now : 0;
    this.send({ op: "typing", on });
  }

  /** The customer has seen everything up to here. */
  seen(): void {
    const last = lastNumber(this.state);
    if (last <= this.read || this.state.link !== "open") return;
    this.read = last;
    this.send({ op: "read", n: last });
  }

  end(): void {
    this.send({ op: "end" });
  }

  /** Forgets the ended conversation; the next word begins a new one. */
  renew(): void {
    this.drop();
    store.setSession(null);
    store.setQueue([]);
    this.session = null;
    this.read = 0;
    this.state = emptyChat();
    this.options.onChange();
  }

  private otherTab(key: string): void {
    if (key === "session") {
      const session = store.session();
      if (session?.token === this.session?.token) return;
      this.drop();
      this.session = session;
      this.read = 0;
      this.state = withPending(emptyChat(), store.queue());
      if (session) this.connect();
      this.options.onChange();
    } else if (key === "queue") {
      this.state = withPending(this.state, store.queue());
      this.options.onChange();
    }
  }

  private set(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    this.options.onChange();
  }

  private saveQueue(): void {
    // What other tabs queued stays; what has arrived goes.
    const arrived = new Set(this.state.items.map((item) => item.id));
    const mine = this.state.pending;
    const others = store.queue().filter((entry) => !arrived.has(entry.id) && !mine.some((one) => one.id === entry.id));
    store.setQueue([...others, ...mine]);
  }

  private wake(): void {
    if (!this.session || this.socket || this.state.expired) return;
    clearTimeout(this.retry);
    this.attempt = 0;
    this.connect();
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearInterval(this.heartbeat);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private address(session: ChatSession): string {
    const url = new URL(`${this.options.base}/api/v1/chat/ws`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("token", session.token);
    url.searchParams.set("after", String(lastNumber(this.state)));
    return url.href;
  }

  private connect(): void {
    const session = this.session;
    if (!session || this.socket) return;
    this.set({ link: this.attempt === 0 ? "connecting" : "lost" });
    const socket = this.options.connect ? this.options.connect(this.address(session)) : new WebSocket(this.address(session));
    this.socket = socket;
    socket.onopen = () => {
      this.lastHeard = Date.now();
      clearInterval(this.heartbeat);
      this.heartbeat = setInterval(() => this.beat(socket), pingEveryMs);
    };
    socket.onmessage = (event: MessageEvent<unknown>) => this.heard(socket, event.data);
    socket.onclose = (event: CloseEvent) => this.closed(socket, event.code);
  }

  private beat(socket: WebSocket): void {
    if (socket !== this.socket) return;
    if (Date.now() - this.lastHeard > silentForMs) {
      this.closed(socket, 4000);
      socket.close();
    } else {
      this.send({ op: "ping" });
    }
  }

  private heard(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket || typeof data !== "string") return;
    this.lastHeard = Date.now();
    let message: ChatServerMessage;
    try {
      message = JSON.parse(data) as ChatServerMessage;
    } catch {
      return;
    }
    const before = this.state.pending.length;
    this.state = applyServer(this.state, message);
    if (this.state.pending.length !== before) this.saveQueue();
    if (message.op === "hello") {
      this.attempt = 0;
      this.state = { ...withPending(this.state, store.queue()), link: "open", sent: [] };
      this.flush();
    } else if (message.op === "error" && message.code === "rate_limited") {
      this.options.onProblem("busy");
    }
    this.options.onChange();
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearInterval(this.heartbeat);
    if (gone.has(code) || this.state.expired) {
      this.set({ expired: true, phase: "ended", link: "off", typing: false, sent: [] });
      return;
    }
    this.set({ link: "lost", typing: false, sent: [] });
    if (code === tooManyWindows) return; // comes back when somebody looks at this window again
    const pause = backoffMs[Math.min(this.attempt, backoffMs.length - 1)] ?? 15_000;
    this.attempt += 1;
    this.retry = setTimeout(() => this.connect(), pause * (0.75 + Math.random() / 2));
  }

  /** Says again what is not confirmed, in order; the ids make it harmless. */
  private flush(): void {
    if (this.state.link !== "open" || this.state.phase === "ended") return;
    const sent = new Set(this.state.sent);
    for (const { id, text } of this.state.pending) {
      if (sent.has(id)) continue;
      if (!this.send({ op: "say", id, text })) break;
      sent.add(id);
    }
    this.state = { ...this.state, sent: [...sent] };
  }

  private send(message: Record<string, unknown>): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}
