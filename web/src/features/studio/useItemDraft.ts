// The text being edited: kept in this browser until it is handed in or given up, with the version it started from. Every
// change can be undone, whichever face it came from.
import { useCallback, useEffect, useRef, useState } from "react";
import type { ContentItem, ContentKind } from "../../api/types";
import { readJson, writeJson, writeText } from "../../lib/storage";

interface Kept {
  text: string;
  version: number;
}

const isKept = (value: unknown): value is Kept => typeof value === "object" && value !== null && typeof (value as Kept).text === "string";
const keyOf = (kind: ContentKind, id: string) => `fenshen.content.${kind}.${id}`;

export interface ItemDraft {
  text: string;
  /** The version on which the edit is based: what the publication expects to replace. */
  base: number;
  /** Differs from what the server has: its open draft, or what is published. */
  dirty: boolean;
  restored: boolean;
  setText: (text: string) => void;
  /** Gives the edit up and shows the server's text. */
  discard: () => void;
  /** Keeps the text, but on top of the server's newest version. */
  rebase: (version: number) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

/** A text for an item that does not exist yet, before its page is opened. */
export function beginItem(kind: ContentKind, id: string, text: string): void {
  writeJson(keyOf(kind, id), { text, version: 0 } satisfies Kept);
}
export function begunItem(kind: ContentKind, id: string): boolean {
  return readJson<Kept | null>(keyOf(kind, id), (value): value is Kept | null => isKept(value), null) !== null;
}

const undoMost = 200;
/** Changes so close together are one step back. */
const oneStepMs = 600;

export function useItemDraft(kind: ContentKind, id: string, item: ContentItem): ItemDraft {
  const key = keyOf(kind, id);
  const [kept, setKept] = useState<Kept | null>(() => readJson<Kept | null>(key, (value): value is Kept | null => isKept(value), null));
  const server = item.draft?.text ?? item.text;
  const [restored] = useState(kept !== null && kept.text !== server);
  const text = kept?.text ?? server;
  const dirty = text !== server;
  const base = kept?.version ?? item.draft?.base_version ?? item.version;
  const past = useRef<string[]>([]);
  const future = useRef<string[]>([]);
  const last = useRef(0);
  const [, redraw] = useState(0);

  useEffect(() => {
    if (kept && dirty) writeJson(key, kept);
    else writeText(key, "");
  }, [key, kept, dirty]);

  const put = useCallback((next: string) => setKept({ text: next, version: base }), [base]);
  const step = (from: string[], to: string[]) => {
    const next = from.pop();
    if (next === undefined) return;
    to.push(text);
    last.current = 0;
    put(next);
    redraw((count) => count + 1);
  };

  return {
    text,
    base,
    dirty,
    restored: restored && dirty,
    setText: (next) => {
      if (next === text) return;
      // What is typed letter by letter is one step back; everything else is a step of its own.
      const now = Date.now();
      const typed = Math.abs(next.length - text.length) <= 2;
      if (!typed || now - last.current > oneStepMs) {
        past.current.push(text);
        if (past.current.length > undoMost) past.current.shift();
      }
      last.current = typed ? now : 0;
      future.current = [];
      put(next);
    },
    discard: () => {
      past.current = [];
      future.current = [];
      setKept(null);
    },
    rebase: (version) => setKept({ text, version }),
    undo: past.current.length > 0 ? () => step(past.current, future.current) : null,
    redo: future.current.length > 0 ? () => step(future.current, past.current) : null,
  };
}
