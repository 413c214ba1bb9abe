import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { AttentionKind } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { ExportButton } from "../../components/ListTools";
import { downloadCsv } from "../../lib/csv";
import { percent } from "./qualityModel";
import { QualityFrame } from "./QualityFrame";
import styles from "./quality.module.css";

const columns = ["shown", "used", "edited", "dismissed", "rejected", "suppressed"] as const;
const kinds = ["knowledge", "reply", "step", "prompt", "violation", "emotion", "fraud", "need", "announcement", "wrapup"] as const;

/** What the double asked of the reps' attention, and what they made of it. */
export function AttentionPage() {
  const { t } = useTranslation();
  const report = useQuery({ queryKey: ["quality", "attention"], queryFn: api.attention });
  const rows = report.data?.kinds ?? [];
  const nameOf = (row: AttentionKind) => {
    const known = kinds.find((one) => one === row.kind);
    return known ? t(`kind.${known}`) : row.kind;
  };
  const head = [t("quality.attention.kind"), ...columns.map((one) => t(`quality.attention.${one}`)), t("quality.attention.useRate")];
  const useRate = (row: AttentionKind) => (row.shown === 0 ? null : (row.used + row.edited) / row.shown);
  return (
    <QualityFrame tools={<ExportButton disabled={rows.length === 0} onExport={() => downloadCsv(t("quality.tabs.attention"), [head, ...rows.map((row) => [nameOf(row), ...columns.map((one) => row[one]), useRate(row) ?? ""])])} />}>
      {report.isLoading ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 6 }} /> : null}
      {report.isError ? <Empty title={errorText(report.error, t)} action={<Button onClick={() => void report.refetch()}>{t("common.retry")}</Button>} /> : null}
      {report.data && rows.length === 0 ? <Empty title={t("quality.attention.none")} text={t("quality.attention.noneText")} /> : null}
      {report.data && rows.length > 0 ? (
        <div className={styles.scroller}>
          <p className={styles.adviceHead}>{t(report.data.more ? "quality.attention.newest" : "quality.attention.over", { count: report.data.conversations })}</p>
          <table className={styles.plain}>
            <thead>
              <tr>
                <th>{head[0]}</th>
                {columns.map((one) => (
                  <th key={one} className={styles.number} title={one === "suppressed" ? t("quality.attention.suppressedHint") : undefined}>
                    {t(`quality.attention.${one}`)}
                  </th>
                ))}
                <th className={styles.number}>{t("quality.attention.useRate")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.kind} data-attention={row.kind}>
                  <td>{nameOf(row)}</td>
                  {columns.map((one) => (
                    <td key={one} className={styles.number}>
                      {row[one]}
                    </td>
                  ))}
                  <td className={styles.number}>{percent(useRate(row))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </QualityFrame>
  );
}
