import { useTranslation } from "react-i18next";
import { Button } from "antd";
import { Outlet, useNavigate, useLocation } from "react-router";
import { Empty } from "../components/Empty";
import { ErrorBoundary } from "../components/ErrorBoundary";
import styles from "../components/components.module.css";
import type { Role } from "../api/types";
import { hasRole, homeOf, useSession } from "../state/session";

/** Shows the page, or says plainly that this role has no business here. The server decides again on every call. */
export function Guard({ place, roles }: { place: "desk" | "console" | "quality" | "studio"; roles: Role[] }) {
  const { t } = useTranslation();
  const user = useSession((state) => state.user);
  const navigate = useNavigate();
  const location = useLocation();
  if (!user) return null;
  if (hasRole(user, ...roles)) {
    return (
      <ErrorBoundary resetKey={location.pathname}>
        <Outlet />
      </ErrorBoundary>
    );
  }
  return (
    <main id="main" className={styles.page}>
      <Empty
        icon={<strong aria-hidden="true">403</strong>}
        title={t("errors.forbiddenTitle")}
        text={t("errors.forbiddenText", { place: t(`places.${place}`) })}
        action={
          <Button type="primary" onClick={() => void navigate(homeOf(user))}>
            {t("errors.home")}
          </Button>
        }
      />
    </main>
  );
}
