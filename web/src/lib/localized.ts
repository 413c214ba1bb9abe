import type { BiText } from "../api/types";
import type { Lang } from "../state/prefs";

/** A text that may come in both languages, in the one asked for; Chinese where the other is missing. */
export function inLanguage(text: BiText | string | undefined, lang: Lang): string {
  if (text === undefined) return "";
  return typeof text === "string" ? text : text[lang] || text.zh;
}
