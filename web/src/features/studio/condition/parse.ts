// The condition language of packs (docs/formats/pack.md, "Conditions") as a tree over its own text: every part knows where it
// stands, so that an edit replaces that part and nothing else. What this reader does not know stays one part of free text;
// the server's check has the last word.

/** Offsets in the condition's text; `end` is behind the last. */
export interface Span {
  start: number;
  end: number;
}

export interface Group {
  kind: "all" | "any";
  /** Without, and with, the parentheses around it. */
  span: Span;
  outer: Span;
  children: Node[];
  /** The words that join, one fewer than the children. */
  joints: Span[];
}
export interface Not {
  kind: "not";
  span: Span;
  outer: Span;
  child: Node;
}
export interface Leaf {
  kind: "leaf";
  span: Span;
  outer: Span;
  atom: Atom;
}
export type Node = Group | Not | Leaf;

export const speakers = ["rep", "customer", "bot", "anyone"] as const;
export type SpeakerName = (typeof speakers)[number];
export const guardNames = ["negated", "prohibited", "reported", "question"] as const;
export type GuardName = (typeof guardNames)[number];
export const operators = ["==", "!=", "<", "<=", ">", ">=", "in", "is missing", "is present"] as const;
export type Operator = (typeof operators)[number];

export interface Comparison {
  path: string;
  op: Operator;
  /** As written: a word, a path or a quoted text; several for `in`. */
  values: string[];
}

export type Atom =
  | { type: "says" | "matches"; speakers: SpeakerName[]; pattern: string; unless: string | null; before: string | null; guards: GuardName[] }
  | { type: "gives"; speakers: SpeakerName[]; name: string; compare: Comparison | null }
  | { type: "speaks"; speakers: SpeakerName[] }
  | { type: "event" | "act"; name: string; where: Comparison[] }
  | { type: "step" | "enters" | "intent"; name: string }
  | { type: "emotion"; names: string[] }
  | { type: "start" | "end" }
  | { type: "compare"; compare: Comparison }
  | { type: "free"; text: string };

interface Token extends Span {
  kind: "word" | "quoted" | "sign";
  text: string;
}

export class ConditionError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const signs = new Set("()[],|=!<>");

export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at] ?? "";
    if (/\s/.test(c)) {
      at += 1;
      continue;
    }
    const start = at;
    if (c === '"') {
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      if (at >= text.length) throw new ConditionError("quote", start);
      at += 1;
      out.push({ kind: "quoted", text: text.slice(start + 1, at - 1), start, end: at });
    } else if (signs.has(c)) {
      at += "=!<>".includes(c) && text[at + 1] === "=" ? 2 : 1;
      out.push({ kind: "sign", text: text.slice(start, at), start, end: at });
    } else {
      while (at < text.length && !/\s/.test(text[at] ?? "") && !signs.has(text[at] ?? "") && text[at] !== '"') at += 1;
      out.push({ kind: "word", text: text.slice(start, at), start, end: at });
    }
  }
  return out;
}

const bare = new Set(["channel", "lang", "hour", "minute", "weekday", "workday", "holiday", "turn", "today", "flow", "idv.level"]);
const roots = ["customer.", "meta.", "product.", "fields.", "event.", "history.", "speech.", "last.", "document."];
export const isPath = (word: string): boolean => bare.has(word) || roots.some((root) => word.startsWith(root) && word.length > root.length);

const isSpeaker = (word: string): word is SpeakerName => (speakers as readonly string[]).includes(word);
const isGuard = (word: string): word is GuardName => (guardNames as readonly string[]).includes(word);
const joins = new Set(["and", "or", "not"]);

class Reader {
  private at = 0;
  constructor(
    private readonly text: string,
    private readonly list: Token[],
  ) {}

  whole(): Node {
    if (this.list.length === 0) throw new ConditionError("empty", 0);
    const node = this.group("any");
    const rest = this.peek();
    if (rest) throw new ConditionError("rest", rest.start);
    return node;
  }

  private peek(ahead = 0): Token | undefined {
    return this.list[this.at + ahead];
  }
  private word(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "word" && token.text === text;
  }
  private sign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "sign" && token.text === text;
  }

  private group(kind: "any" | "all"): Node {
    const joint = kind === "any" ? "or" : "and";
    const children = [kind === "any" ? this.group("all") : this.negated()];
    const joints: Span[] = [];
    while (this.word(joint)) {
      const token = this.peek() as Token;
      joints.push({ start: token.start, end: token.end });
      this.at += 1;
      children.push(kind === "any" ? this.group("all") : this.negated());
    }
    const first = children[0] as Node;
    if (children.length === 1) return first;
    const span = { start: first.outer.start, end: (children.at(-1) as Node).outer.end };
    return { kind, span, outer: span, children, joints };
  }

  private negated(): Node {
    const token = this.peek();
    if (!token || !this.word("not")) return this.primary();
    this.at += 1;
    const child = this.negated();
    const span = { start: token.start, end: child.outer.end };
    return { kind: "not", span, outer: span, child };
  }

  private primary(): Node {
    const open = this.peek();
    if (!open) throw new ConditionError("missing", this.text.length);
    if (open.kind === "sign" && open.text === "(") {
      this.at += 1;
      const inner = this.group("any");
      const close = this.peek();
      if (!close || !this.sign(")")) throw new ConditionError("paren", open.start);
      this.at += 1;
      return { ...inner, outer: { start: open.start, end: close.end } };
    }
    if ((open.kind === "word" && joins.has(open.text)) || (open.kind === "sign" && open.text === ")")) throw new ConditionError("missing", open.start);
    return this.leaf();
  }

  // An atom is what stands up to the next joint on this level. It is read as one of the known forms if all of it fits.
  private leaf(): Leaf {
    const begin = this.at;
    let depth = 0;
    for (;;) {
      const token = this.peek();
      if (!token) break;
      if (depth === 0 && ((token.kind === "word" && joins.has(token.text)) || (token.kind === "sign" && token.text === ")"))) break;
      if (token.kind === "sign" && "([".includes(token.text)) depth += 1;
      if (token.kind === "sign" && ")]".includes(token.text)) depth -= 1;
      this.at += 1;
    }
    const parts = this.list.slice(begin, this.at);
    const span = { start: (parts[0] as Token).start, end: (parts.at(-1) as Token).end };
    return { kind: "leaf", span, outer: span, atom: readAtom(parts) ?? { type: "free", text: this.text.slice(span.start, span.end) } };
  }
}

function readAtom(parts: Token[]): Atom | null {
  let at = 0;
  const peek = () => parts[at];
  const isSign = (text: string) => peek()?.kind === "sign" && peek()?.text === text;
  const word = (): string | null => {
    const token = peek();
    if (token?.kind !== "word") return null;
    at += 1;
    return token.text;
  };
  const quoted = (): string | null => {
    const token = peek();
    if (token?.kind !== "quoted") return null;
    at += 1;
    return token.text;
  };
  const value = (): string | null => {
    const token = peek();
    if (!token || token.kind === "sign") return null;
    at += 1;
    return token.kind === "quoted" ? `"${token.text}"` : token.text;
  };
  const comparison = (path: string): Comparison | null => {
    const token = peek();
    if (!token) return null;
    at += 1;
    if (token.kind === "word" && token.text === "is") {
      const state = word();
      return state === "missing" || state === "present" ? { path, op: `is ${state}`, values: [] } : null;
    }
    if (token.kind === "word" && token.text === "in") {
      if (!isSign("[")) return null;
      at += 1;
      const values: string[] = [];
      for (;;) {
        const one = value();
        if (one === null) return null;
        values.push(one);
        if (isSign("]")) {
          at += 1;
          return { path, op: "in", values };
        }
        if (!isSign(",")) return null;
        at += 1;
      }
    }
    if (token.kind !== "sign" || !(operators as readonly string[]).includes(token.text)) return null;
    const one = value();
    return one === null ? null : { path, op: token.text as Operator, values: [one] };
  };
  const done = <T extends Atom>(atom: T | null): T | null => (at === parts.length ? atom : null);

  const first = peek();
  if (first?.kind !== "word") return null;
  if (isSpeaker(first.text)) {
    const names: SpeakerName[] = [];
    for (;;) {
      const name = word();
      if (name === null || !isSpeaker(name)) return null;
      names.push(name);
      if (!isSign("|")) break;
      at += 1;
    }
    const verb = word();
    if (verb === "speaks") return done({ type: "speaks", speakers: names });
    if (verb === "gives") {
      const name = word();
      if (name === null) return null;
      const compare = at < parts.length ? comparison("value") : null;
      return done({ type: "gives", speakers: names, name, compare });
    }
    if (verb !== "says" && verb !== "matches") return null;
    const pattern = quoted();
    if (pattern === null) return null;
    const atom: Extract<Atom, { type: "says" | "matches" }> = { type: verb, speakers: names, pattern, unless: null, before: null, guards: [] };
    while (at < parts.length) {
      const guard = word();
      if (guard === "unless_before") {
        const text = quoted();
        if (text === null || atom.before !== null) return null;
        atom.before = text;
      } else if (guard === "unless") {
        const text = quoted();
        if (text !== null) {
          if (atom.unless !== null) return null;
          atom.unless = text;
          continue;
        }
        for (;;) {
          const name = word();
          if (name === null || !isGuard(name) || atom.guards.includes(name)) return null;
          atom.guards.push(name);
          if (!isSign(",")) break;
          at += 1;
        }
      } else return null;
    }
    return done(atom);
  }
  if (isPath(first.text)) {
    at += 1;
    const compare = comparison(first.text);
    return compare && done({ type: "compare", compare });
  }
  at += 1;
  switch (first.text) {
    case "start":
    case "end":
      return done({ type: first.text });
    case "step":
    case "enters":
    case "intent": {
      const name = word();
      return name === null ? null : done({ type: first.text, name });
    }
    case "event":
    case "act": {
      const name = word();
      if (name === null) return null;
      const where: Comparison[] = [];
      if (at < parts.length) {
        if (word() !== "where") return null;
        for (;;) {
          const path = word();
          const one = path === null ? null : comparison(path);
          if (!one) return null;
          where.push(one);
          if (!isSign(",")) break;
          at += 1;
        }
      }
      return done({ type: first.text, name, where });
    }
    case "emotion": {
      const name = word();
      if (name === null) return null;
      if (name !== "in") return done({ type: "emotion", names: [name] });
      if (!isSign("[")) return null;
      const names: string[] = [];
      do {
        at += 1;
        const one = word();
        if (one === null) return null;
        names.push(one);
      } while (isSign(","));
      if (!isSign("]")) return null;
      at += 1;
      return done({ type: "emotion", names });
    }
    default:
      return null;
  }
}

/** The tree of a condition, or what is wrong with it and where. */
export function parseCondition(text: string): { node: Node } | { error: ConditionError } {
  try {
    return { node: new Reader(text, tokens(text)).whole() };
  } catch (error) {
    if (error instanceof ConditionError) return { error };
    throw error;
  }
}

function comparisonText(compare: Comparison, withPath: boolean): string {
  const values = compare.op === "in" ? ` [${compare.values.join(", ")}]` : compare.values.length > 0 ? ` ${compare.values[0]}` : "";
  return `${withPath ? compare.path : ""} ${compare.op}${values}`;
}

/** An atom written in the usual way. */
export function atomText(atom: Atom): string {
  switch (atom.type) {
    case "says":
    case "matches":
      return (
        `${atom.speakers.join("|")} ${atom.type} "${atom.pattern}"` +
        (atom.unless === null ? "" : ` unless "${atom.unless}"`) +
        (atom.guards.length === 0 ? "" : ` unless ${atom.guards.join(", ")}`) +
        (atom.before === null ? "" : ` unless_before "${atom.before}"`)
      );
    case "gives":
      return `${atom.speakers.join("|")} gives ${atom.name}${atom.compare ? comparisonText(atom.compare, false) : ""}`;
    case "speaks":
      return `${atom.speakers.join("|")} speaks`;
    case "event":
    case "act":
      return `${atom.type} ${atom.name}${atom.where.length > 0 ? ` where ${atom.where.map((one) => comparisonText(one, true).trim()).join(", ")}` : ""}`;
    case "step":
    case "enters":
    case "intent":
      return `${atom.type} ${atom.name}`;
    case "emotion":
      return atom.names.length === 1 ? `emotion ${atom.names[0]}` : `emotion in [${atom.names.join(", ")}]`;
    case "start":
    case "end":
      return atom.type;
    case "compare":
      return comparisonText(atom.compare, true).trim();
    case "free":
      return atom.text;
  }
}
