import { CopyOutlined, ReadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App as AntApp, Button, Skeleton } from "antd";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { AdviceExample, AdviceGap, AdviceMonth } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { dateOf, parseTime } from "../../lib/time";
import { useUrlState } from "../../lib/useUrlState";
import { hasRole, useSession } from "../../state/session";
import { FilterBar } from "./FilterBar";
import { addressOf, caseAddress, filterNames, percent, queryOf, type FilterName, type Filters } from "./qualityModel";
import { QualityFrame } from "./QualityFrame";
import styles from "./quality.module.css";

const names = ["team", "rep", "process", "rule", "from", "to"] as const satisfies readonly FilterName[];
const ownNames = ["process", "rule", "from", "to"] as const satisfies readonly FilterName[];

/** What goes wrong most often, whether it gets better, and the words with which others met the same duty. */
export function AdvicePage() {
  const { t } = useTranslation();
  const user = useSession((state) => state.user);
  const ownOnly = !hasRole(user, "inspector", "supervisor", "admin", "auditor");
  const shown = ownOnly ? ownNames : names;
  const [filters, setFilters] = useUrlState(filterNames);
  const asked = useDeferredValue(filters);
  const advice = useQuery({ queryKey: ["quality", "advice", asked], queryFn: () => api.qualityAdvice({ ...queryOf(asked, shown), limit: 20 }) });
  const gaps = advice.data?.items ?? [];
  const reps = [...new Map(gaps.flatMap((gap) => gap.reps.map(({ rep }) => [rep.id, rep] as const))).values()];
  return (
    <QualityFrame>
      <FilterBar filters={filters} set={setFilters} names={shown} reps={reps} />
      {advice.isLoading ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 8 }} /> : null}
      {advice.isError ? <Empty title={errorText(advice.error, t)} action={<Button onClick={() => void advice.refetch()}>{t("common.retry")}</Button>} /> : null}
      {advice.data && gaps.length === 0 ? <Empty title={advice.data.conversations === 0 ? t("quality.empty") : t("quality.noGaps")} text={advice.data.conversations === 0 ? t("quality.emptyText") : t("quality.noGapsText", { count: advice.data.conversations })} /> : null}
      {gaps.length > 0 ? (
        <div className={styles.scroller}>
          <p className={styles.adviceHead}>{t("quality.adviceOf", { count: advice.data?.conversations ?? 0 })}</p>
          <ol className={styles.gaps}>
            {gaps.map((gap) => (
              <li key={`${gap.kind}:${gap.id}`}>
                <Gap gap={gap} filters={filters} onRep={(rep) => setFilters({ rep })} />
              </li>
            ))}
          </ol>
        </div>
      ) : null}
    </QualityFrame>
  );
}

function Gap({ gap, filters, onRep }: { gap: AdviceGap; filters: Filters; onRep: (rep: string) => void }) {
  const { t } = useTranslation();
  const behind = addressOf({ ...Object.fromEntries(names.map((name) => [name, filters[name]])), rule: gap.id });
  return (
    <article className={styles.gap} data-gap={gap.id}>
      <header className={styles.gapHead}>
        <h2>{gap.name}</h2>
        <span className={styles.dim}>{gap.id}</span>
        <Tag tone={gap.severity === "major" ? "red" : gap.severity === "normal" ? "orange" : "grey"}>{t(`severity.${gap.severity}`)}</Tag>
        <span className={styles.grow} />
        <Link to={behind} className={styles.countLink} data-count={gap.conversations}>
          {t("quality.gapCount", { count: gap.conversations, of: gap.of })}
        </Link>
      </header>
      <div className={styles.gapBody}>
        <section>
          <h3>{t("quality.trend")}</h3>
          <Trend months={gap.trend} filters={filters} rule={gap.id} />
          {gap.reps.length > 1 ? (
            <p className={styles.reps}>
              {gap.reps.slice(0, 6).map(({ rep, conversations, of }) => (
                <button key={rep.id} type="button" className={styles.repLink} onClick={() => onRep(rep.id)} title={t("quality.gapCount", { count: conversations, of })}>
                  {rep.name} {conversations}
                </button>
              ))}
            </p>
          ) : null}
        </section>
        <section>
          <h3>{t("quality.examples")}</h3>
          <Examples items={gap.examples} />
        </section>
        <section>
          <h3>
            <ReadOutlined aria-hidden="true" /> {t(gap.worked.length > 0 || !gap.wording ? "quality.worked" : "quality.standard")}
          </h3>
          {gap.worked.length > 0 ? <Examples items={gap.worked} copy /> : gap.wording ? null : <p className={styles.dim}>{t("quality.noneWorked")}</p>}
          {gap.wording ? (
            <p className={styles.standard}>
              {gap.worked.length > 0 ? <span className={styles.dim}>{t("quality.standard")} </span> : null}
              {gap.wording}
            </p>
          ) : null}
        </section>
      </div>
    </article>
  );
}

const barHeight = 56;

/** Share of conversations with the gap, month by month, from zero; a bar opens the conversations behind it. */
function Trend({ months, filters, rule }: { months: readonly AdviceMonth[]; filters: Filters; rule: string }) {
  const { t } = useTranslation();
  const shares = months.map((month) => (month.of === 0 ? 0 : month.conversations / month.of));
  const top = Math.max(0.01, ...shares);
  const now = shares.at(-1) ?? 0;
  const before = shares.at(-2);
  return (
    <figure className={styles.trend}>
      <div className={styles.bars}>
        {months.map((month, index) => (
          <Link
            key={month.month}
            to={addressOf({ team: filters.team, rep: filters.rep, process: filters.process, rule, from: `${month.month}-01`, to: lastDay(month.month) })}
            className={styles.bar}
            title={`${month.month}: ${t("quality.gapCount", { count: month.conversations, of: month.of })} \u00b7 ${percent(shares[index] ?? 0)}`}
            aria-label={`${month.month}: ${percent(shares[index] ?? 0)}`}
          >
            <i style={{ height: `${Math.max(month.conversations > 0 ? 2 : 0, ((shares[index] ?? 0) / top) * barHeight)}px` }} />
            <span>{month.month.slice(5)}</span>
          </Link>
        ))}
      </div>
      <figcaption className={styles.dim}>
        {percent(now)}
        {before === undefined ? "" : ` \u00b7 ${t(now < before ? "quality.better" : now > before ? "quality.worse" : "quality.same", { before: percent(before) })}`}
      </figcaption>
    </figure>
  );
}

function lastDay(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return dateOf(new Date(year, number, 0).getTime());
}

function Examples({ items, copy = false }: { items: readonly AdviceExample[]; copy?: boolean }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const take = (words: string) =>
    navigator.clipboard.writeText(words).then(
      () => void message.success(t("quality.copied")),
      () => void message.error(t("quality.notCopied")),
    );
  return (
    <ul className={styles.examples}>
      {items.slice(0, 3).map((one) => {
        const at = parseTime(one.at);
        return (
          <li key={`${one.conversation}:${one.seq ?? ""}`}>
            <Link to={caseAddress(one.conversation, one.turn)} className={styles.example}>
              {one.words ? `\u300c${one.words}\u300d` : t("quality.nothingSaid")}
            </Link>
            <span className={styles.exampleFoot}>
              {[one.rep?.name, at === null ? "" : dateOf(at)].filter(Boolean).join(" \u00b7 ")}
              {copy && one.words ? <Button type="text" size="small" icon={<CopyOutlined aria-hidden="true" />} aria-label={t("quality.copy")} title={t("quality.copy")} onClick={() => void take(one.words)} /> : null}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
