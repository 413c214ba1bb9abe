// What is being written, per conversation; kept in local storage so that a reload, a crash or a lost network costs nothing.
import { create } from "zustand";
import { readJson, writeJson } from "../lib/storage";

export interface Draft {
  text: string;
  /** The card whose words were taken, to tell used from edited when it is sent. */
  card: { id: string; title: string; say: string } | null;
}

const storageKey = "fenshen.drafts";
const keptAtMost = 40;
const nothing: Draft = { text: "", card: null };

function isDrafts(value: unknown): value is Record<string, Draft> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof (one as Draft)?.text === "string");
}

interface DraftsState {
  drafts: Record<string, Draft>;
}

export const useDrafts = create<DraftsState>(() => ({ drafts: typeof localStorage === "undefined" ? {} : readJson(storageKey, isDrafts, {}) }));

export function useDraft(conversation: string): Draft {
  return useDrafts((state) => state.drafts[conversation] ?? nothing);
}

export function draftOf(conversation: string): Draft {
  return useDrafts.getState().drafts[conversation] ?? nothing;
}

export function setDraft(conversation: string, draft: Draft): void {
  const { [conversation]: _old, ...others } = useDrafts.getState().drafts;
  const empty = draft.text === "" && draft.card === null;
  // The newest stand last; the oldest give way.
  const entries = Object.entries(others).slice(-(keptAtMost - 1));
  const drafts = empty ? Object.fromEntries(entries) : { ...Object.fromEntries(entries), [conversation]: draft };
  useDrafts.setState({ drafts });
  writeJson(storageKey, drafts);
}

/** 采用: the words go into an empty composer as they are, else behind what is there. */
export function takeWords(draft: Draft, card: { id: string; title: string; say: string }): Draft {
  const before = draft.text.trimEnd();
  return { text: before ? `${before}\n${card.say}` : card.say, card };
}

/** Whether what is sent is still what the card said. */
export function isEdited(draft: Draft): boolean {
  return draft.card !== null && draft.text.trim() !== draft.card.say.trim();
}
