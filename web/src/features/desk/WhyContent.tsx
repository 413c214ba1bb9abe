import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { eventName } from "../../i18n/terms";
import { milliseconds } from "../../lib/time";
import type { CardView, Row } from "../../state/conversation";
import { useLive } from "../../state/live";
import { usePrefs } from "../../state/prefs";
import { quoted } from "./PrimaryCard";
import styles from "./double.module.css";
import { deskUi } from "./ui";
import { useTurnTime } from "./useTimeOf";

/** The evidence of a card: the event, the words (lit in the transcript), rule, source, version, in force from and to. */
export function WhyContent({ conversation, view, onClose }: { conversation: string; view: CardView; onClose: () => void }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const { card } = view;
  const turn = card.why?.turn ?? null;
  const span = card.why?.span ?? card.span ?? null;
  const row = useLive((live): Row | undefined => {
    const state = live.conversations[conversation];
    const index = turn === null ? undefined : state?.byTurn[turn];
    return index === undefined ? undefined : state?.rows[index];
  });
  const time = useTurnTime(conversation, turn);
  const close = useRef<HTMLButtonElement>(null);
  const [begin, end] = span ?? [0, 0];

  useEffect(() => {
    if (turn === null) return;
    deskUi.light(turn, end > begin ? [begin, end] : null);
    return () => deskUi.unlight();
  }, [turn, begin, end]);
  useEffect(() => close.current?.focus(), []);

  const rule = card.why?.rule ?? (card.kind === "prompt" || card.kind === "violation" || card.kind === "fraud" ? card.item : null);
  const words = card.why?.words || (row?.kind === "speech" && end > begin ? Array.from(row.text).slice(begin, end).join("") : "");
  const cause = row?.kind === "business" ? eventName(row.name, lang) : row?.kind === "speech" ? t(`speaker.${row.speaker}`) : "";
  return (
    <div
      role="dialog"
      data-overlay=""
      aria-label={t("why.title")}
      className={styles.why}
      onKeyDown={(event) => {
        if (event.key === "Escape" || event.key.toLowerCase() === "w") onClose();
      }}
    >
      <h4 className={styles.whyTitle}>{t("why.title")}</h4>
      <dl className={styles.whyList}>
        <dt>{t("why.event")}</dt>
        <dd>{turn === null ? t("why.noWords") : `${cause} \u00b7 ${t("why.turnOf", { turn: turn + 1, time })}`}</dd>
        {words ? (
          <>
            <dt>{t("why.words")}</dt>
            <dd>
              <mark className={styles.whyWords}>{words}</mark>
            </dd>
          </>
        ) : null}
        {rule ? (
          <>
            <dt>{t("why.rule")}</dt>
            <dd>
              {rule} {card.title}
            </dd>
          </>
        ) : (
          <>
            <dt>{t("why.item")}</dt>
            <dd>{card.item}</dd>
          </>
        )}
        {(card.sources ?? []).map((source, index) => (
          <SourceRows key={index} title={source.title || source.item || ""} clause={source.clause ?? ""} from={source.from ?? null} to={source.to ?? null} />
        ))}
        {card.version ? (
          <>
            <dt>{t("why.version")}</dt>
            <dd>{card.version}</dd>
          </>
        ) : null}
        {card.topics && card.topics.length > 0 ? (
          <>
            <dt>{t("why.topics")}</dt>
            <dd>{card.topics.join(" ")}</dd>
          </>
        ) : null}
        <dt>{t("why.time")}</dt>
        <dd>{view.ms === null ? t("why.refold") : t("double.ms", { ms: milliseconds(view.ms) })}</dd>
      </dl>
      <div className={styles.whyActions}>
        {turn !== null ? (
          <Button size="small" onClick={() => deskUi.light(turn, end > begin ? [begin, end] : null)}>
            {t("why.jump")}
          </Button>
        ) : null}
        <Button size="small" ref={close} onClick={onClose}>
          {t("common.close")}
        </Button>
      </div>
    </div>
  );
}

function SourceRows({ title, clause, from, to }: { title: string; clause: string; from: string | null; to: string | null }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{t("why.source")}</dt>
      <dd>
        {quoted(title)} {clause}
      </dd>
      <dt>{t("why.force")}</dt>
      <dd>{from && to ? t("common.fromTo", { from, to }) : from ? `${t("common.from", { date: from })} \u00b7 ${t("why.openEnded")}` : t("why.openEnded")}</dd>
    </>
  );
}
