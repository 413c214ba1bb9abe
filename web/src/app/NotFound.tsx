import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Empty } from "../components/Empty";
import styles from "../components/components.module.css";
import { homeOf, useSession } from "../state/session";

export function NotFound() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const user = useSession((state) => state.user);
  return (
    <main id="main" className={styles.page}>
      <Empty
        icon={<strong aria-hidden="true">404</strong>}
        title={t("errors.notFoundTitle")}
        text={t("errors.notFoundText")}
        action={
          <Button type="primary" onClick={() => void navigate(user ? homeOf(user) : "/")}>
            {t("errors.home")}
          </Button>
        }
      />
    </main>
  );
}
