import { CheckCircleFilled, CheckOutlined, EyeOutlined, StopFilled, WarningFilled } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { App as AntApp, Button, Input, Skeleton } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Alert } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Kbd } from "../../components/Kbd";
import { Tag } from "../../components/Tag";
import { chime } from "../../lib/chime";
import { clock, dateTime, parseTime, span } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { live, useLive } from "../../state/live";
import { usePrefs } from "../../state/prefs";
import styles from "./alerts.module.css";
import { acknowledgedOnes, openOnes } from "./alertsModel";

interface PanelProps {
  onOpen: (conversation: string, turn: number | null) => void;
}

const pageSize = 30;

/** Alerts as they fire: the oldest that waits stands first, acknowledged ones fold to one line with who and how fast. */
export function AlertsPanel({ onOpen }: PanelProps) {
  const { t } = useTranslation();
  const alerts = useLive((state) => state.alerts);
  const ready = useLive((state) => state.alertsReady);
  useEffect(() => live.alerts(), []);
  const older = useInfiniteQuery({
    queryKey: ["alerts", "acknowledged"],
    queryFn: ({ pageParam }) => api.alerts({ state: "acknowledged", limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? null,
  });
  const lang = usePrefs((prefs) => prefs.lang);
  const waiting = useMemo(() => openOnes(alerts), [alerts]);
  // The socket names rules in the language of the house; in the other one their names are asked for.
  const translated = useQuery({ queryKey: ["alerts", "open", lang, waiting.length], queryFn: () => api.alerts({ state: "open", limit: 100 }), enabled: lang === "en" && waiting.length > 0 });
  const open = useMemo(() => {
    const names = new Map(lang === "en" ? (translated.data?.items ?? []).map((alert) => [alert.id, alert.name]) : []);
    return waiting.map((alert) => ({ ...alert, name: names.get(alert.id) ?? alert.name }));
  }, [waiting, translated.data, lang]);
  const done = useMemo(() => acknowledgedOnes(alerts, older.data?.pages.flatMap((page) => page.items) ?? []), [alerts, older.data]);
  useAlertSound(open, ready);
  const first = open[0]?.id;

  return (
    <section className={styles.panel} aria-label={t("alerts.title")} data-alerts={open.length}>
      <header className={styles.head}>
        <h2>{t("alerts.title")}</h2>
        {open.length > 0 ? <Tag tone="red">{t("alerts.waiting", { count: open.length })}</Tag> : null}
      </header>
      <div className={styles.scroller}>
        {!ready ? <Skeleton active title={false} paragraph={{ rows: 4 }} className={styles.skeleton} /> : null}
        {ready && open.length === 0 ? <Empty title={t("alerts.none")} text={t("alerts.noneText")} /> : null}
        <ul aria-live="polite">
          {open.map((alert) => (
            <li key={alert.id}>
              <OpenAlert alert={alert} first={alert.id === first} onOpen={onOpen} />
            </li>
          ))}
        </ul>
        {done.length > 0 ? <h3 className={styles.group}>{t("alerts.acknowledged")}</h3> : null}
        <ul>
          {done.map((alert) => (
            <li key={alert.id}>
              <DoneAlert alert={alert} onOpen={onOpen} />
            </li>
          ))}
        </ul>
        {older.isError ? (
          <div className={styles.more}>
            <span>{errorText(older.error, t)}</span>
            <Button size="small" onClick={() => void older.refetch()}>
              {t("common.retry")}
            </Button>
          </div>
        ) : null}
        {older.hasNextPage ? (
          <div className={styles.more}>
            <Button size="small" loading={older.isFetchingNextPage} onClick={() => void older.fetchNextPage()}>
              {t("alerts.older")}
            </Button>
          </div>
        ) : null}
      </div>
    </section>
  );
}

function OpenAlert({ alert, first, onOpen }: { alert: Alert; first: boolean } & PanelProps) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const [noting, setNoting] = useState(false);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const now = useNow();
  const at = parseTime(alert.at);
  const acknowledge = async () => {
    if (busy) return;
    setBusy(true);
    try {
      live.putAlert(await api.acknowledge(alert.id, note.trim()));
    } catch (error) {
      void message.error(errorText(error, t));
    } finally {
      setBusy(false);
    }
  };
  useAcknowledgeKey(first && !noting, () => void acknowledge());
  return (
    <article className={styles.alert} data-alert={alert.id} data-of={alert.conversation} data-rule={alert.rule}>
      <div className={styles.alertHead}>
        <span className={styles.alertIcon}>{alert.severity === "major" ? <StopFilled aria-hidden="true" /> : <WarningFilled aria-hidden="true" />}</span>
        <span className={styles.alertName} data-foreign="">{alert.name}</span>
        <span className={styles.alertRule}>
          {alert.rule} {"\u00b7"} {t(`severity.${alert.severity}`)}
        </span>
      </div>
      <div className={styles.alertMeta}>
        <span data-foreign="">{[alert.rep?.name, alert.team].filter(Boolean).join(" \u00b7 ") || t("console.noRep")}</span>
        <span>{at === null ? "" : `${clock(at)} \u00b7 ${t("list.waited", { time: span(now - at) })}`}</span>
      </div>
      {alert.words ? (
        <p className={styles.words} data-foreign="" title={alert.words}>
          {"\u300c"}
          {alert.words}
          {"\u300d"}
        </p>
      ) : null}
      {noting ? (
        <Input.TextArea
          autoFocus
          value={note}
          maxLength={300}
          autoSize={{ minRows: 1, maxRows: 3 }}
          placeholder={t("alerts.note")}
          aria-label={t("alerts.note")}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setNoting(false);
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void acknowledge();
          }}
        />
      ) : null}
      <div className={styles.alertActions}>
        <Button type={first ? "primary" : "default"} size="small" icon={<CheckOutlined aria-hidden="true" />} loading={busy} aria-keyshortcuts={first ? "A" : undefined} onClick={() => void acknowledge()} data-acknowledge="">
          {t("alerts.acknowledge")} {first && !noting ? <Kbd>A</Kbd> : null}
        </Button>
        <Button size="small" icon={<EyeOutlined aria-hidden="true" />} onClick={() => onOpen(alert.conversation, alert.turn)}>
          {t("alerts.look")}
        </Button>
        <Button size="small" type="text" aria-expanded={noting} onClick={() => setNoting(!noting)} data-note="">
          {t("alerts.addNote")}
        </Button>
      </div>
    </article>
  );
}

function DoneAlert({ alert, onOpen }: { alert: Alert } & PanelProps) {
  const at = parseTime(alert.at);
  const done = parseTime(alert.acknowledged?.at);
  const today = at !== null && new Date(at).toDateString() === new Date().toDateString();
  return (
    <button type="button" className={styles.done} onClick={() => onOpen(alert.conversation, alert.turn)} title={alert.acknowledged?.note || alert.words} data-acknowledged={alert.id} data-foreign="">
      <CheckCircleFilled className={styles.doneIcon} aria-hidden="true" />
      <span className={styles.doneTime}>{at === null ? "" : today ? clock(at) : dateTime(at).slice(5)}</span>
      <span className={styles.doneName}>
        {alert.name}
        {alert.rep ? ` \u00b7 ${alert.rep.name}` : ""}
        {alert.acknowledged?.note ? <span className={styles.doneNote}> {alert.acknowledged.note}</span> : null}
      </span>
      <span className={styles.doneWho}>
        {alert.acknowledged?.by.name} {at !== null && done !== null ? span(done - at) : ""}
      </span>
    </button>
  );
}

function useAcknowledgeKey(active: boolean, acknowledge: () => void): void {
  const run = useRef(acknowledge);
  run.current = acknowledge;
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      const busy = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable='true']");
      if (busy || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.key.toLowerCase() !== "a") return;
      event.preventDefault();
      run.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [active]);
}

/** A new alert is heard once; what already waited when the page opened is only seen. */
function useAlertSound(open: readonly Alert[], ready: boolean): void {
  const sound = usePrefs((prefs) => prefs.sound);
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...open.map((alert) => alert.id)]);
    if (before && sound && open.some((alert) => !before.has(alert.id))) chime();
  }, [open, ready, sound]);
}
