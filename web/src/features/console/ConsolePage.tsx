import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { ErrorBoundary } from "../../components/ErrorBoundary";
import { live } from "../../state/live";
import { useShellUi } from "../../state/shellUi";
import { KeysHelp } from "../desk/KeysHelp";
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
  const open = (id: string | null) => void navigate({ pathname: id ? `/console/${encodeURIComponent(id)}` : "/console", search: location.search });
  return (
    <div className={conversation ? styles.pageOpen : styles.page}>
      <main id="main" tabIndex={-1} className={styles.main}>
        <ErrorBoundary>
          <LiveList selected={conversation} onSelect={open} />
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
