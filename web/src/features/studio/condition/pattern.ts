// A pattern's alternatives as tags, and back. Only the outermost `|` separates: what stands in parentheses belongs to its tag.
export function alternatives(pattern: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const c = pattern[at];
    if (c === "\\") at += 1;
    else if (c === "(") depth += 1;
    else if (c === ")") depth -= 1;
    else if ((c === "|" || c === "\uff5c") && depth === 0) {
      out.push(pattern.slice(start, at));
      start = at + 1;
    }
  }
  out.push(pattern.slice(start));
  return out;
}

/** The pattern with one alternative replaced, removed (`null`) or added; the others stay as written. */
export function withAlternative(pattern: string, index: number, by: string | null): string {
  const tags = alternatives(pattern);
  if (by === null) tags.splice(index, 1);
  else if (index >= tags.length) tags.push(by);
  else tags[index] = by;
  return tags.filter((tag, at) => tag !== "" || at === index).join("|");
}

/** The class a tag stands for: `{promise_principal}`. */
export function classOf(tag: string): string | null {
  return /^\{([\w.-]+)\}$/.exec(tag)?.[1] ?? null;
}

/** All classes a pattern leans on. */
export const classesIn = (pattern: string): string[] => [...pattern.matchAll(/\{([A-Za-z_][\w.-]*)\}/g)].map((match) => match[1] ?? "");

/** What somebody types into a tag: quotes would end the pattern. */
export const cleanTag = (typed: string): string => typed.replaceAll('"', "").replaceAll("\n", " ").trim();
