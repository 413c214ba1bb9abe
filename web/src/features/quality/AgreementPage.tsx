import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { AgreementLine, Share } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { ExportButton } from "../../components/ListTools";
import { downloadCsv } from "../../lib/csv";
import { useUrlState } from "../../lib/useUrlState";
import { FilterBar } from "./FilterBar";
import { addressOf, filterNames, percent, queryOf, type FilterName } from "./qualityModel";
import { QualityFrame } from "./QualityFrame";
import styles from "./quality.module.css";

const names = ["team", "rule", "process", "sheet", "from", "to"] as const satisfies readonly FilterName[];

/** How far machine and people agree, rule by rule; the interval says how much the figure is worth. */
export function AgreementPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useUrlState(filterNames);
  const asked = useDeferredValue(filters);
  const agreement = useQuery({ queryKey: ["quality", "agreement", asked], queryFn: () => api.qualityAgreement(queryOf(asked, [...names, "sample", "rep", "channel"])) });
  const data = agreement.data;
  const judged = (line: AgreementLine) => line.right + line.wrong + line.missed;
  const items = data?.items ?? [];
  const toCsv = () =>
    downloadCsv(t("quality.tabs.agreement"), [
      [t("why.rule"), t("quality.ruleName"), ...(["right", "wrong", "missed"] as const).map((one) => t(`quality.verdict.${one}`)), ...(["agreement", "precision", "recall"] as const).flatMap((one) => [t(`quality.share.${one}`), t("quality.low"), t("quality.high")])],
      ...items.map((line) => [line.rule, line.name, line.right, line.wrong, line.missed, ...[line.agreement, line.precision, line.recall].flatMap((share) => [share.share ?? "", share.low ?? "", share.high ?? ""])]),
    ]);
  return (
    <QualityFrame tools={<ExportButton disabled={items.length === 0} onExport={toCsv} />}>
      <FilterBar filters={filters} set={setFilters} names={names} />
      {agreement.isLoading ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 8 }} /> : null}
      {agreement.isError ? <Empty title={errorText(agreement.error, t)} action={<Button onClick={() => void agreement.refetch()}>{t("common.retry")}</Button>} /> : null}
      {data && data.inspected === 0 ? (
        <Empty
          title={t("quality.noAgreement")}
          text={t("quality.noAgreementText")}
          action={
            <Link to="/quality">
              <Button>{t("quality.toList")}</Button>
            </Link>
          }
        />
      ) : null}
      {data && data.inspected > 0 ? (
        <div className={styles.scroller}>
          <p className={styles.overall} data-inspected={data.inspected}>
            <span className={styles.big}>{percent(data.all.agreement.share)}</span>
            <span>
              {t("quality.share.agreement")}
              <span className={styles.dim}>
                {" "}
                {t("quality.interval", { low: percent(data.all.agreement.low), high: percent(data.all.agreement.high) })} {"\u00b7"} {t("quality.judgedIn", { judged: judged(data.all), conversations: data.inspected })}
              </span>
            </span>
          </p>
          <table className={styles.plain}>
            <thead>
              <tr>
                <th>{t("why.rule")}</th>
                {(["right", "wrong", "missed"] as const).map((one) => (
                  <th key={one} className={styles.number}>
                    {t(`quality.verdict.${one}`)}
                  </th>
                ))}
                {(["agreement", "precision", "recall"] as const).map((one) => (
                  <th key={one}>{t(`quality.share.${one}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((line) => (
                <tr key={line.rule} data-agreement={line.rule}>
                  <td>
                    <Link to={addressOf({ ...Object.fromEntries(names.map((name) => [name, filters[name]])), rule: line.rule })}>{line.rule}</Link> {line.name}
                  </td>
                  <td className={styles.number}>{line.right}</td>
                  <td className={styles.number}>{line.wrong}</td>
                  <td className={styles.number}>{line.missed}</td>
                  {(["agreement", "precision", "recall"] as const).map((one) => (
                    <td key={one}>
                      <ShareBar share={line[one]} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </QualityFrame>
  );
}

/** A figure with its interval drawn from 0 to 100 %. */
function ShareBar({ share }: { share: Share }) {
  const { t } = useTranslation();
  if (share.share === null) return <span className={styles.dim}>{"\u2013"}</span>;
  const low = (share.low ?? share.share) * 100;
  const high = (share.high ?? share.share) * 100;
  return (
    <span className={styles.share} title={`${share.n}/${share.of} \u00b7 ${t("quality.interval", { low: percent(share.low), high: percent(share.high) })}`}>
      <span className={styles.shareNumber}>{percent(share.share)}</span>
      <span className={styles.shareTrack} aria-hidden="true">
        <i className={styles.shareRange} style={{ left: `${low}%`, width: `${Math.max(1, high - low)}%` }} />
        <i className={styles.sharePoint} style={{ left: `${share.share * 100}%` }} />
      </span>
      <span className={styles.dim}>
        {percent(share.low)}
        {"\u2013"}
        {percent(share.high)}
      </span>
    </span>
  );
}
