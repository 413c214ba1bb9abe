// What a person chose for this browser: language, light or dark, widths. Kept in local storage.
import { create } from "zustand";

export type Lang = "zh" | "en";
export type ThemeChoice = "light" | "dark" | "system";

export interface Prefs {
  lang: Lang;
  theme: ThemeChoice;
  doubleWidth: number;
  doubleOpen: boolean;
  listOpen: boolean;
  sound: boolean;
}

const storageKey = "fenshen.prefs";
export const doubleWidthMin = 380;
export const doubleWidthMax = 440;

function initial(): Prefs {
  // Chinese first; English is one press away on every page.
  const prefs: Prefs = { lang: "zh", theme: "system", doubleWidth: 416, doubleOpen: true, listOpen: true, sound: true };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    if (kept && typeof kept === "object") {
      const some = kept as Partial<Prefs>;
      if (some.lang === "zh" || some.lang === "en") prefs.lang = some.lang;
      if (some.theme === "light" || some.theme === "dark" || some.theme === "system") prefs.theme = some.theme;
      if (typeof some.doubleWidth === "number") prefs.doubleWidth = clampWidth(some.doubleWidth);
      if (typeof some.doubleOpen === "boolean") prefs.doubleOpen = some.doubleOpen;
      if (typeof some.listOpen === "boolean") prefs.listOpen = some.listOpen;
      if (typeof some.sound === "boolean") prefs.sound = some.sound;
    }
  } catch {
    // Unreadable or forbidden storage: the defaults do.
  }
  return prefs;
}

export function clampWidth(width: number): number {
  return Math.round(Math.min(doubleWidthMax, Math.max(doubleWidthMin, width)));
}

export const usePrefs = create<Prefs>(() => initial());

export function setPrefs(change: Partial<Prefs>): void {
  usePrefs.setState(change);
  try {
    localStorage.setItem(storageKey, JSON.stringify(usePrefs.getState()));
  } catch {
    // See above.
  }
}
