import { CloseOutlined, LockOutlined, ReadOutlined } from "@ant-design/icons";
import { Button, Popover } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "../../api/types";
import { Kbd } from "../../components/Kbd";
import { Tag } from "../../components/Tag";
import { persistently } from "../../lib/persistently";
import { milliseconds } from "../../lib/time";
import type { CardView } from "../../state/conversation";
import { useLive } from "../../state/live";
import { kindKey, sayOf, sentenceOf, toneOf, type CardStatus } from "./cards";
import { statusKey } from "./CardStack";
import { dismissCard, rejectCard, sendWords, takeCard } from "./commands";
import { kindIcon, toneBar, toneText } from "./kinds";
import { RejectForm } from "./RejectForm";
import styles from "./double.module.css";
import { deskUi, useDeskUi } from "./ui";

// Read when somebody first asks why.
const WhyContent = lazy(async () => ({ default: (await persistently(() => import("./WhyContent"))).WhyContent }));

interface PrimaryProps {
  conversation: string;
  view: CardView;
  status: CardStatus;
  readOnly: boolean;
}

export function PrimaryCard({ conversation, view, status, readOnly }: PrimaryProps) {
  const { t } = useTranslation();
  const { card } = view;
  const tone = toneOf(view, status);
  const handled = statusKey(status);
  const kind = kindKey(view);
  const sentence = sentenceOf(view);
  const titleId = `card-${card.card}`;
  return (
    <article className={`${styles.primary} ${toneBar(tone)}`} aria-labelledby={titleId} data-card={card.card} data-kind={card.kind} data-item={card.item} data-primary="">
      <header className={styles.cardHead}>
        <span className={`${styles.kind} ${toneText(tone)}`}>
          {kindIcon(kind, status === "done")} {t(`kind.${kind}`)}
        </span>
        <h3 id={titleId} className={styles.cardTitle}>
          {card.title}
        </h3>
        {handled ? <Tag tone={status === "done" ? "green" : "grey"}>{t(`double.${handled}`)}</Tag> : null}
        {!handled ? <Deadline conversation={conversation} card={card} /> : null}
        {status === "new" && !readOnly ? (
          <Button
            type="text"
            size="small"
            className={styles.dismiss}
            icon={<CloseOutlined aria-hidden="true" />}
            title={t("double.dismiss")}
            aria-label={t("double.dismiss")}
            aria-keyshortcuts="D"
            onClick={() => dismissCard(conversation, view)}
          />
        ) : null}
      </header>
      {card.advice && card.advice !== card.title ? <p className={styles.advice}>{card.advice}</p> : null}
      <p className={`${styles.sentence} ${Array.from(sentence).length > 60 ? styles.sentenceLong : ""}`}>{together(sentence)}</p>
      {card.audience === "internal" ? (
        <p className={styles.internal}>
          <LockOutlined aria-hidden="true" /> {t("double.internal")}
        </p>
      ) : null}
      <Missing card={card} />
      <Facts card={card} />
      <SourceLine view={view} />
      {readOnly ? null : <Actions conversation={conversation} view={view} />}
    </article>
  );
}

function Missing({ card }: { card: Card }) {
  const { t } = useTranslation();
  const parts = card.missing ?? [];
  if (parts.length === 0) return null;
  return (
    <p className={styles.missing}>
      <span className={styles.label}>{t("double.missing")}</span>
      {parts.map((part) => (
        <Tag key={part} tone="orange">
          {part}
        </Tag>
      ))}
    </p>
  );
}

function Facts({ card }: { card: Card }) {
  const facts = (card.facts ?? []).slice(0, 3);
  if (facts.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {facts.map((fact) => (
        <div key={fact.label}>
          <dt>{fact.label}</dt>
          <dd>{together(fact.value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function SourceLine({ view }: { view: CardView }) {
  const { t } = useTranslation();
  const { card, ms } = view;
  const severity = card.severity;
  const rule = card.kind === "prompt" || card.kind === "violation" || card.kind === "fraud";
  const right = rule && severity ? `${card.item} ${t(`severity.${severity}`)}` : "";
  return (
    <div className={styles.sources}>
      <div className={styles.sourceList}>
        {(card.sources ?? []).map((source, index) => (
          <div key={index} className={styles.source}>
            <ReadOutlined aria-hidden="true" /> {quoted(source.title || source.item || "")}
            {source.clause ? ` ${source.clause}` : ""}
            {source.from ? (
              <>
                {" \u00b7 "}
                <span className={styles.unbroken}>{t("common.from", { date: source.from })}</span>
              </>
            ) : null}
            {source.to ? (
              <>
                {" "}
                <span className={styles.unbroken}>{t("common.until", { date: source.to })}</span>
              </>
            ) : null}
          </div>
        ))}
      </div>
      <div className={styles.sourceRight}>
        {right ? <div>{right}</div> : null}
        {ms !== null ? <div data-ms={ms}>{t("double.ms", { ms: milliseconds(ms) })}</div> : null}
      </div>
    </div>
  );
}

/** A figure and the word behind it stay on one line: 25 号, 10 元. */
function together(text: string): string {
  return text.replace(/(\d) (?=\p{Script=Han})/gu, "$1\u00a0").replace(/(\p{Script=Han}) (?=\d)/gu, "$1\u00a0");
}

/** Chinese titles stand in 《》, unless they bring their own. */
export function quoted(title: string): string {
  return /\p{Script=Han}/u.test(title) && !title.startsWith("\u300a") ? `\u300a${title}\u300b` : title;
}

function Deadline({ conversation, card }: { conversation: string; card: Card }) {
  const { t } = useTranslation();
  const owed = useLive((live) => live.panels[conversation]?.panels.compliance?.owed);
  if (card.kind !== "prompt") return null;
  const item = owed?.find((one) => one.rule === card.item);
  if (!item) return null;
  const left = item.turns_left;
  if (left === null || left === undefined) return item.by_end ? <Tag tone="orange">{t("compliance.byEnd")}</Tag> : null;
  return (
    <Tag tone="orange">
      <span className={styles.segments} aria-hidden="true">
        {Array.from({ length: Math.min(4, left) }, (_, index) => (
          <i key={index} />
        ))}
      </span>
      {t("compliance.turnsLeft", { count: left })}
    </Tag>
  );
}

function Actions({ conversation, view }: { conversation: string; view: CardView }) {
  const { t } = useTranslation();
  const say = sayOf(view);
  const open = useLive((live) => live.list[conversation]?.state);
  const popover = useDeskUi((ui) => ui.popover);
  const canSay = say !== "" && (open === undefined || open === "open");
  return (
    <footer className={styles.actions}>
      {say ? (
        <>
          <Button type="primary" disabled={!canSay} aria-keyshortcuts="Enter" onClick={() => takeCard(conversation, view)}>
            {t("double.use")} <Kbd>{"\u21b5"}</Kbd>
          </Button>
          <Button disabled={!canSay} aria-keyshortcuts="Control+Enter" onClick={() => sendWords(conversation, view)}>
            {t("double.send")} <Kbd>{"Ctrl+\u21b5"}</Kbd>
          </Button>
        </>
      ) : (
        <Button type="primary" aria-keyshortcuts="Enter" onClick={() => takeCard(conversation, view)}>
          {t("double.ack")} <Kbd>{"\u21b5"}</Kbd>
        </Button>
      )}
      <Popover
        open={popover === "reject"}
        onOpenChange={(next) => deskUi.popover(next ? "reject" : null)}
        trigger="click"
        placement="bottom"
        destroyOnHidden
        content={<RejectForm onSubmit={(reason, note) => rejectCard(conversation, view, reason, note)} onCancel={() => deskUi.popover(null)} />}
      >
        <Button aria-keyshortcuts="X" aria-haspopup="dialog" aria-expanded={popover === "reject"}>
          {t("double.wrong")} <Kbd>X</Kbd>
        </Button>
      </Popover>
      <span className={styles.grow} />
      <Popover
        open={popover === "why"}
        onOpenChange={(next) => deskUi.popover(next ? "why" : null)}
        trigger="click"
        placement="bottomRight"
        destroyOnHidden
        content={
          <Suspense fallback={null}>
            <WhyContent conversation={conversation} view={view} onClose={() => deskUi.popover(null)} />
          </Suspense>
        }
      >
        <Button type="text" className={styles.tight} aria-keyshortcuts="W" aria-haspopup="dialog" aria-expanded={popover === "why"}>
          {t("double.why")} <Kbd>W</Kbd>
        </Button>
      </Popover>
    </footer>
  );
}
