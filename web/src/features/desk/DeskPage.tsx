import { CustomerServiceOutlined, MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { App as AntApp, Button, Skeleton } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api, ApiError } from "../../api/client";
import type { Summary } from "../../api/types";
import { Empty } from "../../components/Empty";
import { ErrorBoundary } from "../../components/ErrorBoundary";
import { persistently } from "../../lib/persistently";
import { pumpActions, useActions } from "../../state/actions";
import { live, useLive } from "../../state/live";
import { setPrefs, usePrefs } from "../../state/prefs";
import { useSession } from "../../state/session";
import { useShellUi } from "../../state/shellUi";
import { CardAnnouncer } from "./CardAnnouncer";
import { takePlainWords } from "./commands";
import { Composer } from "./Composer";
import { ConversationHead } from "./ConversationHead";
import { ConversationList, useNameless } from "./ConversationList";
import styles from "./desk.module.css";
import { DoubleColumn } from "./DoubleColumn";
import { customerName } from "./listModel";
import { SampleBar } from "./SampleBar";
import { Transcript } from "./Transcript";
import { deskUi, useDeskUi } from "./ui";
import { useConversation } from "./useDesk";
import { useDeskKeys } from "./useDeskKeys";

// Not needed for the first paint; read when the desk has come to rest.
const KeysHelp = lazy(async () => ({ default: (await persistently(() => import("./KeysHelp"))).KeysHelp }));
const SampleDrawer = lazy(async () => ({ default: (await persistently(() => import("./SampleDrawer"))).SampleDrawer }));
const SearchModal = lazy(async () => ({ default: (await persistently(() => import("./SearchModal"))).SearchModal }));
const WrapupPanel = lazy(async () => ({ default: (await persistently(() => import("./WrapupPanel"))).WrapupPanel }));

export function DeskPage() {
  const { t } = useTranslation();
  const { conversation } = useParams();
  const navigate = useNavigate();
  const shell = useShellUi();
  const { listOpen, doubleOpen, doubleWidth, lang } = usePrefs();
  const summary = useLive((state) => (conversation ? state.list[conversation] : undefined));
  const user = useSession((state) => state.user);
  const mine = summary?.rep?.id === user?.id;
  const wrapup = summary?.state === "ended" && mine;
  const writable = Boolean(summary && mine && summary.state === "open");
  const later = useLater(shell.samples || shell.search || shell.keys);
  useDeskKeys(conversation, wrapup, writable);

  useEffect(() => {
    if (useLive.getState().scope === null) live.list("mine");
    void pumpActions();
  }, []);
  useEffect(() => {
    document.title = `${t("places.desk")} \u00b7 ${t("brand")}`;
  }, [t]);
  useEffect(() => () => shell.close(), [shell.close]);

  const open = (id: string) => {
    void navigate(`/c/${encodeURIComponent(id)}`);
    // The keys then act on the conversation, not on the row that was pressed.
    requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
  };
  const side = wrapup || summary?.state === "closed" ? Math.max(doubleWidth, 440) : doubleWidth;
  return (
    <div className={styles.desk} style={{ gridTemplateColumns: `${listOpen ? "280px" : "0"} minmax(0, 1fr) ${doubleOpen || wrapup ? `${side}px` : "0"}` }}>
      <div className={styles.column} hidden={!listOpen}>
        <ErrorBoundary>
          <ConversationList selected={conversation} onSelect={open} />
        </ErrorBoundary>
      </div>
      {conversation ? <Open key={conversation} conversation={conversation} doubleOpen={doubleOpen} /> : <Nothing onSample={shell.openSamples} />}
      <Suspense fallback={null}>
        {later ? (
          <>
            <SampleDrawer open={shell.samples} onClose={shell.close} onStarted={open} />
            <SearchModal
              open={shell.search}
              onClose={shell.close}
              onUse={conversation && writable ? (say) => takePlainWords(conversation, say) : null}
              lang={summary?.lang ?? lang}
            />
            <KeysHelp open={shell.keys} onClose={shell.close} />
          </>
        ) : null}
      </Suspense>
      <ActionFailures />
    </div>
  );
}

const restMs = 1_200;

/** True once the page has come to rest, or as soon as it is wanted. */
function useLater(wanted: boolean): boolean {
  const [rested, setRested] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      void persistently(() => import("./WrapupPanel")).catch(() => {});
      setRested(true);
    }, restMs);
    return () => clearTimeout(timer);
  }, []);
  return rested || wanted;
}

function Nothing({ onSample }: { onSample: () => void }) {
  const { t } = useTranslation();
  const listOpen = usePrefs((prefs) => prefs.listOpen);
  const empty = useDeskUi((ui) => ui.listEmpty);
  return (
    <>
      <main id="main" tabIndex={-1} className={`${styles.column} ${styles.center}`}>
        {listOpen ? null : (
          <Button className={styles.corner} icon={<MenuUnfoldOutlined aria-hidden="true" />} aria-label={t("list.expand")} onClick={() => setPrefs({ listOpen: true })} />
        )}
        <Empty
          title={empty ? t("list.emptyTitle") : t("head.none")}
          text={t("head.noneText")}
          action={
            empty ? (
              <Button type="primary" size="large" icon={<CustomerServiceOutlined aria-hidden="true" />} onClick={onSample}>
                {t("list.takeSample")}
              </Button>
            ) : null
          }
        />
      </main>
      <section className={`${styles.column} ${styles.side}`} aria-label={t("double.title")}>
        <Empty title={t("double.empty")} text={t("double.emptyText")} />
      </section>
    </>
  );
}

/** A summary for a conversation that the live list does not carry (an ended one, a colleague's). */
function useFetchedSummary(conversation: string, known: boolean): { missing: boolean } {
  const [missing, setMissing] = useState(false);
  const ready = useLive((state) => state.listReady);
  useEffect(() => {
    if (known || !ready) return;
    let gone = false;
    api
      .conversation(conversation)
      .then((summary: Summary) => {
        if (!gone) live.put(summary);
      })
      .catch((error: unknown) => {
        if (!gone && error instanceof ApiError && !error.offline) setMissing(true);
      });
    return () => {
      gone = true;
    };
  }, [conversation, known, ready]);
  return { missing };
}

function Open({ conversation, doubleOpen }: { conversation: string; doubleOpen: boolean }) {
  const { t } = useTranslation();
  const { state, panels, summary } = useConversation(conversation);
  const problem = useLive((data) => data.problems[conversation]);
  const user = useSession((session) => session.user);
  const { missing } = useFetchedSummary(conversation, summary !== undefined);
  const nameless = useNameless();

  useEffect(() => {
    deskUi.open(conversation);
    return live.watch(conversation);
  }, [conversation]);

  if (missing || (problem && !state)) {
    return (
      <main id="main" tabIndex={-1} className={`${styles.column} ${styles.center} ${styles.wide}`}>
        <Empty title={t("head.notFound")} />
      </main>
    );
  }
  if (!summary) {
    return (
      <main id="main" tabIndex={-1} className={`${styles.column} ${styles.wide}`}>
        <Skeleton active paragraph={{ rows: 8 }} className={styles.skeleton} />
      </main>
    );
  }
  const mine = summary.rep?.id === user?.id;
  const readOnly = !mine && summary.state !== "waiting";
  const over = summary.state === "ended" || summary.state === "closed";
  return (
    <>
      <main id="main" tabIndex={-1} className={`${styles.column} ${styles.middle}`}>
        <ConversationHead summary={summary} panels={panels} readOnly={readOnly} desk />
        <ErrorBoundary resetKey={conversation}>
          <Transcript conversation={conversation} customer={customerName(summary, nameless)} rep={summary.rep?.name || t("speaker.rep")} readOnly={readOnly} />
        </ErrorBoundary>
        {summary.sample && mine && !over ? <SampleBar conversation={conversation} sample={summary.sample} /> : null}
        {over ? null : readOnly ? <p className={styles.note}>{t("composer.readOnly")}</p> : <Composer conversation={conversation} summary={summary} />}
        {!doubleOpen && !over ? (
          <Button className={styles.openDouble} icon={<MenuFoldOutlined aria-hidden="true" />} aria-label={t("double.expand")} onClick={() => setPrefs({ doubleOpen: true })} />
        ) : null}
      </main>
      <div className={styles.column} hidden={!doubleOpen && !(over && mine)}>
        {over && mine ? (
          <ErrorBoundary resetKey={conversation}>
            <Suspense fallback={<Skeleton active className={styles.skeleton} />}>
              <WrapupPanel conversation={conversation} state={state} panels={panels} summary={summary} />
            </Suspense>
          </ErrorBoundary>
        ) : (
          <DoubleColumn conversation={conversation} readOnly={readOnly || over} />
        )}
      </div>
      {readOnly ? null : <CardAnnouncer conversation={conversation} />}
    </>
  );
}

function ActionFailures() {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const failed = useActions((state) => state.failed);
  useEffect(() => {
    if (failed) void message.error(`${t("double.actionFailed")} (${failed.code})`);
  }, [failed, message, t]);
  return null;
}
