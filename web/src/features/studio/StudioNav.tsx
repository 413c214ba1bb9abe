import { AuditOutlined, HistoryOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { api } from "../../api/client";
import styles from "./studio.module.css";

/** The studio's other pages: what waits for approval, runs over history. */
export function StudioNav() {
  const { t } = useTranslation();
  const drafts = useQuery({ queryKey: ["drafts", "open"], queryFn: () => api.drafts({ state: "open" }), refetchInterval: 20_000 });
  const waiting = drafts.data?.items.filter((one) => one.draft.state === "submitted").length ?? 0;
  return (
    <nav className={styles.studioNav} aria-label={t("studio.title")}>
      <NavLink to="/studio" end className={styles.navItem}>
        {t("studio.title")}
      </NavLink>
      <NavLink to="/studio/drafts" className={styles.navItem}>
        <AuditOutlined aria-hidden="true" /> {t("approval.list")} {waiting > 0 ? <strong data-waiting={waiting}>{waiting}</strong> : null}
      </NavLink>
      <NavLink to="/studio/whatif" className={styles.navItem}>
        <HistoryOutlined aria-hidden="true" /> {t("whatif.title")}
      </NavLink>
    </nav>
  );
}
