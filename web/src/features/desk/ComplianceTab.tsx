import { CheckCircleFilled, ExclamationCircleOutlined, StopFilled } from "@ant-design/icons";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Panels, ViolationItem } from "../../api/types";
import { OwedBox } from "./OwedBox";
import styles from "./tabs.module.css";
import { deskUi } from "./ui";
import { useTurnTime } from "./useTimeOf";

export const ComplianceTab = memo(function ComplianceTab({ conversation, panels, readOnly }: { conversation: string; panels: Panels | undefined; readOnly: boolean }) {
  const { t } = useTranslation();
  const owed = panels?.compliance?.owed ?? [];
  const violations = panels?.compliance?.violations ?? [];
  return (
    <>
      <h3 className={styles.sectionTitle}>
        {t("compliance.owed")} {owed.length > 0 ? <span className={styles.meta}>{t("compliance.count", { count: owed.length })}</span> : null}
      </h3>
      {owed.length > 0 ? (
        <OwedBox conversation={conversation} owed={owed} readOnly={readOnly} />
      ) : (
        <p className={styles.none}>
          <CheckCircleFilled aria-hidden="true" /> {t("compliance.none")}
        </p>
      )}
      <section className={styles.section}>
        <h3 className={styles.sectionTitle}>
          {t("compliance.violations")} {violations.length > 0 ? <span className={styles.meta}>{t("compliance.count", { count: violations.length })}</span> : null}
        </h3>
        {violations.length > 0 ? (
          <ul>
            {violations.map((item, index) => (
              <li key={item.card ?? `${item.rule}:${item.turn}:${index}`}>
                <Violation conversation={conversation} item={item} />
              </li>
            ))}
          </ul>
        ) : (
          <p className={styles.none}>
            <CheckCircleFilled aria-hidden="true" /> {t("compliance.noViolations")}
          </p>
        )}
      </section>
    </>
  );
});

function Violation({ conversation, item }: { conversation: string; item: ViolationItem }) {
  const { t } = useTranslation();
  const time = useTurnTime(conversation, item.turn);
  const tone = item.fraud || item.severity === "major" ? styles.red : item.severity === "normal" ? styles.orange : styles.grey;
  return (
    <button
      type="button"
      className={styles.violation}
      onClick={() => {
        deskUi.light(item.turn);
        if (item.card) deskUi.choose(item.card);
      }}
      data-violation={item.rule}
    >
      <span className={styles.meta}>{time}</span>
      <span className={`${styles.meta} ${tone}`}>
        {item.severity === "major" || item.fraud ? <StopFilled aria-hidden="true" /> : <ExclamationCircleOutlined aria-hidden="true" />} {item.fraud ? t("kind.fraud") : t(`severity.${item.severity}`)}
      </span>
      <span className={styles.violationText} title={item.name}>
        {item.words ? `\u300c${item.words}\u300d ` : ""}
        {item.name}
      </span>
      <span className={styles.meta}>{item.rule}</span>
    </button>
  );
}
