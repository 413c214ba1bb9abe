import { StopFilled } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useCallback, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../../api/client";
import type { QualityItem } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { ColumnsButton, ExportButton, SavedViews, useColumns } from "../../components/ListTools";
import { Tag } from "../../components/Tag";
import { VirtualRows } from "../../components/VirtualRows";
import { downloadCsv } from "../../lib/csv";
import { dateTime, parseTime } from "../../lib/time";
import { useUrlState } from "../../lib/useUrlState";
import { hasRole, useSession } from "../../state/session";
import { channelIcon, useChannelName } from "../desk/ConversationList";
import { FilterBar } from "./FilterBar";
import { caseAddress, filterNames, queryOf, type Filters } from "./qualityModel";
import { QualityFrame } from "./QualityFrame";
import styles from "./quality.module.css";
import { SamplesDrawer } from "./SamplesDrawer";

const pageSize = 100;
const rowHeight = 48;
const columnNames = ["rep", "process", "found", "rules", "state"] as const;
type ColumnName = (typeof columnNames)[number];
const widths: Record<ColumnName, string> = { rep: "minmax(96px, 1fr)", process: "minmax(72px, 0.8fr)", found: "minmax(190px, 1.4fr)", rules: "minmax(140px, 1.6fr)", state: "minmax(120px, 1fr)" };

/** Every ended conversation has a score; the list is where one looks for those worth a person's eye. */
export function QualityListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const user = useSession((state) => state.user);
  const [filters, setFilters] = useUrlState(filterNames);
  const [sampling, setSampling] = useState(false);
  const inspector = hasRole(user, "inspector", "admin");
  const ownOnly = !hasRole(user, "inspector", "supervisor", "admin", "auditor");
  const asked = useDeferredValue(filters);
  const pages = useInfiniteQuery({
    queryKey: ["quality", "list", asked],
    queryFn: ({ pageParam }) => api.quality({ ...queryOf(asked), limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? null,
  });
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const last = pages.data?.pages.at(-1);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const choice = useColumns("quality");
  const shown = columnNames.filter((name) => choice.shows(name));
  const grid = `88px minmax(170px, 1.4fr) ${shown.map((name) => widths[name]).join(" ")}`;
  const filtered = filterNames.some((name) => filters[name] !== "");
  const exportRows = useExport(shown);

  return (
    <QualityFrame
      tools={
        <>
          {inspector ? <Button onClick={() => setSampling(true)}>{t("quality.samples")}</Button> : null}
          <SavedViews list="quality" />
          <ColumnsButton
            columns={[
              { id: "score", label: t("quality.columns.score"), fixed: true },
              { id: "conversation", label: t("quality.columns.conversation"), fixed: true },
              ...columnNames.map((name) => ({ id: name, label: t(`quality.columns.${name}`) })),
            ]}
            choice={choice}
          />
          <ExportButton disabled={rows.length === 0} onExport={() => exportRows(rows)} />
        </>
      }
    >
      <FilterBar
        filters={filters}
        set={setFilters}
        names={ownOnly ? ["state", "passed", "rule", "process", "from", "to"] : filterNames}
        teams={[...new Set(rows.map((row) => row.team))].filter(Boolean)}
        reps={[...new Map(rows.flatMap((row) => (row.rep ? [[row.rep.id, row.rep] as const] : []))).values()]}
      />
      <div className={styles.table} role="table" aria-label={t("quality.tabs.conversations")}>
        <div role="rowgroup">
          <div role="row" className={`${styles.row} ${styles.rowHead}`} style={{ gridTemplateColumns: grid }}>
            {(["score", "conversation", ...shown] as const).map((name) => (
              <span key={name} role="columnheader">
                {t(`quality.columns.${name}`)}
              </span>
            ))}
          </div>
        </div>
        {pages.isLoading ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 10 }} /> : null}
        {pages.isError ? <Empty title={errorText(pages.error, t)} action={<Button onClick={() => void pages.refetch()}>{t("common.retry")}</Button>} /> : null}
        {pages.isSuccess && rows.length === 0 ? (
          <Empty
            title={filtered ? t("console.noMatch") : t("quality.empty")}
            text={filtered ? "" : t("quality.emptyText")}
            action={filtered ? <Button onClick={() => setFilters(Object.fromEntries(filterNames.map((name) => [name, ""])) as Filters)}>{t("console.clear")}</Button> : null}
          />
        ) : null}
        <VirtualRows items={rows} rowHeight={rowHeight} keyOf={(row) => row.conversation} className={styles.scroller} onEnd={more}>
          {(row) => <Row row={row} grid={grid} shows={choice.shows} onOpen={() => void navigate(caseAddress(row.conversation))} />}
        </VirtualRows>
      </div>
      <footer className={styles.foot}>
        <span data-total={last?.total ?? 0}>{last ? t("quality.total", { count: last.total }) : ""}</span>
        {last?.indexing ? <span>{t("quality.indexing", { count: last.indexing })}</span> : null}
        <span className={styles.grow} />
        {isFetchingNextPage ? t("common.loading") : last && rows.length < last.total ? t("quality.read", { count: rows.length }) : ""}
      </footer>
      {inspector ? <SamplesDrawer open={sampling} filters={filters} onClose={() => setSampling(false)} onPick={(sample) => setFilters({ sample })} /> : null}
    </QualityFrame>
  );
}

function Row({ row, grid, shows, onOpen }: { row: QualityItem; grid: string; shows: (name: string) => boolean; onOpen: () => void }) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  const started = parseTime(row.started_at);
  return (
    <div
      role="row"
      tabIndex={0}
      className={styles.row}
      style={{ gridTemplateColumns: grid }}
      onClick={onOpen}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onOpen();
      }}
      data-quality={row.conversation}
      data-state={row.state}
    >
      <span role="cell">
        <Score row={row} />
      </span>
      <span role="cell" className={styles.conversation}>
        <span title={channelName(row.channel)}>{channelIcon(row.channel)}</span> {started === null ? "" : dateTime(started)}
        {row.sampled ? <Tag tone="blue">{t("quality.sampled")}</Tag> : null}
      </span>
      {shows("rep") ? (
        <span role="cell" className={styles.cut}>
          {row.rep?.name ?? "\u2013"} <span className={styles.dim}>{row.team}</span>
        </span>
      ) : null}
      {shows("process") ? (
        <span role="cell" className={styles.cut}>
          {row.process.join(" ") || "\u2013"}
        </span>
      ) : null}
      {shows("found") ? (
        <span role="cell" className={styles.tags}>
          <Found row={row} />
        </span>
      ) : null}
      {shows("rules") ? (
        <span role="cell" className={styles.cut} title={row.rules.join(" ")}>
          {row.rules.join(" ") || "\u2013"}
        </span>
      ) : null}
      {shows("state") ? (
        <span role="cell" className={styles.tags}>
          <StateTag state={row.state} /> {row.inspector ? <span className={styles.dim}>{row.inspector.name}</span> : null}
        </span>
      ) : null}
    </div>
  );
}

/** What counts now; the machine's beside it where a person gave another. */
export function Score({ row }: { row: QualityItem }) {
  const { t } = useTranslation();
  return (
    <span className={styles.score} title={row.vetoed ? t("quality.vetoed") : row.passed ? t("quality.passed") : t("quality.notPassed")}>
      <span className={row.passed ? styles.scoreNumber : styles.scoreBad}>{row.final_score}</span>
      {row.final_score !== row.score ? <span className={styles.dim}>{t("quality.machineShort", { score: row.score })}</span> : null}
      {row.vetoed ? <StopFilled className={styles.red} aria-label={t("quality.vetoed")} /> : null}
    </span>
  );
}

function Found({ row }: { row: QualityItem }) {
  const { t } = useTranslation();
  if (row.major + row.normal + row.hint === 0) return <span className={styles.dim}>{t("console.notRequired")}</span>;
  return (
    <>
      {row.major > 0 ? (
        <Tag tone="red" icon={<StopFilled aria-hidden="true" />}>
          {t("list.major", { count: row.major })}
        </Tag>
      ) : null}
      {row.normal > 0 ? <Tag tone="orange">{t("list.normal", { count: row.normal })}</Tag> : null}
      {row.hint > 0 ? <Tag>{t("quality.hints", { count: row.hint })}</Tag> : null}
    </>
  );
}

export function StateTag({ state }: { state: QualityItem["state"] }) {
  const { t } = useTranslation();
  return <Tag tone={state === "appealed" || state === "rechecked" ? "orange" : state === "decided" ? "green" : "grey"}>{t(`quality.state.${state}`)}</Tag>;
}

function useExport(shown: readonly ColumnName[]): (rows: readonly QualityItem[]) => void {
  const { t } = useTranslation();
  const channelName = useChannelName();
  return (rows) => {
    const cells: Record<ColumnName, [string[], (row: QualityItem) => (string | number)[]]> = {
      rep: [[t("quality.columns.rep"), t("quality.filter.team")], (row) => [row.rep?.name ?? "", row.team]],
      process: [[t("quality.columns.process")], (row) => [row.process.join(" ")]],
      found: [[t("severity.major"), t("severity.normal"), t("severity.hint")], (row) => [row.major, row.normal, row.hint]],
      rules: [[t("quality.columns.rules")], (row) => [row.rules.join(" ")]],
      state: [[t("quality.columns.state"), t("quality.inspector")], (row) => [t(`quality.state.${row.state}`), row.inspector?.name ?? ""]],
    };
    const head = [t("tools.id"), t("quality.final"), t("quality.machine"), t("tools.startedAt"), t("console.filterChannel"), ...shown.flatMap((name) => cells[name][0])];
    downloadCsv(t("places.quality"), [head, ...rows.map((row) => [row.conversation, row.final_score, row.score, row.started_at, channelName(row.channel), ...shown.flatMap((name) => cells[name][1](row))])]);
  };
}
