// What the rep can do with a card, in one place for mouse and keyboard.
import { recordAction } from "../../state/actions";
import type { CardView } from "../../state/conversation";
import { draftOf, isEdited, setDraft, takeWords } from "../../state/drafts";
import { outbox } from "../../state/outbox";
import { sayOf } from "./cards";
import { isRefused } from "./draftCheck";
import { deskUi } from "./ui";

export function focusComposer(): void {
  const field = document.querySelector<HTMLTextAreaElement>("[data-composer] textarea");
  if (!field || field.disabled) return;
  field.focus();
  requestAnimationFrame(() => field.setSelectionRange(field.value.length, field.value.length));
}

/** 采用: the words go into the composer, the card counts as used. A card without words is acknowledged. */
export function takeCard(conversation: string, view: CardView): void {
  const say = sayOf(view);
  if (!say) {
    recordAction(conversation, view.card.card, "used");
    deskUi.choose(null);
    return;
  }
  setDraft(conversation, takeWords(draftOf(conversation), { id: view.card.card, title: view.card.title ?? "", say }));
  recordAction(conversation, view.card.card, "used");
  deskUi.choose(null);
  focusComposer();
}

/** 发送: the card's words go out as they are. */
export function sendWords(conversation: string, view: CardView): void {
  const say = sayOf(view);
  if (!say) return;
  outbox.send(conversation, say, view.card.card);
  recordAction(conversation, view.card.card, "used", { text: say });
  deskUi.choose(null);
}

export function dismissCard(conversation: string, view: CardView): void {
  recordAction(conversation, view.card.card, "dismissed");
  deskUi.choose(null);
}

export function rejectCard(conversation: string, view: CardView, reason: string, note: string): void {
  recordAction(conversation, view.card.card, "rejected", { reason, text: note });
  deskUi.popover(null);
  deskUi.choose(null);
}

export const messageMax = 2000;

/** Sends what is in the composer. Words of a card that were changed are recorded as an edit. */
export function sendDraft(conversation: string): boolean {
  const draft = draftOf(conversation);
  const text = draft.text.trim();
  if (!text || Array.from(text).length > messageMax || isRefused(conversation, draft.text)) return false;
  outbox.send(conversation, text, draft.card?.id ?? null);
  if (draft.card && isEdited(draft)) recordAction(conversation, draft.card.id, "edited", { text });
  setDraft(conversation, { text: "", card: null });
  return true;
}

/** Words from elsewhere (a step, an owed item, a search hit): they go into the composer without a card. */
export function takePlainWords(conversation: string, say: string): void {
  const draft = draftOf(conversation);
  const before = draft.text.trimEnd();
  setDraft(conversation, { ...draft, text: before ? `${before}\n${say}` : say });
  focusComposer();
}
