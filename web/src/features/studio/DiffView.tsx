import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../components/Empty";
import { diffLines, hunks } from "./diff";
import styles from "./studio.module.css";

export function DiffView({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  if (added + removed === 0) return <Empty title={t("studio.diffNone")} />;
  return (
    <>
      <p className={styles.hint}>{t("studio.diffStat", { added, removed })}</p>
      <div className={styles.diff} role="table" aria-label={t("studio.diff")}>
        {hunks(lines).map((line, index) =>
          line === null ? (
            <div key={index} className={styles.diffGap} role="row">
              {"\u22ef"}
            </div>
          ) : (
            <div key={index} role="row" className={`${styles.diffLine} ${line.kind === "added" ? styles.diffAdded : line.kind === "removed" ? styles.diffRemoved : ""}`} data-diff={line.kind}>
              <span className={styles.diffNumber}>{line.before ?? line.after}</span>
              <span aria-hidden="true">{line.kind === "added" ? "+" : line.kind === "removed" ? "\u2212" : ""}</span>
              <span className={styles.diffText}>{line.text}</span>
            </div>
          ),
        )}
      </div>
    </>
  );
}
