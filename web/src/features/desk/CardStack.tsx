import { RightOutlined } from "@ant-design/icons";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { persistently } from "../../lib/persistently";
import { useMedia } from "../../lib/useMedia";
import { recordAction } from "../../state/actions";
import type { CardView } from "../../state/conversation";
import { useLive } from "../../state/live";
import { currentOf, kindKey, sentenceOf, stepOf, toneOf, type CardStatus } from "./cards";
import { kindIcon, toneBar, toneText } from "./kinds";
import { PrimaryCard } from "./PrimaryCard";
import { useTimeOf } from "./useTimeOf";
import styles from "./double.module.css";
import { deskUi, useDeskUi } from "./ui";
import { useCardStatus, useStack } from "./useDesk";

// Most conversations have nothing held back.
const HeldCards = lazy(async () => ({ default: (await persistently(() => import("./HeldCards"))).HeldCards }));

interface StackProps {
  conversation: string;
  readOnly: boolean;
  /** What else stands in the head line (collapse). */
  head: ReactNode;
  title: string;
}

const noCards: CardView[] = [];
const noIndex: Record<string, number> = {};

interface Arrangement {
  current: string | null;
  older: string[];
}

const foldedMost = 4;
const foldedLow = 2;
const lowScreen = "(max-height: 800px)";

/**
 * One card open, the older folded below. While the pointer is over the stack its arrangement is held: what came in
 * meanwhile waits behind a button in the head, so that nothing moves under the pointer.
 */
export function CardStack({ conversation, readOnly, head, title }: StackProps) {
  const cards = useLive((live) => live.conversations[conversation]?.cards) ?? noCards;
  const cardIndex = useLive((live) => live.conversations[conversation]?.cardIndex) ?? noIndex;
  const heldBack = useLive((live) => (live.panels[conversation]?.panels.more?.length ?? 0) > 0);
  const ended = useLive((live) => Boolean(live.conversations[conversation]?.ended));
  const { t } = useTranslation();
  const stack = useStack(conversation);
  const status = useCardStatus(conversation);
  const chosen = useDeskUi((ui) => ui.chosen);
  const [held, setHeld] = useState<Arrangement | null>(null);
  const [all, setAll] = useState(false);
  const foldedShown = useMedia(lowScreen) ? foldedLow : foldedMost;

  const step = useMemo(() => stepOf(cards, status), [cards, status]);
  const arrangement = useMemo<Arrangement>(() => {
    const open = currentOf(stack, chosen, status) ?? step;
    const current = open?.card.card ?? null;
    return { current, older: stack.map((view) => view.card.card).filter((id) => id !== current) };
  }, [stack, chosen, status, step]);

  // A card opened by hand or key is what the rep wants to see, pointer or not.
  const before = useRef(chosen);
  if (before.current !== chosen) {
    before.current = chosen;
    if (held && chosen !== null) setHeld(arrangement);
  }

  const shown = held ?? arrangement;
  const viewOf = (id: string | null): CardView | null => {
    const index = id === null ? undefined : cardIndex[id];
    return index === undefined ? null : (cards[index] ?? null);
  };
  const current = viewOf(shown.current);
  const older = shown.older.map(viewOf).filter((view): view is CardView => view !== null);
  const visible = all ? older : older.slice(0, foldedShown);
  const waiting = held ? [arrangement.current, ...arrangement.older].filter((id) => id !== null && id !== held.current && !held.older.includes(id)) : [];

  useEffect(() => deskUi.shows(current?.card.card ?? null), [current?.card.card]);
  useShownRecord(conversation, readOnly || ended, current, visible);

  return (
    <>
      <div className={styles.top}>
        <span className={styles.freshSlot}>
          {waiting.length > 0 ? (
            <FreshCards conversation={conversation} views={waiting.map((id) => viewOf(id)).filter((view) => view !== null)} onShow={() => setHeld(null)} />
          ) : (
            <h2 className={styles.topTitle}>{title}</h2>
          )}
        </span>
        {heldBack ? (
          <Suspense fallback={null}>
            <HeldCards conversation={conversation} readOnly={readOnly} />
          </Suspense>
        ) : null}
        {head}
      </div>
      <div
        className={styles.stack}
        onPointerEnter={(event) => {
          if (event.pointerType === "mouse") setHeld(arrangement);
        }}
        onPointerLeave={() => setHeld(null)}
      >
        {current ? <PrimaryCard key={current.card.card} conversation={conversation} view={current} status={status(current)} readOnly={readOnly} /> : <Quiet hasCards={stack.length > 0} />}
        {older.length > 0 ? (
          <ul className={styles.folded} aria-label={t("double.older")}>
            {visible.map((view) => (
              <li key={view.card.card}>
                <FoldedCard conversation={conversation} view={view} status={status(view)} />
              </li>
            ))}
            {older.length > foldedShown ? (
              <li>
                <button type="button" className={styles.foldedMore} aria-expanded={all} onClick={() => setAll(!all)}>
                  {all ? t("double.showLess") : t("double.showAll", { count: older.length })}
                </button>
              </li>
            ) : null}
          </ul>
        ) : null}
      </div>
    </>
  );
}

function Quiet({ hasCards }: { hasCards: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={styles.quiet}>
      <span className={styles.quietTitle}>{t("double.empty")}</span>
      <span>{hasCards ? t("double.handledAll") : t("double.emptyText")}</span>
    </div>
  );
}

/** What arrived while the pointer held the stack; takes no room from the cards. */
function FreshCards({ conversation, views, onShow }: { conversation: string; views: CardView[]; onShow: () => void }) {
  const { t } = useTranslation();
  const status = useCardStatus(conversation);
  const first = views[0];
  if (!first) return null;
  const tone = toneOf(first, status(first));
  return (
    <button type="button" className={`${styles.freshPill} ${toneText(tone)}`} onClick={onShow} data-fresh={views.length}>
      {kindIcon(kindKey(first), false)}
      <span className={styles.freshText}>
        {t(`kind.${kindKey(first)}`)} {"\u00b7"} {first.card.title || sentenceOf(first)}
      </span>
      {views.length > 1 ? <span className={styles.freshCount}>{t("double.fresh", { count: views.length })}</span> : null}
    </button>
  );
}

export function statusKey(status: CardStatus): "used" | "edited" | "dismissed" | "rejected" | "done" | null {
  return status === "new" ? null : status;
}

function FoldedCard({ conversation, view, status }: { conversation: string; view: CardView; status: CardStatus }) {
  const { t } = useTranslation();
  const time = useTimeOf(conversation);
  const tone = toneOf(view, status);
  const handled = statusKey(status);
  return (
    <button type="button" className={`${styles.fold} ${handled ? toneBar("grey") : toneBar(tone)}`} onClick={() => deskUi.choose(view.card.card)} data-card={view.card.card} data-kind={view.card.kind}>
      <span className={handled ? toneText("grey") : toneText(tone)}>
        {kindIcon(kindKey(view), status === "done")} {t(`kind.${kindKey(view)}`)}
      </span>
      <span className={styles.foldTitle}>
        {view.card.title || sentenceOf(view)}
        {handled ? <span className={styles.foldStatus}> {"\u00b7"} {t(`double.${handled}`)}</span> : null}
      </span>
      <span className={styles.foldTime}>{time(view.at)}</span>
      <RightOutlined aria-label={t("double.open")} className={styles.foldArrow} />
    </button>
  );
}

/** That a card was on the screen is an event; once per card, and only on the desk of the rep it was for. */
function useShownRecord(conversation: string, silent: boolean, current: CardView | null, older: CardView[]): void {
  const ids = silent ? "" : [current, ...older].flatMap((view) => (view && !view.action ? [view.card.card] : [])).join(" ");
  useEffect(() => {
    for (const id of ids.split(" ")) if (id) recordAction(conversation, id, "shown");
  }, [conversation, ids]);
}
