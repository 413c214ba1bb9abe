import { Button, Spin } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { Empty } from "../components/Empty";
import parts from "../components/components.module.css";
import { session, useSession } from "../state/session";
import { NetworkBar } from "./NetworkBar";
import styles from "./shell.module.css";
import { TopBar } from "./TopBar";

/** What surrounds every page of a person who is signed in. */
export function Shell() {
  const phase = useSession((state) => state.phase);
  const { t } = useTranslation();
  const location = useLocation();
  useRetryWhile(phase === "unreachable");

  if (phase === "unknown") {
    return (
      <div className={parts.page}>
        <Spin delay={300} />
      </div>
    );
  }
  if (phase === "unreachable") {
    return (
      <main className={parts.page}>
        <Empty
          title={t("shell.unreachable")}
          text={t("shell.unreachableText")}
          action={<Button onClick={() => void session.load()}>{t("common.retry")}</Button>}
        />
      </main>
    );
  }
  if (phase === "out") {
    const back = location.pathname + location.search;
    return <Navigate to={back === "/" ? "/signin" : `/signin?to=${encodeURIComponent(back)}`} replace />;
  }
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t("shell.skip")}
      </a>
      <TopBar />
      <NetworkBar />
      <div className={styles.body}>
        <Outlet />
      </div>
    </div>
  );
}

function useRetryWhile(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => void session.load(), 3_000);
    return () => clearInterval(timer);
  }, [active]);
}
