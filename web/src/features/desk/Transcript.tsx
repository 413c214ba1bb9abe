import {
  ArrowDownOutlined,
  CheckCircleFilled,
  CheckOutlined,
  EyeInvisibleOutlined,
  ExclamationCircleOutlined,
  PhoneOutlined,
  ReadOutlined,
  SmileOutlined,
  StopOutlined,
  TagOutlined,
  UserAddOutlined,
  WarningFilled,
} from "@ant-design/icons";
import { Button } from "antd";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Mark } from "../../api/types";
import { entityName, eventName, fieldName, valueName } from "../../i18n/terms";
import { clock, figure, parseTime, span } from "../../lib/time";
import type { BusinessRow, NoticeRow, Row, SpeechRow } from "../../state/conversation";
import { useLive } from "../../state/live";
import { outbox, useOutbox, type Outgoing } from "../../state/outbox";
import { usePrefs, type Lang } from "../../state/prefs";
import { draftOf, setDraft } from "../../state/drafts";
import { Blocks } from "./Blocks";
import { maskedText, notesOf, piecesOf } from "./marks";
import styles from "./transcript.module.css";
import { useDeskUi } from "./ui";

export interface TranscriptProps {
  conversation: string;
  /** Names beside the words, where known. */
  customer: string;
  rep: string;
  readOnly?: boolean;
}

export const Transcript = memo(function Transcript({ conversation, customer, rep, readOnly = false }: TranscriptProps) {
  const { t } = useTranslation();
  const state = useLive((live) => live.conversations[conversation]);
  const partial = useLive((live) => (live.conversations[conversation]?.ended ? undefined : live.partials[conversation]));
  const typing = useLive((live) => live.typing[conversation]);
  const readUpTo = useLive((live) => live.read[conversation]) ?? 0;
  const lit = useDeskUi((ui) => ui.lit);
  const rows = state?.rows ?? noRows;
  const scroller = useRef<HTMLDivElement>(null);
  const names = useMemo(() => ({ customer, rep }), [customer, rep]);
  const outgoing = useOutgoing(conversation, readOnly);
  const tail = `${rows.length}:${partial?.text.length ?? 0}:${outgoing.length}:${typing ? 1 : 0}`;
  const follow = useStickToBottom(scroller, tail, rows.length);
  const { leave, comeBack } = follow;
  const litIndex = lit && state ? state.byTurn[lit.turn] : undefined;
  const clockOf = useMemo(() => timeLabel(state?.channel ?? "", state?.startedAt ?? ""), [state?.channel, state?.startedAt]);

  useEffect(() => {
    if (!lit) {
      comeBack();
      return;
    }
    const row = litIndex === undefined ? null : scroller.current?.querySelector<HTMLElement>(`[data-turn="${lit.turn}"]`);
    if (!row || !scroller.current || inView(row, scroller.current)) return;
    leave();
    row.scrollIntoView({ block: "center", behavior: "smooth" });
  }, [lit, litIndex, leave, comeBack]);

  return (
    <div className={styles.wrap}>
      <div ref={scroller} className={styles.scroller} tabIndex={0} role="log" aria-label={t("transcript.label")} aria-live="off" {...follow.handlers}>
        {rows.length === 0 && outgoing.length === 0 && !partial ? (
          <p className={styles.quiet}>{state ? t("transcript.empty") : t("transcript.loading")}</p>
        ) : null}
        <Blocks items={rows} pinned={litIndex} keyOf={rowKey}>
          {(row) => <RowView row={row} names={names} time={clockOf(row)} read={readUpTo > 0 && row.kind === "speech" && row.speaker === "rep" && row.seq <= readUpTo} lit={lit !== null && row.turn !== null && row.turn === lit.turn} litSpan={lit?.span ?? null} />}
        </Blocks>
        {partial ? <PartialRow text={partial.text} speaker={partial.speaker === "customer" ? names.customer : names.rep} /> : null}
        {outgoing.map((entry) => (
          <OutgoingRow key={entry.act} entry={entry} name={names.rep} />
        ))}
        {typing && !partial ? (
          <p className={styles.typing} role="status">
            {names.customer} · {t("transcript.typing")}
          </p>
        ) : null}
      </div>
      {follow.away ? (
        <Button className={styles.latest} shape="round" icon={<ArrowDownOutlined aria-hidden="true" />} onClick={follow.toBottom}>
          {follow.missed > 0 ? t("transcript.newBelow", { count: follow.missed }) : t("transcript.latest")}
        </Button>
      ) : null}
    </div>
  );
});

const noRows: Row[] = [];
const rowKey = (row: Row) => row.key;

// A call is told from its start, a chat by the clock on the wall.
function timeLabel(channel: string, startedAt: string): (row: Row) => string {
  const start = parseTime(startedAt);
  const spoken = channel === "voice" || channel === "video";
  return (row) => {
    if (row.kind === "speech" && row.startMs !== null && spoken) return span(row.startMs);
    const at = parseTime(row.at);
    if (at === null) return "";
    return spoken && start !== null ? span(at - start) : clock(at);
  };
}

function useOutgoing(conversation: string, readOnly: boolean): Outgoing[] {
  const entries = useOutbox((state) => state.entries);
  const acts = useLive((live) => live.conversations[conversation]?.acts);
  const mine = useMemo(() => (readOnly ? [] : entries.filter((entry) => entry.conversation === conversation)), [entries, conversation, readOnly]);
  useEffect(() => {
    if (!acts) return;
    const settled = mine.filter((entry) => {
      const state = acts[entry.act]?.state;
      return state === "done" || (state === "failed" && entry.state === "sent");
    });
    if (settled.length > 0) outbox.confirmed(settled.map((entry) => entry.act));
  }, [acts, mine]);
  return useMemo(() => mine.filter((entry) => entry.state !== "refused" && entry.state !== "asking" && acts?.[entry.act]?.state !== "done"), [mine, acts]);
}

interface Follow {
  away: boolean;
  missed: number;
  handlers: {
    onScroll: () => void;
    onWheel: () => void;
    onTouchMove: () => void;
    onPointerDown: () => void;
    onKeyDown: () => void;
  };
  toBottom: () => void;
  /** The page itself scrolls to a lit turn, and back to the newest line when the light goes out. */
  leave: () => void;
  comeBack: () => void;
}

const nearPx = 32;
const intentMs = 500;

function inView(row: HTMLElement, scroller: HTMLElement): boolean {
  const inner = row.getBoundingClientRect();
  const outer = scroller.getBoundingClientRect();
  return inner.top >= outer.top && inner.bottom <= outer.bottom;
}

/** Stays at the newest line while the reader is there; leaves the reader alone once he has scrolled away. */
function useStickToBottom(ref: React.RefObject<HTMLDivElement | null>, tail: string, count: number): Follow {
  const atBottom = useRef(true);
  // Until when a scroll is the reader's doing. Heights that change by themselves (a late block, a wider window) scroll
  // too, and must not be taken for the reader leaving.
  const intentUntil = useRef(0);
  const jumped = useRef(false);
  const [away, setAway] = useState(false);
  const [seen, setSeen] = useState(count);

  useLayoutEffect(() => {
    const element = ref.current;
    if (element && atBottom.current) element.scrollTop = element.scrollHeight;
  }, [ref, tail]);

  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (atBottom.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [ref]);

  const latest = useRef(count);
  latest.current = count;
  const actions = useMemo(() => {
    const intend = (ms = intentMs) => {
      intentUntil.current = Date.now() + ms;
      jumped.current = false;
    };
    const toBottom = () => {
      const element = ref.current;
      if (!element) return;
      jumped.current = false;
      atBottom.current = true;
      setAway(false);
      element.scrollTop = element.scrollHeight;
    };
    const onScroll = () => {
      const element = ref.current;
      if (!element) return;
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx;
      if (near === atBottom.current || jumped.current) return;
      if (!near && Date.now() > intentUntil.current) {
        element.scrollTop = element.scrollHeight;
        return;
      }
      atBottom.current = near;
      setAway(!near);
      setSeen(latest.current);
    };
    return {
      handlers: { onScroll, onWheel: () => intend(), onTouchMove: () => intend(), onPointerDown: () => intend(60_000), onKeyDown: () => intend() },
      leave: () => {
        if (!atBottom.current) return;
        jumped.current = true;
        atBottom.current = false;
        setAway(true);
        setSeen(latest.current);
      },
      comeBack: () => {
        if (jumped.current) toBottom();
      },
      toBottom,
    };
  }, [ref]);

  const missed = away ? Math.max(0, count - seen) : 0;
  return useMemo(() => ({ ...actions, away, missed }), [actions, away, missed]);
}

interface RowProps {
  row: Row;
  names: { customer: string; rep: string };
  time: string;
  /** The customer has seen it (chat). */
  read: boolean;
  lit: boolean;
  litSpan: [number, number] | null;
}

const RowView = memo(function RowView({ row, names, time, read, lit, litSpan }: RowProps) {
  if (row.kind === "speech") return <Speech row={row} names={names} time={time} read={read} lit={lit} litSpan={litSpan} />;
  if (row.kind === "business") return <Business row={row} time={time} lit={lit} />;
  return <Notice row={row} names={names} time={time} />;
});

function Speech({ row, names, time, read, lit, litSpan }: Omit<RowProps, "row"> & { row: SpeechRow }) {
  const { t } = useTranslation();
  const name = row.speaker === "customer" ? names.customer : row.speaker === "rep" ? names.rep : t(`speaker.${row.speaker}`);
  return (
    <div className={`${styles.row} ${lit ? styles.lit : ""}`} data-turn={row.turn ?? undefined} data-speaker={row.speaker}>
      <time className={styles.time}>{time}</time>
      <span className={styles.speaker} title={name}>
        {shortName(name)}
      </span>
      <span className={row.speaker === "customer" ? styles.customerText : styles.text}>
        <span data-said="">
          <MarkedText text={row.text} marks={row.marks} lit={lit ? litSpan : null} />
        </span>
        {row.revised ? <span className={styles.small}> {t("transcript.revised")}</span> : null}
        {read ? <span className={styles.small}> {t("transcript.read")}</span> : null}
      </span>
      <Notes marks={row.marks} />
    </div>
  );
}

/** Beside each turn the first name does; Chinese names are short anyway. */
function shortName(name: string): string {
  return /^[\p{Script=Latin} .'-]+$/u.test(name) ? (name.split(" ")[0] ?? name) : name;
}

const markClass: Record<Mark["kind"], string | undefined> = {
  knowledge: styles.markKnowledge,
  rule: styles.markRule,
  step: styles.markStep,
  entity: styles.markEntity,
  masked: styles.markMasked,
  emotion: styles.markEmotion,
};

export function MarkedText({ text, marks, lit }: { text: string; marks: readonly Mark[]; lit: [number, number] | null }) {
  const { t } = useTranslation();
  const length = useMemo(() => Array.from(text).length, [text]);
  // A mark over the whole turn says what the turn is about; underlining every word would say nothing more.
  const drawn = useMemo(() => {
    const some = marks.filter((mark) => mark.kind === "masked" || mark.span[1] - mark.span[0] < length);
    if (!lit || lit[1] - lit[0] >= length) return some;
    return [...some.filter((mark) => mark.kind === "masked"), { span: lit, kind: "knowledge" as const, label: "" }];
  }, [marks, lit, length]);
  return (
    <>
      {piecesOf(text, drawn).map((piece, index) => {
        if (!piece.mark) return <span key={index}>{piece.text}</span>;
        const { kind, severity } = piece.mark;
        if (kind === "masked") {
          return (
            <span key={index} className={styles.markMasked} role="img" aria-label={t("mark.masked")}>
              {maskedText(piece.text)}
            </span>
          );
        }
        const tone = kind === "rule" && severity === "major" ? styles.markRuleMajor : markClass[kind];
        return (
          <mark key={index} className={`${styles.mark} ${lit ? styles.markLit : (tone ?? "")}`}>
            {piece.text}
          </mark>
        );
      })}
    </>
  );
}

function noteIcon(mark: Mark): ReactNode {
  switch (mark.kind) {
    case "knowledge":
      return <ReadOutlined aria-hidden="true" />;
    case "rule":
      return mark.severity === "major" ? <StopOutlined aria-hidden="true" /> : <ExclamationCircleOutlined aria-hidden="true" />;
    case "step":
      return <CheckOutlined aria-hidden="true" />;
    case "emotion":
      return <SmileOutlined aria-hidden="true" />;
    case "masked":
      return <EyeInvisibleOutlined aria-hidden="true" />;
    case "entity":
      return <TagOutlined aria-hidden="true" />;
  }
}

const noteTone: Record<Mark["kind"], string | undefined> = {
  knowledge: styles.noteBlue,
  rule: styles.noteOrange,
  step: styles.noteGreen,
  entity: styles.noteGrey,
  masked: styles.noteGrey,
  emotion: styles.noteGrey,
};

function Notes({ marks }: { marks: readonly Mark[] }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const notes = notesOf(marks);
  return (
    <span className={styles.notes}>
      {notes.map((mark) => (
        <span
          key={`${mark.kind}:${mark.label}`}
          className={`${styles.note} ${mark.kind === "rule" && mark.severity === "major" ? styles.noteRed : (noteTone[mark.kind] ?? "")}`}
          title={`${t(`mark.${mark.kind}`)}: ${noteLabel(mark, lang, t)}`}
        >
          {noteIcon(mark)} <span className={styles.noteText}>{noteLabel(mark, lang, t)}</span>
        </span>
      ))}
    </span>
  );
}

type T = ReturnType<typeof useTranslation>["t"];

const emotions = ["calm", "dissatisfied", "angry", "anxious", "sad"] as const;

function noteLabel(mark: Mark, lang: Lang, t: T): string {
  if (mark.kind === "entity") return entityName(mark.label, lang);
  if (mark.kind === "masked") return t("mark.masked");
  if (mark.kind === "emotion") {
    const emotion = emotions.find((one) => one === mark.label);
    return emotion ? t(`emotion.${emotion}`) : mark.label;
  }
  return mark.label;
}

function Business({ row, time, lit }: { row: BusinessRow; time: string; lit: boolean }) {
  const lang = usePrefs((prefs) => prefs.lang);
  const detail = Object.entries(row.data)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${fieldName(name, lang)} ${figure(valueName(String(value), lang))}`)
    .join(lang === "zh" ? "\uff0c" : ", ");
  return (
    <div className={`${styles.line} ${lit ? styles.lit : ""}`} data-turn={row.turn ?? undefined} data-event={row.name}>
      <time className={styles.time}>{time}</time>
      <span className={styles.event}>
        <CheckCircleFilled aria-hidden="true" /> {eventName(row.name, lang)}
      </span>
      <span className={styles.detail}>{detail}</span>
      <span className={styles.rule} aria-hidden="true" />
    </div>
  );
}

function Notice({ row, names, time }: { row: NoticeRow; names: { customer: string; rep: string }; time: string }) {
  const { t } = useTranslation();
  const who = row.speaker === "rep" ? names.rep : row.speaker === "customer" ? names.customer : row.speaker ? t(`speaker.${row.speaker}`) : row.who;
  const words: Record<NoticeRow["notice"], { icon: ReactNode; text: string; tone: string | undefined }> = {
    ended: { icon: <PhoneOutlined aria-hidden="true" />, text: endedBy(row.who, t), tone: styles.noticeGrey },
    joined: { icon: <UserAddOutlined aria-hidden="true" />, text: t("transcript.joined", { who }), tone: styles.noticeGrey },
    left: { icon: <UserAddOutlined aria-hidden="true" />, text: t("transcript.left", { who }), tone: styles.noticeGrey },
    refused: { icon: <StopOutlined aria-hidden="true" />, text: t("transcript.refusedNotice", { text: row.text }), tone: styles.noticeGrey },
    failed: { icon: <WarningFilled aria-hidden="true" />, text: t("transcript.failedNotice", { text: row.text }), tone: styles.noticeRed },
  };
  const { icon, text, tone } = words[row.notice];
  return (
    <div className={styles.line}>
      <time className={styles.time}>{time}</time>
      <span className={tone}>
        {icon} {text}
      </span>
      <span className={styles.detail}>{row.notice === "refused" || row.notice === "failed" ? row.detail : ""}</span>
      <span className={styles.rule} aria-hidden="true" />
    </div>
  );
}

function endedBy(who: string, t: T): string {
  if (who === "customer") return t("transcript.endedBy.customer");
  if (who === "system" || who === "sample") return t("transcript.endedBy.system");
  return who ? t("transcript.endedBy.rep") : t("transcript.ended");
}

function PartialRow({ text, speaker }: { text: string; speaker: string }) {
  const { t } = useTranslation();
  return (
    <div className={`${styles.row} ${styles.partial}`} data-partial="">
      <span className={styles.time} />
      <span className={styles.speaker}>{speaker}</span>
      <span className={styles.text}>{text}</span>
      <span className={styles.notes}>
        <span className={`${styles.note} ${styles.noteGrey}`}>{t("transcript.speaking")}</span>
      </span>
    </div>
  );
}

function OutgoingRow({ entry, name }: { entry: Outgoing; name: string }) {
  const { t } = useTranslation();
  const failed = entry.state === "failed";
  return (
    <div className={`${styles.row} ${styles.partial}`} data-outgoing={entry.state}>
      <span className={styles.time} />
      <span className={styles.speaker}>{name}</span>
      <span className={styles.text}>{entry.text}</span>
      <span className={styles.notes}>
        <span className={`${styles.note} ${failed ? styles.noteRed : styles.noteGrey}`}>
          {failed ? <WarningFilled aria-hidden="true" /> : null}
          {failed ? t("transcript.failed") : entry.error ? t("transcript.queued") : t("transcript.sending")}
        </span>
        {failed ? (
          <span className={styles.failedActions}>
            <Button size="small" onClick={() => outbox.retry(entry.act)}>
              {t("transcript.retry")}
            </Button>
            <Button
              size="small"
              type="text"
              onClick={() => {
                const draft = draftOf(entry.conversation);
                setDraft(entry.conversation, { text: draft.text ? `${draft.text}\n${entry.text}` : entry.text, card: draft.card });
                outbox.drop(entry.act);
              }}
            >
              {t("transcript.edit")}
            </Button>
          </span>
        ) : null}
      </span>
    </div>
  );
}
