import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Panels } from "../../api/types";
import { outcomeName } from "../../i18n/terms";
import { Empty } from "../../components/Empty";
import { usePrefs } from "../../state/prefs";
import { FieldRow } from "./FlowTab";
import styles from "./tabs.module.css";
import { TurnChip } from "./TurnChip";

const labels = ["reason", "done", "outcome", "promise", "follow_up"] as const;
export type SentenceLabel = (typeof labels)[number] | "other";
export const labelOf = (label: string | undefined): SentenceLabel => labels.find((one) => one === label) ?? "other";

/** The draft as it grows; it can be changed once the conversation has ended. */
export const WrapupTab = memo(function WrapupTab({ conversation, panels }: { conversation: string; panels: Panels | undefined }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const draft = panels?.wrapup;
  const summary = draft?.summary ?? [];
  const types = draft?.types ?? [];
  const fields = (draft?.fields ?? []).filter((field) => field.value !== "");
  if (summary.length === 0 && types.length === 0) return <Empty title={t("wrapup.preparing")} text={t("wrapup.growing")} />;
  return (
    <>
      <p className={styles.meta}>{t("wrapup.growing")}</p>
      <dl className={styles.summary}>
        {summary.map((sentence, index) => (
          <Sentence key={index} conversation={conversation} label={t(`wrapup.label.${labelOf(sentence.label)}`)} text={sentence.text} turns={sentence.turns} />
        ))}
      </dl>
      <section className={styles.section}>
        <h3 className={styles.sectionTitle}>{t("wrapup.types")}</h3>
        <ul>
          {types.map((type) => (
            <li key={type.code}>
              {type.name || type.code} <span className={styles.code}>{type.code}</span> <span className={styles.meta}>{Math.round(type.p * 100)}%</span>
            </li>
          ))}
        </ul>
      </section>
      {fields.length > 0 ? (
        <section className={styles.section}>
          <h3 className={styles.sectionTitle}>{t("wrapup.fields")}</h3>
          <dl className={styles.fields}>
            {fields.map((field) => (
              <FieldRow key={field.name} conversation={conversation} label={field.label || field.name} value={field.display ?? field.value} turn={field.turn ?? null} earlier={[]} />
            ))}
          </dl>
        </section>
      ) : null}
      {draft?.outcome ? (
        <section className={styles.section}>
          <h3 className={styles.sectionTitle}>{t("wrapup.outcome")}</h3>
          <p>{outcomeName(draft.outcome, lang)}</p>
        </section>
      ) : null}
    </>
  );
});

function Sentence({ conversation, label, text, turns }: { conversation: string; label: string; text: string; turns: number[] }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {text}
        <span className={styles.chips}>
          {turns.map((turn) => (
            <TurnChip key={turn} conversation={conversation} turn={turn} />
          ))}
        </span>
      </dd>
    </>
  );
}
