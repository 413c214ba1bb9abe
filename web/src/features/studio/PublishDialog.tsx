import { SafetyOutlined } from "@ant-design/icons";
import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./studio.module.css";

interface PublishProps {
  open: boolean;
  busy: boolean;
  onClose: () => void;
  onPublish: (comment: string) => void;
}

/** Publishing asks for a word why, and says that nobody else has looked. */
export function PublishDialog({ open, busy, onClose, onPublish }: PublishProps) {
  const { t } = useTranslation();
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = () => {
    if (comment.trim() === "") {
      setMissing(true);
      return;
    }
    onPublish(comment.trim());
  };
  return (
    <Modal open={open} onCancel={onClose} title={t("studio.publishTitle")} footer={null} closable={{ "aria-label": t("common.close") }} destroyOnHidden afterOpenChange={(now) => now && setMissing(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label htmlFor="publish-comment">{t("studio.comment")}</label>
        <Input
          id="publish-comment"
          autoFocus
          value={comment}
          maxLength={300}
          status={missing && comment.trim() === "" ? "error" : ""}
          aria-invalid={missing}
          onChange={(event) => setComment(event.target.value)}
        />
        <p role="alert" className={styles.failed}>
          {missing && comment.trim() === "" ? t("studio.commentNeeded") : ""}
        </p>
        <p className={styles.alone}>
          <SafetyOutlined aria-hidden="true" /> {t("studio.alone")} <span className={styles.hint}>{t("studio.aloneHint")}</span>
        </p>
        <div className={styles.dialogFoot}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={busy} data-publish-confirm="">
            {t("studio.publish")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
