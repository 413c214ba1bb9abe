import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { FlatValue, Panels, Summary } from "../../api/types";
import { Empty } from "../../components/Empty";
import { Tag, type Tone } from "../../components/Tag";
import { customerField } from "../../i18n/terms";
import { figure } from "../../lib/time";
import { usePrefs } from "../../state/prefs";
import { FieldRow } from "./FlowTab";
import styles from "./tabs.module.css";
import { TurnChip } from "./TurnChip";

const emotionTone: Record<string, Tone> = { angry: "red", dissatisfied: "orange", anxious: "orange", sad: "grey", calm: "green" };

export const CustomerTab = memo(function CustomerTab({ conversation, panels, known }: { conversation: string; panels: Panels | undefined; known: Summary["customer"] | undefined }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const customer: Record<string, FlatValue | undefined> = { ...known, ...panels?.customer };
  const entries = Object.entries(customer).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const fields = (panels?.flow?.flows ?? []).flatMap((flow) => flow.fields ?? []).filter((field) => field.value !== "");
  const history = panels?.emotion?.history ?? [];
  const level = panels?.idv_level ?? 0;
  return (
    <>
      <h3 className={styles.sectionTitle}>{t("customer.profile")}</h3>
      {entries.length === 0 ? (
        <Empty title={t("customer.empty")} />
      ) : (
        <dl className={styles.fields}>
          {entries.map(([name, value]) => (
            <Pair key={name} label={customerField(name, lang)} value={figure(String(value))} />
          ))}
          <Pair label={t("customer.idv")} value={level > 0 ? t("head.idvPassed", { level }) : t("head.idvNone")} />
        </dl>
      )}
      {fields.length > 0 ? (
        <section className={styles.section}>
          <h3 className={styles.sectionTitle}>{t("customer.fields")}</h3>
          <dl className={styles.fields}>
            {fields.map((field, index) => (
              <FieldRow key={`${field.name}:${index}`} conversation={conversation} label={field.label} value={field.value} turn={field.turn ?? null} earlier={field.earlier ?? []} />
            ))}
          </dl>
        </section>
      ) : null}
      <section className={styles.section}>
        <h3 className={styles.sectionTitle}>{t("customer.emotion")}</h3>
        {history.length === 0 ? (
          <p className={styles.meta}>{t("customer.noEmotion")}</p>
        ) : (
          <p className={styles.emotions}>
            {history.map(({ turn, emotion }) => (
              <span key={turn}>
                <Tag tone={emotionTone[emotion] ?? "grey"}>{t(`emotion.${emotion}`)}</Tag> <TurnChip conversation={conversation} turn={turn} />
              </span>
            ))}
          </p>
        )}
      </section>
    </>
  );
});

function Pair({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
