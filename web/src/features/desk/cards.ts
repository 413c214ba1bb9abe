// Which cards the desk shows, in what order and in what state. Pure, so that it can be tested without a screen.
import type { CardKind, Panels } from "../../api/types";
import type { CardView } from "../../state/conversation";

export type Tone = "red" | "orange" | "blue" | "green" | "grey";
export type CardStatus = "new" | "used" | "edited" | "dismissed" | "rejected" | "done";

/** The words for a kind; a prompt of severity hint is a hint. */
export function kindKey(view: CardView): CardKind | "hint" | "blocked" {
  if (isBlocked(view)) return "blocked";
  return view.card.kind === "prompt" && view.card.severity === "hint" ? "hint" : view.card.kind;
}

/** What the gate did not let out: nothing is owed, and nothing was said. */
const isBlocked = ({ card }: CardView) => card.decision === "blocked";

/** Red = major violation or fraud, orange = must still be said, blue = knowledge, green = done, grey = history. */
export function toneOf(view: CardView, status: CardStatus): Tone {
  if (status === "done") return "green";
  if (status === "dismissed" || status === "rejected") return "grey";
  const { kind, severity } = view.card;
  if (isBlocked(view)) return "grey";
  if (kind === "fraud") return "red";
  if (kind === "violation") return severity === "major" ? "red" : "orange";
  if (kind === "prompt") return severity === "hint" ? "grey" : "orange";
  if (kind === "step") return view.card.state === "owed" ? "orange" : "grey";
  if (kind === "knowledge" || kind === "reply" || kind === "need") return "blue";
  return "grey";
}

/**
 * What became of a card: what the rep did with it, or what the conversation did since (an obligation met). Panels older than the card say nothing about it.
 */
export function statusOf(view: CardView, panels: { seq: number; panels: Panels } | undefined): CardStatus {
  const action = view.action?.name;
  if (action === "used" || action === "edited" || action === "dismissed" || action === "rejected") return action;
  if (!panels || panels.seq < view.card.seq) return "new";
  const { kind, item } = view.card;
  const compliance = panels.panels.compliance;
  if (kind === "prompt" && compliance && !view.card.decision) {
    // An obligation that is neither owed nor broken any more has been met.
    const owed = compliance.owed.some((one) => one.rule === item);
    const broken = compliance.violations.some((one) => one.rule === item);
    return owed || broken ? "new" : "done";
  }
  if (kind === "step") {
    const state = stepState(panels.panels, item);
    return state === "done" || state === "skipped" ? "done" : "new";
  }
  return "new";
}

function stepState(panels: Panels, item: string): string | undefined {
  for (const flow of panels.flow?.flows ?? []) {
    for (const step of flow.steps) if (`${flow.id}.${step.id}` === item || step.id === item) return step.state;
  }
  return undefined;
}

function inStack(view: CardView): boolean {
  const { kind, rank } = view.card;
  if (kind === "wrapup" || kind === "step") return false;
  if (kind === "knowledge") return rank === undefined || rank <= 1;
  return true;
}

// Prompt, violation and fraud of one rule are one matter: the newest says how it stands.
function matterOf({ card }: CardView): string {
  if (card.decision) return `act:${card.act ?? card.card}`;
  const rule = card.kind === "prompt" || card.kind === "violation" || card.kind === "fraud";
  const article = card.kind === "knowledge" || card.kind === "reply";
  return `${rule ? "rule" : article ? "article" : card.kind}:${card.item}`;
}

/** The cards of the stack, newest first: no alternatives, no superseded ones, one per matter. */
export function stackOf(cards: readonly CardView[]): CardView[] {
  // A reply is the wording of the knowledge beside it: it stands alone only where that is missing.
  const known = new Set(cards.filter((view) => view.card.kind === "knowledge").map((view) => view.card.item));
  const seen = new Set<string>();
  const stack: CardView[] = [];
  for (let index = cards.length - 1; index >= 0; index -= 1) {
    const view = cards[index];
    if (!view || !inStack(view) || view.superseded) continue;
    if (view.card.kind === "reply" && known.has(view.card.item)) continue;
    const matter = matterOf(view);
    if (seen.has(matter)) continue;
    seen.add(matter);
    stack.push(view);
  }
  return stack;
}

/** The newest step card that still waits and has words to say: what to do when nothing else asks. */
export function stepOf(cards: readonly CardView[], status: (view: CardView) => CardStatus): CardView | null {
  for (let index = cards.length - 1; index >= 0; index -= 1) {
    const view = cards[index];
    if (view?.card.kind !== "step" || !view.card.text || view.superseded) continue;
    if ((view.card.state === "next" || view.card.state === "owed") && status(view) === "new") return view;
  }
  return null;
}

/** The one card that stands open: the chosen one, else the newest that asks for something and has had no answer. */
export function currentOf(stack: readonly CardView[], chosen: string | null, status: (view: CardView) => CardStatus): CardView | null {
  if (chosen !== null) {
    const view = stack.find((one) => one.card.card === chosen);
    if (view) return view;
  }
  const open = stack.filter((view) => status(view) === "new");
  const asking = open.filter((view) => view.card.primary !== false);
  const newest = asking[0];
  if (!newest) return open.find((view) => view.card.kind === "announcement") ?? null;
  // What must be said or stopped is not pushed aside by knowledge in the same breath; what is graver stands first, and of
  // several that one event gave, the first.
  const recent = asking.filter((view) => view.card.turn >= newest.card.turn - sameBreathTurns);
  return recent.reduce((best, view) => (before(view, best) ? view : best), newest);
}

function gravity(view: CardView): number {
  const tone = toneOf(view, "new");
  return (tone === "red" ? 4 : tone === "orange" ? 2 : 0) + (view.card.severity === "major" ? 1 : 0);
}

function before(a: CardView, b: CardView): boolean {
  if (gravity(a) !== gravity(b)) return gravity(a) > gravity(b);
  return a.card.seq === b.card.seq && a.n < b.n;
}

const sameBreathTurns = 2;

/** J and K: the neighbour in the stack; at the ends it stays. */
export function neighbour(stack: readonly CardView[], current: string | null, step: 1 | -1): string | null {
  if (stack.length === 0) return null;
  const at = current === null ? -1 : stack.findIndex((view) => view.card.card === current);
  const next = at < 0 ? 0 : Math.min(stack.length - 1, Math.max(0, at + step));
  return stack[next]?.card.card ?? null;
}

/** The words that 采用 and 发送 put into the rep's mouth; nothing for what must not leave the house. */
export function sayOf(view: CardView): string {
  const { say, text, audience, kind } = view.card;
  if (audience === "internal") return "";
  if (kind === "announcement" || kind === "emotion") return say ?? "";
  return (say || text || "").trim();
}

/** The sentence drawn large: what to say where there is wording, else the card's own sentence. */
export function sentenceOf(view: CardView): string {
  return (view.card.say || view.card.text || "").trim();
}
