// A BPMN document becomes drafts of flows; what does not map is named.
import { UploadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App as AntApp, Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, ApiError } from "../../../api/client";
import { errorText } from "../../../app/errors";
import styles from "../studio.module.css";

export function BpmnImport() {
  const { t } = useTranslation();
  const { message, modal } = AntApp.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const read = async (file: File) => {
    setBusy(true);
    try {
      const { items } = await api.bpmnImport({ xml: await file.text(), draft: true, comment: file.name });
      await queries.invalidateQueries({ queryKey: ["content"] });
      void queries.invalidateQueries({ queryKey: ["drafts"] });
      void message.success(t("graph.imported", { count: items.length }));
      const only = items.length === 1 ? items[0] : undefined;
      void navigate(only ? `/studio/flow/${encodeURIComponent(only.id)}` : "/studio/drafts");
    } catch (error) {
      const listed = error instanceof ApiError && Array.isArray(error.body["errors"]) ? (error.body["errors"] as { line?: number; message?: string }[]) : [];
      if (listed.length === 0) void message.error(t("graph.notImported", { reason: error instanceof ApiError && error.detail ? error.detail : errorText(error, t) }));
      else
        modal.error({
          title: t("graph.notImported", { reason: file.name }),
          content: (
            <ul>
              {listed.map((one, index) => (
                <li key={index}>
                  {one.line ? t("studio.line", { line: one.line }) : ""} {one.message}
                </li>
              ))}
            </ul>
          ),
        });
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button icon={<UploadOutlined aria-hidden="true" />} loading={busy} onClick={() => field.current?.click()} data-import-bpmn="">
        {t("graph.importBpmn")}
      </Button>
      <input
        ref={field}
        type="file"
        accept=".bpmn,.xml,application/xml"
        className={styles.file}
        tabIndex={-1}
        aria-label={t("graph.importBpmn")}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void read(file);
        }}
      />
    </>
  );
}
