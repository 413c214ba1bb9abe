// Local storage of the widget: session, queue, draft. Shared by all tabs of this site; where it is forbidden, memory serves.
import type { Pending } from "./state";

export interface ChatSession {
  conversation: string;
  token: string;
}

const prefix = "fenshen.chat.";
const memory = new Map<string, string>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, value);
  } catch {
    if (value === null) memory.delete(key);
    else memory.set(key, value);
  }
}

function parsed(key: string): unknown {
  try {
    return JSON.parse(read(key) ?? "null");
  } catch {
    return null;
  }
}

export const store = {
  session(): ChatSession | null {
    const value = parsed("session");
    if (!value || typeof value !== "object") return null;
    const { conversation, token } = value as Partial<ChatSession>;
    return typeof conversation === "string" && typeof token === "string" ? { conversation, token } : null;
  },
  setSession(session: ChatSession | null): void {
    write("session", session ? JSON.stringify(session) : null);
  },
  queue(): Pending[] {
    const value = parsed("queue");
    if (!Array.isArray(value)) return [];
    return value.filter((one): one is Pending => typeof (one as Pending)?.id === "string" && typeof (one as Pending).text === "string" && typeof (one as Pending).at === "string");
  },
  setQueue(queue: readonly Pending[]): void {
    write("queue", queue.length > 0 ? JSON.stringify(queue) : null);
  },
  draft(): string {
    return read("draft") ?? "";
  },
  setDraft(text: string): void {
    write("draft", text || null);
  },
  open(): boolean {
    return read("open") === "1";
  },
  setOpen(open: boolean): void {
    write("open", open ? "1" : null);
  },
  /** Called when another tab changed something. */
  watch(listener: (key: string) => void): void {
    window.addEventListener("storage", (event) => {
      if (event.key === null) listener("session");
      else if (event.key.startsWith(prefix)) listener(event.key.slice(prefix.length));
    });
  },
};

export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
