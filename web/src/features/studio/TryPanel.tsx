// Tries the text as it stands on a dialogue, while one types: which cards and verdicts each turn brings, beside what is
// published. The dialogue is a sample, or one's own words.
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Input, Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import i18next from "i18next";
import { api, ApiError } from "../../api/client";
import type { Card, ContentKind, SampleTurn, TryResult } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { usePrefs } from "../../state/prefs";
import { kindKey, toneOf } from "../desk/cards";
import { kindIcon, toneText } from "../desk/kinds";
import { inLanguage } from "../../lib/localized";
import { readDialogue, writeDialogue, type Prefixes } from "./dialogue";
import styles from "./studio.module.css";

type Run = { state: "idle" } | { state: "running"; last: TryResult | null } | { state: "done"; result: TryResult } | { state: "failed"; reason: string };

const pauseMs = 700;

function usePrefixes(): Prefixes {
  const { t } = useTranslation();
  return useMemo(() => {
    const english = i18next.getFixedT("en");
    const chinese = i18next.getFixedT("zh");
    const words = (key: "customer" | "agent" | "bot" | "event", letter: string) => [t(`try.prefix.${key}`), chinese(`try.prefix.${key}`), english(`try.prefix.${key}`), key, letter];
    return { customer: words("customer", "c"), agent: words("agent", "r"), bot: words("bot", "b"), event: words("event", "e") };
  }, [t]);
}

export function TryPanel({ kind, id, text, ready }: { kind: ContentKind; id: string; text: string; ready: boolean }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const prefixes = usePrefixes();
  const samples = useQuery({ queryKey: ["samples"], queryFn: api.samples, staleTime: 60_000 });
  const items = samples.data?.items ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  const sample = picked ?? items[0]?.id ?? null;
  const whole = useQuery({ queryKey: ["sample", sample], queryFn: () => api.sample(sample ?? ""), enabled: sample !== null, staleTime: Infinity });
  const [own, setOwn] = useState<string | null>(null);
  const [editing, setEditing] = useState(false);
  const [live, setLive] = useState(true);
  const [all, setAll] = useState(false);
  const [run, setRun] = useState<Run>({ state: "idle" });
  const sequence = useRef(0);

  const words = own ?? (whole.data ? writeDialogue(whole.data.turns, prefixes, t("try.colon")) : "");
  const read = useMemo(() => (own === null ? (whole.data?.turns ?? []).map((turn, index) => ({ turn, line: index + 1 })) : readDialogue(own, prefixes)), [own, whole.data, prefixes]);
  const turns = useMemo(() => read.flatMap((one) => (one.turn ? [one.turn] : [])), [read]);
  const wrong = read.filter((one) => one.turn === null);

  const start = useRef<() => Promise<void>>(async () => {});
  start.current = async () => {
    const number = ++sequence.current;
    const context = whole.data;
    if (turns.length === 0 || !context) return;
    setRun((before) => ({ state: "running", last: before.state === "done" ? before.result : null }));
    try {
      const { channel, lang: spoken, customer, meta } = context as { channel: string; lang: string; customer?: Record<string, string>; meta?: Record<string, string> };
      const body = own === null ? { kind, id, text, sample: sample ?? "" } : { kind, id, text, dialogue: { channel, lang: spoken, ...(customer ? { customer } : {}), ...(meta ? { meta } : {}), turns } };
      const result = await api.contentTry(body);
      if (number === sequence.current) setRun({ state: "done", result });
    } catch (error) {
      if (number === sequence.current) setRun({ state: "failed", reason: firstMistake(error) ?? errorText(error, t) });
    }
  };
  // A moment after the last key, of the item or of the dialogue.
  useEffect(() => {
    if (!live || !ready || wrong.length > 0 || turns.length === 0) return;
    const timer = setTimeout(() => void start.current(), pauseMs);
    return () => clearTimeout(timer);
  }, [live, ready, text, turns, wrong.length]);

  const shown = run.state === "done" ? run.result : run.state === "running" ? run.last : null;
  return (
    <div className={styles.try}>
      <div className={styles.tryBar}>
        <Select<string>
          value={sample}
          aria-label={t("studio.trySample")}
          onChange={(value: string) => {
            setPicked(value);
            setOwn(null);
            setEditing(false);
            setRun({ state: "idle" });
          }}
          options={items.map((item) => ({ value: item.id, label: inLanguage(item.title, lang) }))}
          className={styles.trySelect}
        />
        <Button onClick={() => setEditing(!editing)} aria-expanded={editing} data-edit-dialogue="">
          {t(editing ? "try.close" : "try.edit")}
        </Button>
        <Button type="primary" loading={run.state === "running"} disabled={!sample || wrong.length > 0} onClick={() => void start.current()} data-try="">
          {t("studio.tryRun")}
        </Button>
      </div>
      {editing ? (
        <>
          <Input.TextArea value={words} autoSize={{ minRows: 4, maxRows: 12 }} aria-label={t("try.words")} onChange={(event) => setOwn(event.target.value)} data-dialogue="" />
          <p className={styles.hint}>{t("try.format")}</p>
          {wrong.length > 0 ? (
            <p className={styles.fieldError} role="alert">
              {t("try.unread", { lines: wrong.map((one) => one.line).join(", ") })}
            </p>
          ) : null}
        </>
      ) : null}
      <div className={styles.tryBar}>
        <Checkbox checked={live} onChange={(event) => setLive(event.target.checked)}>
          {t("try.live")}
        </Checkbox>
        <Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>
          {t("try.all")}
        </Checkbox>
      </div>
      <div role="status">
        {run.state === "failed" ? <p className={styles.failed}>{t("studio.tryFailed", { reason: run.reason })}</p> : null}
        {shown ? <Totals result={shown} /> : null}
      </div>
      {shown ? <Turns turns={turns} result={shown} id={id} all={all} /> : turns.length === 0 && whole.isSuccess ? <Empty title={t("try.empty")} /> : null}
    </div>
  );
}

export function firstMistake(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  const errors = error.body["errors"];
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  return first && typeof first === "object" && "message" in first && typeof first.message === "string" ? first.message : null;
}

function Totals({ result }: { result: TryResult }) {
  const { t } = useTranslation();
  const same = Math.max(0, result.after.length - result.added.length - result.changed.length);
  return (
    <p className={styles.tryStat}>
      <Tag tone="green">{t("studio.tryAdded", { count: result.added.length })}</Tag>
      <Tag tone="red">{t("studio.tryRemoved", { count: result.removed.length })}</Tag>
      <Tag tone="orange">{t("studio.tryChanged", { count: result.changed.length })}</Tag>
      <Tag>{t("studio.trySame", { count: same })}</Tag>
    </p>
  );
}

type Mark = "added" | "removed" | "changed" | "same";
interface Shown {
  card: Card;
  before: Card | null;
  mark: Mark;
}

/** The dialogue with what each turn brought; of other items only what differs. */
function Turns({ turns, result, id, all }: { turns: readonly SampleTurn[]; result: TryResult; id: string; all: boolean }) {
  const { t } = useTranslation();
  const byTurn = useMemo(() => {
    const out = new Map<number, Shown[]>();
    const add = (shown: Shown) => {
      const list = out.get(shown.card.turn) ?? [];
      list.push(shown);
      out.set(shown.card.turn, list);
    };
    const added = new Set(result.added.map((card) => card.card));
    const changed = new Map(result.changed.map(([before, after]) => [after.card, before]));
    for (const card of result.after) {
      const mark: Mark = added.has(card.card) ? "added" : changed.has(card.card) ? "changed" : "same";
      if (all || mark !== "same" || card.item === id || card.item.startsWith(`${id}.`)) add({ card, before: changed.get(card.card) ?? null, mark });
    }
    for (const card of result.removed) add({ card, before: null, mark: "removed" });
    return out;
  }, [result, id, all]);
  const late = [...byTurn.keys()].filter((turn) => turn < 0 || turn >= turns.length);
  return (
    <>
      {byTurn.size === 0 ? <p className={styles.hint}>{t("studio.tryNone")}</p> : null}
      <ol className={styles.turns} aria-label={t("try.result")}>
        {turns.map((turn, index) => (
          <li key={index} data-turn={index}>
            <div className={styles.turn}>
              <span className={styles.turnWho}>{turn.event ? t("try.prefix.event") : t(`try.prefix.${turn.speaker === "customer" || turn.speaker === "bot" ? turn.speaker : "agent"}`)}</span>
              <span>{turn.event ? turn.event.name : marked(turn.text ?? "", byTurn.get(index) ?? [])}</span>
            </div>
            {(byTurn.get(index) ?? []).map((one, at) => (
              <CardBox key={at} {...one} />
            ))}
          </li>
        ))}
        {late.map((turn) => (
          <li key={`late${turn}`}>
            <div className={styles.turn}>
              <span className={styles.turnWho}>{t("try.afterwards")}</span>
            </div>
            {(byTurn.get(turn) ?? []).map((one, at) => (
              <CardBox key={at} {...one} />
            ))}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The words that brought a card of this turn. */
function marked(text: string, shown: readonly Shown[]) {
  const points = Array.from(text);
  const cause = shown.find((one) => one.card.span && one.card.span[1] <= points.length && one.card.span[1] > one.card.span[0]);
  const span = cause?.card.span;
  if (!span) return text;
  const grave = cause.card.kind === "violation" || cause.card.kind === "fraud";
  return (
    <>
      {points.slice(0, span[0]).join("")}
      <mark className={grave ? styles.mark : styles.markQuiet}>{points.slice(...span).join("")}</mark>
      {points.slice(span[1]).join("")}
    </>
  );
}

function CardBox({ card, before, mark }: Shown) {
  const { t } = useTranslation();
  const view = { card, n: 0, ms: null, at: "", action: null, superseded: false };
  const tone = toneOf(view, "new");
  const className = { added: styles.cardAdded, removed: styles.cardRemoved, changed: styles.cardChanged, same: "" }[mark];
  const words = (one: Card) => one.say || one.text;
  return (
    <div className={`${styles.card} ${className}`} data-diff={mark} data-item={card.item} data-kind={card.kind}>
      <div className={styles.cardHead}>
        <span className={toneText(tone)}>
          {kindIcon(kindKey(view), false)} {t(`kind.${kindKey(view)}`)} {card.severity ? t(`severity.${card.severity}`) : ""}
        </span>
        <span className={styles.cardPlace}>
          {mark === "same" ? "" : t(`try.mark.${mark}`)} {card.item}
        </span>
      </div>
      {card.title ? <div>{card.title}</div> : null}
      {before && words(before) !== words(card) ? <div className={styles.cardOld}>{words(before)}</div> : null}
      <div className={styles.cardText}>{words(card)}</div>
      {card.missing && card.missing.length > 0 ? <div className={styles.hint}>{t("try.missing", { parts: card.missing.join(", ") })}</div> : null}
    </div>
  );
}
