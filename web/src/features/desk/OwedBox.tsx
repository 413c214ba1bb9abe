import { ExclamationCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { OwedItem } from "../../api/types";
import { parseTime, span } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { useLive } from "../../state/live";
import { takePlainWords } from "./commands";
import styles from "./tabs.module.css";

/** What must still be said, with its deadline in the rule's own unit. Pressing one takes its wording. */
export function OwedBox({ conversation, owed, readOnly }: { conversation: string; owed: OwedItem[]; readOnly: boolean }) {
  const { t } = useTranslation();
  if (owed.length === 0) return null;
  return (
    <ul className={styles.owed} aria-label={t("flow.owed")}>
      {owed.map((item) => (
        <li key={item.rule}>
          <button
            type="button"
            className={styles.owedRow}
            disabled={readOnly || !item.text}
            title={item.text}
            aria-label={`${item.name}. ${readOnly ? "" : t("compliance.use")}`}
            onClick={() => takePlainWords(conversation, item.text)}
            data-owed={item.rule}
          >
            <ExclamationCircleFilled aria-hidden="true" />
            <span className={styles.owedText}>
              {item.name}
              {item.missing && item.missing.length > 0 ? <span className={styles.owedMissing}>{t("compliance.missing", { parts: item.missing.join(" \u00b7 ") })}</span> : null}
            </span>
            <Due conversation={conversation} item={item} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Due({ conversation, item }: { conversation: string; item: OwedItem }) {
  const { t } = useTranslation();
  const due = parseTime(item.due);
  const now = useNow(due !== null);
  const channel = useLive((live) => live.conversations[conversation]?.channel);
  if (item.turns_left !== null && item.turns_left !== undefined) {
    return (
      <span className={styles.due}>
        <span className={styles.segments} aria-hidden="true">
          {Array.from({ length: Math.min(4, Math.max(0, item.turns_left)) }, (_, index) => (
            <i key={index} />
          ))}
        </span>
        {t("compliance.turnsLeft", { count: item.turns_left })}
      </span>
    );
  }
  if (due !== null) return <span className={styles.due}>{due > now ? t("compliance.due", { time: span(due - now) }) : t("compliance.overdue")}</span>;
  if (item.by_end) return <span className={styles.due}>{channel === "voice" ? t("compliance.byHangup") : t("compliance.byEnd")}</span>;
  return null;
}
