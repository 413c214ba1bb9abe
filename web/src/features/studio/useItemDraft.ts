// The text being edited: kept in this browser until it is published or given up, with the version it started from.
import { useEffect, useState } from "react";
import type { ContentItem, ContentKind } from "../../api/types";
import { readJson, writeJson, writeText } from "../../lib/storage";

interface Kept {
  text: string;
  version: number;
}

const isKept = (value: unknown): value is Kept => typeof value === "object" && value !== null && typeof (value as Kept).text === "string";

export interface ItemDraft {
  text: string;
  /** The version on which the edit is based: what the publication expects to replace. */
  base: number;
  dirty: boolean;
  restored: boolean;
  setText: (text: string) => void;
  /** Gives the edit up and shows the server's text. */
  discard: () => void;
  /** Keeps the text, but on top of the server's newest version. */
  rebase: (version: number) => void;
}

export function useItemDraft(kind: ContentKind, id: string, item: ContentItem): ItemDraft {
  const key = `fenshen.content.${kind}.${id}`;
  const [kept, setKept] = useState<Kept | null>(() => readJson<Kept | null>(key, (value): value is Kept | null => isKept(value), null));
  const [restored] = useState(kept !== null && kept.text !== item.text);
  const text = kept?.text ?? item.text;
  const dirty = text !== item.text;

  useEffect(() => {
    if (kept && dirty) writeJson(key, kept);
    else writeText(key, "");
  }, [key, kept, dirty]);

  return {
    text,
    base: kept?.version ?? item.version,
    dirty,
    restored: restored && dirty,
    setText: (next) => setKept({ text: next, version: kept?.version ?? item.version }),
    discard: () => setKept(null),
    rebase: (version) => setKept({ text, version }),
  };
}
