import { Button, Input } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./double.module.css";

const reasons = [
  { code: "not_relevant", key: "notRelevant" },
  { code: "wrong_content", key: "wrongContent" },
  { code: "outdated", key: "outdated" },
  { code: "not_now", key: "notNow" },
  { code: "other", key: "other" },
] as const;

/** Why a card was not right: one press on 1–5 or a click, a note if wanted. */
export function RejectForm({ onSubmit, onCancel }: { onSubmit: (reason: string, note: string) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<string>("not_relevant");
  const [note, setNote] = useState("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form
      role="dialog"
      data-overlay=""
      aria-label={t("reject.title")}
      className={styles.reject}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(reason, note.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
        const index = Number(event.key) - 1;
        const picked = reasons[index];
        if (picked && event.target instanceof HTMLInputElement && event.target.type === "radio") setReason(picked.code);
      }}
    >
      <fieldset className={styles.rejectSet}>
        <legend>{t("reject.title")}</legend>
        {reasons.map(({ code, key }, index) => (
          <label key={code}>
            <input ref={index === 0 ? first : undefined} type="radio" name="reason" value={code} checked={reason === code} onChange={() => setReason(code)} /> {t(`reject.${key}`)}
          </label>
        ))}
      </fieldset>
      <Input value={note} maxLength={200} placeholder={t("reject.note")} aria-label={t("reject.note")} onChange={(event) => setNote(event.target.value)} />
      <div className={styles.rejectActions}>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit">
          {t("reject.submit")}
        </Button>
      </div>
    </form>
  );
}
