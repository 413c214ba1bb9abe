import { Segmented } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { ErrorBoundary } from "../../components/ErrorBoundary";
import { live, useLive } from "../../state/live";
import { hasRole, useSession } from "../../state/session";
import { useShellUi } from "../../state/shellUi";
import { KeysHelp } from "../desk/KeysHelp";
import { AlertsPanel } from "./AlertsPanel";
import styles from "./console.module.css";
import { LiveList } from "./LiveList";
import { Watching } from "./Watching";

/** The supervisor's place: all conversations of the team, live; opening one is monitoring, and is logged. */
export function ConsolePage() {
  const { t } = useTranslation();
  const { conversation } = useParams();
  const navigate = useNavigate();
  const shell = useShellUi();
  useEffect(() => live.list("team"), []);
  useEffect(() => {
    document.title = `${t("places.console")} \u00b7 ${t("brand")}`;
  }, [t]);
  const user = useSession((state) => state.user);
  const alerted = hasRole(user, "supervisor", "admin");
  const [side, setSide] = useState<"alerts" | "list">("list");
  const waiting = useLive((state) => Object.values(state.alerts).filter((alert) => !alert.acknowledged).length);
  const open = (id: string | null, turn: number | null = null) => {
    const search = new URLSearchParams(location.search);
    if (turn === null) search.delete("turn");
    else search.set("turn", String(turn));
    void navigate({ pathname: id ? `/console/${encodeURIComponent(id)}` : "/console", search: search.toString() });
  };
  const openAt = (id: string, turn: number | null) => {
    setSide("alerts");
    open(id, turn);
  };
  return (
    <div className={conversation ? styles.pageOpen : alerted ? styles.pageAlerts : styles.page}>
      {alerted && !conversation ? (
        <ErrorBoundary>
          <AlertsPanel onOpen={openAt} />
        </ErrorBoundary>
      ) : null}
      <main id="main" tabIndex={-1} className={styles.main}>
        {alerted && conversation ? (
          <div className={styles.sides}>
            <Segmented
              block
              value={side}
              onChange={setSide}
              options={[
                { value: "list", label: t("console.conversations") },
                { value: "alerts", label: waiting > 0 ? `${t("alerts.title")} ${waiting}` : t("alerts.title") },
              ]}
            />
          </div>
        ) : null}
        <ErrorBoundary>
          {alerted && conversation && side === "alerts" ? <AlertsPanel onOpen={openAt} /> : <LiveList selected={conversation} onSelect={open} />}
        </ErrorBoundary>
      </main>
      {conversation ? (
        <ErrorBoundary resetKey={conversation}>
          <Watching key={conversation} conversation={conversation} onClose={() => open(null)} />
        </ErrorBoundary>
      ) : null}
      <KeysHelp open={shell.keys} onClose={shell.close} />
    </div>
  );
}
