import { CheckCircleOutlined, ExclamationCircleFilled, QuestionCircleFilled, ReadOutlined, StopFilled } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Decision, GateFinding } from "../../api/types";
import { Kbd } from "../../components/Kbd";
import styles from "./composer.module.css";
import { pressing, withWording } from "./draftCheck";
import { quoted } from "./PrimaryCard";

const icons: Record<GateFinding["decision"], ReactNode> = {
  blocked: <StopFilled aria-hidden="true" />,
  confirm: <QuestionCircleFilled aria-hidden="true" />,
  reported: <ExclamationCircleFilled aria-hidden="true" />,
};

export interface FindingsProps {
  decision: Decision["decision"];
  findings: readonly GateFinding[];
  /** Puts the lawful wording in; absent where there is no text to put it into. */
  onAdopt?: (finding: GateFinding) => void;
  /** The key that does so, drawn inside the first button. */
  adoptKey?: string;
}

const shownMost = 3;

/** What the gate objects to: rule, source, the lawful wording and the way to take it. The gravest stands first, open; others are a line each. */
export function Findings({ decision, findings, onAdopt, adoptKey }: FindingsProps) {
  const { t } = useTranslation();
  const sorted = pressing(findings);
  const first = sorted[0];
  if (!first) return null;
  const names = [...new Set(sorted.map((one) => one.name))];
  const rules = [...new Set(sorted.map((one) => one.rule))];
  const wordings = withWording(sorted);
  return (
    <div className={styles.findings} data-findings={decision}>
      <div className={first.decision === "blocked" ? styles.headRed : styles.headOrange}>
        {icons[first.decision]}
        <span className={styles.headWord}>{t(`gate.${first.decision}`)}</span>
        <span className={styles.headNames}>{names.join(t("gate.join"))}</span>
        <span className={styles.headRules}>
          {rules.join(t("gate.join"))} {"\u00b7"} {t(`severity.${first.severity}`)}
        </span>
      </div>
      {wordings.slice(0, shownMost).map((finding, index) => (
        <div key={`${finding.rule}:${index}`} className={styles.finding} data-finding={finding.rule}>
          {index === 0 ? (
            <div className={styles.findingText}>
              <span className={styles.lawful}>
                <ReadOutlined aria-hidden="true" /> {t("gate.lawful")}
              </span>
              <p className={styles.wording}>{finding.wording}</p>
              <span className={styles.findingSource}>{sourceOf(finding)}</span>
            </div>
          ) : (
            <div className={styles.findingLine} title={`${finding.wording} ${sourceOf(finding)}`}>
              {finding.wording}
            </div>
          )}
          {onAdopt ? (
            <Button
              type={index === 0 ? "primary" : "default"}
              size={index === 0 ? "middle" : "small"}
              icon={<CheckCircleOutlined aria-hidden="true" />}
              aria-label={index === 0 ? undefined : `${t("gate.adopt")}: ${finding.wording}`}
              aria-keyshortcuts={index === 0 ? adoptKey : undefined}
              onClick={() => onAdopt(finding)}
              data-adopt=""
            >
              {t("gate.adopt")} {index === 0 && adoptKey ? <Kbd>{adoptKey}</Kbd> : null}
            </Button>
          ) : null}
        </div>
      ))}
      {wordings.length === 0 ? <p className={styles.noWording}>{t("gate.noWording")}</p> : null}
    </div>
  );
}

const sourceOf = (finding: GateFinding) =>
  finding.source.title ? `${quoted(finding.source.title)}${finding.source.clause ? ` ${finding.source.clause}` : ""}` : `${finding.rule} ${finding.name}`;
