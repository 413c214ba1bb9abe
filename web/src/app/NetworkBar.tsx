import { CheckOutlined, DisconnectOutlined } from "@ant-design/icons";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../state/live";
import { outbox } from "../state/outbox";
import styles from "./shell.module.css";

const quietMs = 1_500;
const backMs = 2_500;

/** A calm line while the link is down; a short word when it is back. Blips that heal at once are not worth a word. */
export function NetworkBar() {
  const { t } = useTranslation();
  const status = useLive((state) => state.status);
  const [shown, setShown] = useState<"nothing" | "lost" | "back">("nothing");
  const wasShown = useRef(false);

  useEffect(() => {
    if (status === "lost") {
      const timer = setTimeout(() => {
        wasShown.current = true;
        setShown("lost");
      }, quietMs);
      return () => clearTimeout(timer);
    }
    if (status === "open") {
      outbox.pump();
      if (wasShown.current) {
        wasShown.current = false;
        setShown("back");
        const timer = setTimeout(() => setShown("nothing"), backMs);
        return () => clearTimeout(timer);
      }
    }
    return undefined;
  }, [status]);

  return (
    <div role="status" aria-live="polite">
      {shown === "lost" ? (
        <div className={`${styles.bar} ${styles.barLost}`}>
          <DisconnectOutlined aria-hidden="true" /> {t("shell.lost")}
        </div>
      ) : null}
      {shown === "back" ? (
        <div className={`${styles.bar} ${styles.barBack}`}>
          <CheckOutlined aria-hidden="true" /> {t("shell.back")}
        </div>
      ) : null}
    </div>
  );
}
