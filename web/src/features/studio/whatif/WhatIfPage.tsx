// Runs over history: the list, and one of them in full: counts by rule, team and month, every verdict that differs, and the
// conversation behind each.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Select, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "../../../api/client";
import type { WhatIf, WhatIfChange, WhatIfCount } from "../../../api/types";
import { errorText } from "../../../app/errors";
import { Empty } from "../../../components/Empty";
import { Tag } from "../../../components/Tag";
import { dateTime, parseTime } from "../../../lib/time";
import { useUrlState } from "../../../lib/useUrlState";
import { StudioNav } from "../StudioNav";
import styles from "../studio.module.css";
import "../words";
import { EvidenceDrawer } from "./EvidenceDrawer";
import { figure, going, JobProgress, JobSummary, stateTone, useJob } from "./job";

export function WhatIfPage() {
  const { t } = useTranslation();
  const { job } = useParams();
  useEffect(() => {
    document.title = `${t("whatif.title")} \u00b7 ${t("brand")}`;
  }, [t]);
  const runs = useQuery({ queryKey: ["whatif"], queryFn: api.whatIfs, refetchInterval: (query) => (query.state.data?.items.some(going) ? 2_000 : false) });
  return (
    <main id="main" tabIndex={-1} className={styles.page}>
      <header className={styles.listHead}>
        <h1>{t("whatif.title")}</h1>
        <span className={styles.hint}>{t("whatif.hint")}</span>
        <span className={styles.grow} />
        <StudioNav />
      </header>
      <div className={styles.whatifColumns}>
        <nav className={styles.whatifList} aria-label={t("whatif.earlier")}>
          {runs.isLoading ? <Skeleton active className={styles.skeleton} /> : null}
          {runs.isError ? <Empty title={errorText(runs.error, t)} action={<Button onClick={() => void runs.refetch()}>{t("common.retry")}</Button>} /> : null}
          {runs.data?.items.length === 0 ? <Empty title={t("whatif.noneYet")} text={t("whatif.noneText")} action={<Link to="/studio?kind=rule" className={styles.link}>{t("studio.kinds.rule")}</Link>} /> : null}
          {runs.data?.items.map((one) => (
            <RunLink key={one.id} run={one} here={one.id === job} />
          ))}
        </nav>
        {job ? <Job key={job} id={job} /> : runs.data && runs.data.items.length > 0 ? <Empty title={t("whatif.choose")} /> : <span />}
      </div>
    </main>
  );
}

function RunLink({ run, here }: { run: WhatIf; here: boolean }) {
  const { t } = useTranslation();
  const at = parseTime(run.created_at);
  return (
    <Link to={`/studio/whatif/${encodeURIComponent(run.id)}`} className={here ? styles.runHere : styles.run} aria-current={here ? "page" : undefined} data-run={run.id}>
      <span className={styles.historyHead}>
        <span className={styles.code}>{run.items.map((item) => item.id).join(", ")}</span>
        <span className={styles.grow} />
        <Tag tone={stateTone(run.state)}>{t(`whatif.state.${run.state}`)}</Tag>
      </span>
      <span className={styles.hint}>
        {at === null ? "" : dateTime(at)} {run.author.name}
      </span>
      <span className={styles.hint}>{t("whatif.changed", { count: run.verdicts_changed })}</span>
    </Link>
  );
}

const names = ["rule", "team", "month", "change"] as const;

function Job({ id }: { id: string }) {
  const { t } = useTranslation();
  const job = useJob(id);
  const [filters, setFilters] = useUrlState(names);
  const [shown, setShown] = useState<WhatIfChange | null>(null);
  const navigate = useNavigate();
  const live = going(job.data);
  const changes = useInfiniteQuery({
    queryKey: ["whatif", id, "changes", filters, live ? (job.data?.verdicts_changed ?? 0) : "end"],
    queryFn: ({ pageParam }) => api.whatIfChanges(id, { ...filters, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
    enabled: job.isSuccess,
  });
  const rows = useMemo(() => changes.data?.pages.flatMap((page) => page.items) ?? [], [changes.data]);
  if (job.isError) return <Empty title={errorText(job.error, t)} action={<Button onClick={() => void navigate("/studio/whatif")}>{t("common.back")}</Button>} />;
  if (!job.data) return <Skeleton active className={styles.skeleton} paragraph={{ rows: 10 }} />;
  const { counts } = job.data;
  const filtered = names.some((name) => filters[name] !== "");
  return (
    <section className={styles.whatifBody} aria-label={t("whatif.result")}>
      <div className={styles.whatifHead}>
        <div className={styles.grow}>
          <h2>
            {job.data.items.map((item) => (
              <Link key={item.id} to={`/studio/${item.kind}/${encodeURIComponent(item.id)}`} className={styles.code}>
                {item.id}
              </Link>
            ))}
          </h2>
          <JobSummary job={job.data} />
        </div>
        <div className={styles.whatifSide}>
          <JobProgress job={job.data} />
        </div>
      </div>
      <div className={styles.whatifCounts}>
        <CountTable title={t("whatif.byRule")} rows={counts.rules} name={(row) => row.rule ?? ""} extra={(row) => row.name ?? ""} picked={filters.rule} onPick={(rule) => setFilters({ rule })} />
        <CountTable title={t("whatif.byTeam")} rows={counts.teams} name={(row) => row.team ?? ""} picked={filters.team} onPick={(team) => setFilters({ team })} />
        <Months rows={counts.months} picked={filters.month} onPick={(month) => setFilters({ month })} />
      </div>
      <div className={styles.tryBar}>
        <h3>{t("whatif.changes")}</h3>
        <Select
          size="small"
          className={styles.changeSelect}
          value={filters.change}
          aria-label={t("whatif.kind")}
          onChange={(change: string) => setFilters({ change })}
          options={[
            { value: "", label: t("whatif.both") },
            { value: "added", label: t("whatif.onlyAdded") },
            { value: "removed", label: t("whatif.onlyRemoved") },
          ]}
        />
        {filtered ? (
          <Button size="small" type="text" onClick={() => setFilters({ rule: "", team: "", month: "", change: "" })}>
            {t("whatif.clear")}
          </Button>
        ) : null}
        {job.data.kept < job.data.verdicts_changed ? <span className={styles.hint}>{t("whatif.kept", { count: figure(job.data.kept) })}</span> : null}
      </div>
      {changes.isError ? <Empty title={errorText(changes.error, t)} /> : null}
      {changes.isSuccess && rows.length === 0 && !live ? <Empty title={filtered ? t("whatif.noMatch") : t("whatif.nothing")} text={filtered ? "" : t("whatif.nothingText")} /> : null}
      <ol className={styles.changes} aria-label={t("whatif.changes")}>
        {rows.map((row) => (
          <Change key={row.n} row={row} here={shown?.n === row.n} onOpen={() => setShown(row)} />
        ))}
      </ol>
      {changes.hasNextPage ? (
        <Button loading={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
          {t("whatif.more")}
        </Button>
      ) : null}
      <EvidenceDrawer change={shown} onClose={() => setShown(null)} />
    </section>
  );
}

function Change({ row, here, onOpen }: { row: WhatIfChange; here: boolean; onOpen: () => void }) {
  const { t } = useTranslation();
  const at = parseTime(row.at);
  return (
    <li>
      <button type="button" className={here ? styles.changeHere : styles.change} onClick={onOpen} data-change={row.change} data-rule={row.rule}>
        <Tag tone={row.change === "added" ? "red" : "grey"}>{t(row.change === "added" ? "whatif.new" : "whatif.gone")}</Tag>
        <span className={styles.code}>{row.rule}</span>
        <span className={styles.changeWords}>{row.words ? `\u300c${row.words}\u300d` : t("whatif.noWords")}</span>
        <span className={styles.hint}>
          {at === null ? "" : dateTime(at)} {row.team ?? ""} {row.rep ?? ""}
        </span>
      </button>
    </li>
  );
}

function CountTable({ title, rows, name, extra, picked, onPick }: { title: string; rows: readonly WhatIfCount[]; name: (row: WhatIfCount) => string; extra?: (row: WhatIfCount) => string; picked: string; onPick: (name: string) => void }) {
  const { t } = useTranslation();
  const most = Math.max(1, ...rows.map((row) => row.added + row.removed));
  return (
    <table className={styles.counts}>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">{t("whatif.new")}</th>
          <th scope="col">{t("whatif.gone")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, 12).map((row) => {
          const own = name(row);
          return (
            <tr key={own} className={picked === own ? styles.countHere : undefined} data-count={own}>
              <th scope="row">
                <button type="button" className={styles.countName} aria-pressed={picked === own} onClick={() => onPick(picked === own ? "" : own)}>
                  {own || t("whatif.noTeam")} {extra ? <span className={styles.hint}>{extra(row)}</span> : null}
                </button>
                <span className={styles.bar} style={{ width: `${(100 * (row.added + row.removed)) / most}%` }} aria-hidden="true" />
              </th>
              <td>{figure(row.added)}</td>
              <td>{row.removed > 0 ? `\u2212${figure(row.removed)}` : 0}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Months as bars from zero: new above, gone below; a click filters. */
function Months({ rows, picked, onPick }: { rows: readonly WhatIfCount[]; picked: string; onPick: (month: string) => void }) {
  const { t } = useTranslation();
  const sorted = [...rows].sort((a, b) => ((a.month ?? "") < (b.month ?? "") ? -1 : 1));
  const most = Math.max(1, ...sorted.map((row) => Math.max(row.added, row.removed)));
  return (
    <figure className={styles.months} aria-label={t("whatif.byMonth")}>
      <figcaption>
        {t("whatif.byMonth")} <span className={styles.hint}>{t("whatif.monthUnit", { most: figure(most) })}</span>
      </figcaption>
      <div className={styles.monthBars}>
        {sorted.map((row) => {
          const month = row.month ?? "";
          return (
            <button
              key={month}
              type="button"
              className={picked === month ? styles.monthHere : styles.month}
              aria-pressed={picked === month}
              title={`${month}: +${row.added} \u2212${row.removed}`}
              onClick={() => onPick(picked === month ? "" : month)}
              data-count={month}
            >
              <span className={styles.monthUp}>
                <span style={{ height: `${(100 * row.added) / most}%` }} />
              </span>
              <span className={styles.monthDown}>
                <span style={{ height: `${(100 * row.removed) / most}%` }} />
              </span>
              <span className={styles.monthName}>{month.slice(2)}</span>
            </button>
          );
        })}
      </div>
    </figure>
  );
}
