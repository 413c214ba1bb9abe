// The desk's keys, in one table: what a key press means, given where the focus is. Pure; the help page lists the same table.

export type Command =
  | { name: "search" | "help" | "next" | "previous" | "use" | "send" | "reject" | "dismiss" | "why" | "compose" | "leave" | "list" }
  | { name: "recorded" | "confirm" | "edit" }
  | { name: "tab"; index: number }
  | { name: "type"; index: number };

export interface KeyPress {
  key: string;
  code: string;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
  composing: boolean;
}

export interface KeyPlace {
  /** The focus is in a field in which letters are text. */
  typing: boolean;
  /** The focus is in the desk's composer, and whether that is empty. */
  composer: boolean;
  composerEmpty: boolean;
  /** The focus is on a button, link or the like, which keeps its own Enter and space. */
  control: boolean;
  /** The wrap-up stands in place of the cards. */
  wrapup: boolean;
  /** A dialog, drawer or menu is open: only what closes it counts. */
  overlay: boolean;
}

const letters: Record<string, Command["name"]> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyX: "reject",
  KeyD: "dismiss",
  KeyW: "why",
  KeyR: "recorded",
  KeyL: "list",
  KeyC: "compose",
};

const wrapupLetters: Record<string, Command["name"]> = { KeyE: "edit", KeyL: "list" };

export function commandOf(press: KeyPress, place: KeyPlace): Command | null {
  if (press.composing) return null;
  if (press.ctrl && !press.alt && press.code === "KeyK") return { name: "search" };
  if (place.overlay) return null;
  if (press.key === "Escape") return place.typing ? { name: "leave" } : null;
  if (press.key === "Enter") return enterCommand(press, place);
  if (press.ctrl) return null;
  if (press.alt) return altCommand(press, place);
  if (place.typing) return null;
  if (press.key === "?") return { name: "help" };
  if (press.shift) return null;
  return plainCommand(press, place);
}

function enterCommand(press: KeyPress, place: KeyPlace): Command | null {
  if (press.alt || press.shift) return null;
  if (place.wrapup) {
    if (press.ctrl) return { name: "confirm" };
    return place.typing || place.control ? null : { name: "confirm" };
  }
  if (press.ctrl) return { name: "send" };
  // In an empty composer Enter takes the card's words; in a filled one it is a new line.
  if (place.composer) return place.composerEmpty ? { name: "use" } : null;
  return place.typing || place.control ? null : { name: "use" };
}

function altCommand(press: KeyPress, place: KeyPlace): Command | null {
  const digit = /^(?:Digit|Numpad)([1-5])$/.exec(press.code);
  if (digit) return { name: "tab", index: Number(digit[1]) - 1 };
  return letterCommand(press.code, place);
}

function plainCommand(press: KeyPress, place: KeyPlace): Command | null {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code);
  if (digit) return place.wrapup ? { name: "type", index: Number(digit[1]) - 1 } : null;
  if (place.wrapup && press.key === "Tab") return null;
  return letterCommand(press.code, place);
}

function letterCommand(code: string, place: KeyPlace): Command | null {
  const name = (place.wrapup ? wrapupLetters : letters)[code];
  return name ? ({ name } as Command) : null;
}

export interface KeyHelp {
  group: "general" | "cards" | "compose" | "wrapup";
  keys: string[];
  what:
    | "search"
    | "help"
    | "tabs"
    | "list"
    | "leave"
    | "nextCard"
    | "prevCard"
    | "use"
    | "sendCard"
    | "reject"
    | "dismiss"
    | "why"
    | "compose_"
    | "recorded"
    | "types"
    | "confirm"
    | "editWrapup";
}

export const keyHelp: readonly KeyHelp[] = [
  { group: "general", keys: ["Ctrl+K"], what: "search" },
  { group: "general", keys: ["Alt+1", "Alt+5"], what: "tabs" },
  { group: "general", keys: ["L"], what: "list" },
  { group: "general", keys: ["Esc"], what: "leave" },
  { group: "general", keys: ["?"], what: "help" },
  { group: "cards", keys: ["J"], what: "nextCard" },
  { group: "cards", keys: ["K"], what: "prevCard" },
  { group: "cards", keys: ["\u21b5"], what: "use" },
  { group: "cards", keys: ["X"], what: "reject" },
  { group: "cards", keys: ["D"], what: "dismiss" },
  { group: "cards", keys: ["W"], what: "why" },
  { group: "compose", keys: ["C"], what: "compose_" },
  { group: "compose", keys: ["Ctrl+\u21b5"], what: "sendCard" },
  { group: "compose", keys: ["R"], what: "recorded" },
  { group: "wrapup", keys: ["1", "9"], what: "types" },
  { group: "wrapup", keys: ["E"], what: "editWrapup" },
  { group: "wrapup", keys: ["\u21b5"], what: "confirm" },
];

// Layers that the page itself opens; dialogs and drawers are known from the state (`layer`), the moment they close.
const openLayers = "[data-overlay], .ant-dropdown:not(.ant-dropdown-hidden), .ant-popover:not(.ant-popover-hidden), .ant-select-dropdown:not(.ant-select-dropdown-hidden)";

/** Reads the place from the page. */
export function placeOf(target: EventTarget | null, wrapup: boolean, layer: boolean): KeyPlace {
  const element = target instanceof HTMLElement ? target : null;
  const field = element?.closest("input, textarea, select, [contenteditable='true']") ?? null;
  const kind = field instanceof HTMLInputElement ? field.type : "";
  const typing = field !== null && !["checkbox", "radio", "button", "submit", "range"].includes(kind);
  const composer = element?.closest("[data-composer]") !== null && field instanceof HTMLTextAreaElement;
  return {
    typing,
    composer,
    composerEmpty: composer && (field as HTMLTextAreaElement).value.trim() === "",
    control: element?.closest("button, a, [role='button'], [role='tab'], [role='menuitem'], [role='option'], [role='checkbox'], [role='switch'], summary, input") !== null,
    wrapup,
    overlay: layer || document.querySelector(openLayers) !== null,
  };
}

export function pressOf(event: KeyboardEvent): KeyPress {
  return {
    key: event.key,
    code: event.code,
    ctrl: event.ctrlKey || event.metaKey,
    alt: event.altKey,
    shift: event.shiftKey,
    composing: event.isComposing,
  };
}
