// A new item: from a template, or as a copy of another. It begins as a draft in this browser.
import { Input, Modal, Button, Radio } from "antd";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../../api/client";
import type { ContentKind } from "../../api/types";
import { ruleTemplates, templateNames, type TemplateName } from "./rule/templates";
import styles from "./studio.module.css";
import { beginItem } from "./useItemDraft";
import { readItem, withText } from "./yamlItem";

/** With `text` a copy of it. */
export function NewItemDialog({ kind, text, onClose }: { kind: ContentKind; text?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [template, setTemplate] = useState<TemplateName>("forbidden");
  const [wrong, setWrong] = useState<"shape" | "taken" | null>(null);
  const begin = async () => {
    const name = id.trim();
    if (!/^[A-Za-z][\w.-]{1,39}$/.test(name)) return setWrong("shape");
    const taken = await api.contentItem(kind, name).then(
      () => true,
      () => false,
    );
    if (taken) return setWrong("taken");
    const today = new Date().toISOString().slice(0, 10);
    const begun = text === undefined ? ruleTemplates(template, name, today, { zh: i18next.getFixedT("zh"), en: i18next.getFixedT("en") }) : withText(readItem(text), ["id"], name);
    beginItem(kind, name, begun);
    onClose();
    void navigate(`/studio/${kind}/${encodeURIComponent(name)}`);
  };
  return (
    <Modal open onCancel={onClose} title={t(text === undefined ? "rule.newTitle" : "studio.copyTitle")} footer={null} closable={{ "aria-label": t("common.close") }} destroyOnHidden>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        <label htmlFor="new-id">{t("studio.newId")}</label>
        <Input id="new-id" autoFocus value={id} placeholder="SAL-90" onChange={(event) => setId(event.target.value)} aria-invalid={wrong !== null} />
        <p role="alert" className={styles.failed}>
          {wrong === "shape" ? t("studio.idShape") : wrong === "taken" ? t("studio.idTaken") : ""}
        </p>
        {text === undefined ? (
          <Radio.Group
            className={styles.templates}
            value={template}
            onChange={(event) => setTemplate(event.target.value as TemplateName)}
            options={templateNames.map((name) => ({ value: name, label: `${t(`rule.template.${name}`)} \u2013 ${t(`rule.templateHint.${name}`)}` }))}
            vertical
          />
        ) : null}
        <div className={styles.dialogFoot}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" data-begin="">
            {t("studio.begin")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
