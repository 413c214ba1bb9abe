import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import type { Role } from "../../api/types";
import { hasRole, useSession } from "../../state/session";
import { useShellUi } from "../../state/shellUi";
import { KeysHelp } from "../desk/KeysHelp";
import styles from "./quality.module.css";

const tabs: { name: "conversations" | "agreement" | "advice" | "attention"; to: string; roles?: Role[] }[] = [
  { name: "conversations", to: "/quality" },
  { name: "agreement", to: "/quality/agreement" },
  { name: "advice", to: "/quality/advice" },
  { name: "attention", to: "/quality/attention", roles: ["supervisor", "admin", "auditor"] },
];

/** The places of quality, one beside the other. */
export function QualityFrame({ children, tools }: { children: ReactNode; tools?: ReactNode }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const shell = useShellUi();
  const user = useSession((state) => state.user);
  useEffect(() => {
    document.title = `${t("places.quality")} \u00b7 ${t("brand")}`;
  }, [t]);
  return (
    <main id="main" tabIndex={-1} className={styles.page}>
      <header className={styles.head}>
        <nav className={styles.tabs} aria-label={t("places.quality")}>
          {tabs
            .filter(({ roles }) => !roles || hasRole(user, ...roles))
            .map(({ name, to }) => (
              <NavLink key={name} to={to} end={to === "/quality"} className={({ isActive }) => (isActive || (name === "conversations" && pathname.startsWith("/quality/c/")) ? styles.tabHere : styles.tab)}>
                {t(`quality.tabs.${name}`)}
              </NavLink>
            ))}
        </nav>
        <span className={styles.grow} />
        {tools}
      </header>
      {children}
      <KeysHelp open={shell.keys} onClose={shell.close} />
    </main>
  );
}
