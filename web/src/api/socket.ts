// One socket to the server that comes back by itself. It keeps what is wanted (which list, which conversations and from
// which frame on), not what was sent: after every reconnect it asks for exactly what is missing.
import type { ClientMessage, ServerMessage } from "./types";

export type SocketStatus = "connecting" | "open" | "lost";

export interface SocketLike {
  readyState: number;
  onopen: (() => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LiveSocketOptions {
  connect: () => SocketLike;
  onMessage: (message: ServerMessage) => void;
  onStatus: (status: SocketStatus) => void;
  /** The last frame seen of a conversation: where a watch goes on. */
  lastFrame: (conversation: string) => number;
  /** The server closed the socket because the session has ended. */
  onSignedOut?: () => void;
  random?: () => number;
}

const pingEveryMs = 20_000;
const silentForMs = 45_000;
const backoffMs = [300, 700, 1_500, 3_000, 6_000, 10_000];
const openState = 1;
const signedOut = 4401;

export class LiveSocket {
  private socket: SocketLike | null = null;
  private readonly watched = new Set<string>();
  private scope: "mine" | "team" | null = null;
  private alerted = false;
  private attempt = 0;
  private stopped = true;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private lastHeard = 0;

  constructor(private readonly options: LiveSocketOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.attempt = 0;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    clearInterval(this.heartbeat);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.watched.clear();
    this.scope = null;
    this.alerted = false;
  }

  /** Called when the browser says that the network is back: no need to wait out the pause. */
  wake(): void {
    if (this.stopped || this.socket) return;
    clearTimeout(this.retry);
    this.attempt = 0;
    this.open();
  }

  watch(conversation: string): void {
    if (this.watched.has(conversation)) return;
    this.watched.add(conversation);
    this.send({ op: "watch", conversation, after: this.options.lastFrame(conversation) });
  }

  unwatch(conversation: string): void {
    if (!this.watched.delete(conversation)) return;
    this.send({ op: "unwatch", conversation });
  }

  list(scope: "mine" | "team" | null): void {
    if (this.scope === scope) return;
    this.scope = scope;
    if (scope) this.send({ op: "list", scope });
  }

  /** Alerts as they fire, also after a reconnect. */
  alerts(): void {
    if (this.alerted) return;
    this.alerted = true;
    this.send({ op: "alerts" });
  }

  typing(conversation: string, on: boolean): void {
    this.send({ op: "typing", conversation, on });
  }

  draft(conversation: string, ref: string, text: string): void {
    this.send({ op: "draft", conversation, ref, text });
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === openState) this.socket.send(JSON.stringify(message));
  }

  private open(): void {
    this.options.onStatus(this.attempt === 0 ? "connecting" : "lost");
    const socket = this.options.connect();
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => this.heard(socket, event.data);
    socket.onclose = (event) => {
      if (event.code === signedOut) this.over(socket);
      else this.closed(socket);
    };
    socket.onerror = () => {};
  }

  private opened(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.attempt = 0;
    this.lastHeard = Date.now();
    this.options.onStatus("open");
    if (this.scope) this.send({ op: "list", scope: this.scope });
    if (this.alerted) this.send({ op: "alerts" });
    for (const conversation of this.watched) {
      this.send({ op: "watch", conversation, after: this.options.lastFrame(conversation) });
    }
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => this.beat(socket), pingEveryMs);
  }

  private beat(socket: SocketLike): void {
    if (socket !== this.socket) return;
    if (Date.now() - this.lastHeard > silentForMs) {
      // A link that says nothing, not even pong, is dead although the operating system has not noticed.
      this.closed(socket);
      socket.close();
      return;
    }
    this.send({ op: "ping" });
  }

  private heard(socket: SocketLike, data: unknown): void {
    if (socket !== this.socket || typeof data !== "string") return;
    this.lastHeard = Date.now();
    let message: ServerMessage;
    try {
      message = JSON.parse(data) as ServerMessage;
    } catch {
      return;
    }
    this.options.onMessage(message);
  }

  /** The session is over: coming back would be refused. */
  private over(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.stop();
    this.options.onSignedOut?.();
  }

  private closed(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearInterval(this.heartbeat);
    if (this.stopped) return;
    const step = backoffMs[Math.min(this.attempt, backoffMs.length - 1)] ?? 10_000;
    this.attempt += 1;
    this.options.onStatus("lost");
    const jitter = 0.75 + 0.5 * (this.options.random ?? Math.random)();
    this.retry = setTimeout(() => this.open(), step * jitter);
  }
}

export function browserSocket(path: string): SocketLike {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}${path}`) as unknown as SocketLike;
}
