// What changes: against what is published, or against the pack's own text; in one column, or side by side for a review.
import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../components/Empty";
import { diffLines, hunks, sideBySide, type DiffLine } from "./diff";
import styles from "./studio.module.css";

export function DiffView({ published, pack, text }: { published: string; pack: string; text: string }) {
  const { t } = useTranslation();
  const [against, setAgainst] = useState<"published" | "pack">(text === published && pack !== published ? "pack" : "published");
  const [sides, setSides] = useState(false);
  const before = against === "pack" ? pack : published;
  const lines = useMemo(() => diffLines(before, text), [before, text]);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  return (
    <>
      <div className={styles.diffBar}>
        {pack !== published && pack !== "" ? (
          <Segmented
            size="small"
            value={against}
            onChange={(value) => setAgainst(value === "pack" ? "pack" : "published")}
            options={[
              { value: "published", label: t("studio.againstPublished") },
              { value: "pack", label: t("studio.againstPack") },
            ]}
          />
        ) : null}
        <Segmented
          size="small"
          value={sides ? "sides" : "lines"}
          onChange={(value) => setSides(value === "sides")}
          options={[
            { value: "lines", label: t("studio.oneColumn") },
            { value: "sides", label: t("studio.sideBySide") },
          ]}
        />
        <span className={styles.hint}>{t("studio.diffStat", { added, removed })}</span>
      </div>
      {added + removed === 0 ? <Empty title={t("studio.diffNone")} /> : sides ? <Sides lines={lines} /> : <Lines lines={lines} />}
    </>
  );
}

const classOf = (line: DiffLine | null) => (line?.kind === "added" ? styles.diffAdded : line?.kind === "removed" ? styles.diffRemoved : "") ?? "";

function Lines({ lines }: { lines: readonly DiffLine[] }) {
  const { t } = useTranslation();
  return (
    <div className={styles.diff} role="table" aria-label={t("studio.diff")}>
      {hunks(lines).map((line, index) =>
        line === null ? (
          <div key={index} className={styles.diffGap} role="row">
            {"\u22ef"}
          </div>
        ) : (
          <div key={index} role="row" className={`${styles.diffLine} ${classOf(line)}`} data-diff={line.kind}>
            <span className={styles.diffNumber}>{line.before ?? line.after}</span>
            <span aria-hidden="true">{line.kind === "added" ? "+" : line.kind === "removed" ? "\u2212" : ""}</span>
            <span className={styles.diffText}>{line.text}</span>
          </div>
        ),
      )}
    </div>
  );
}

function Sides({ lines }: { lines: readonly DiffLine[] }) {
  const { t } = useTranslation();
  return (
    <div className={`${styles.diff} ${styles.diffSides}`} role="table" aria-label={t("studio.sideBySide")}>
      {sideBySide(lines).map(([left, right], index) => (
        <div key={index} role="row" className={styles.diffPair}>
          {[left, right].map((line, side) => (
            <span key={side} role="cell" className={`${styles.diffSide} ${classOf(line?.kind === "same" ? null : line)}`} data-diff={line?.kind}>
              <span className={styles.diffNumber}>{line ? (side === 0 ? line.before : line.after) : ""}</span>
              <span className={styles.diffText}>{line?.text ?? ""}</span>
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
