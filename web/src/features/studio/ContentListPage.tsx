import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, Segmented, Skeleton } from "antd";
import { useCallback, useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../api/client";
import { contentKinds, type ContentKind, type ContentRow } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { VirtualRows } from "../../components/VirtualRows";
import { dateTime, parseTime } from "../../lib/time";
import { inLanguage } from "../../lib/localized";
import { useUrlState } from "../../lib/useUrlState";
import { useLive } from "../../state/live";
import { usePrefs } from "../../state/prefs";
import { BpmnImport } from "./flow/BpmnImport";
import { NewItemDialog } from "./NewItemDialog";
import { StudioNav } from "./StudioNav";
import styles from "./studio.module.css";
import "./words";

const names = ["kind", "q", "edited"] as const;
const pageSize = 100;
const rowHeight = 44;

export function ContentListPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useUrlState(names);
  const kind: ContentKind = contentKinds.find((one) => one === filters.kind) ?? "article";
  const query = useDeferredValue(filters.q);
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const hash = useLive((state) => state.contentHash);
  const status = useQuery({ queryKey: ["content", "status"], queryFn: api.contentStatus });
  const pages = useInfiniteQuery({
    queryKey: ["content", "list", kind, query],
    queryFn: ({ pageParam }) => api.contentList({ kind, q: query, limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? null,
  });
  const all = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = filters.edited ? all.filter((row) => row.edited) : all;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  // Edited items may stand on any page: to show only them, all pages are read.
  useEffect(() => {
    if (filters.edited) more();
  }, [filters.edited, more, all.length]);
  useEffect(() => {
    document.title = `${t("places.studio")} \u00b7 ${t("brand")}`;
  }, [t]);
  useEffect(() => {
    if (hash) void queries.invalidateQueries({ queryKey: ["content"] });
  }, [hash, queries]);

  const since = parseTime(status.data?.since);
  return (
    <main id="main" tabIndex={-1} className={styles.page}>
      <header className={styles.listHead}>
        <h1>{t("studio.title")}</h1>
        <Segmented
          value={kind}
          onChange={(value) => setFilters({ kind: value === "article" ? "" : value })}
          options={contentKinds.map((one) => ({ value: one, label: t(`studio.kinds.${one}`) }))}
        />
        <span className={styles.grow} />
        <Checkbox checked={filters.edited !== ""} onChange={(event) => setFilters({ edited: event.target.checked ? "1" : "" })}>
          {t("studio.onlyEdited")}
        </Checkbox>
        <Input
          className={styles.search}
          prefix={<SearchOutlined aria-hidden="true" />}
          allowClear
          value={filters.q}
          placeholder={t("studio.search")}
          aria-label={t("studio.search")}
          onChange={(event) => setFilters({ q: event.target.value })}
        />
        {kind === "rule" ? (
          <Button icon={<PlusOutlined aria-hidden="true" />} onClick={() => setMaking(true)} data-new-rule="">
            {t("rule.new")}
          </Button>
        ) : null}
        {kind === "flow" ? <BpmnImport /> : null}
        <StudioNav />
      </header>
      {making ? <NewItemDialog kind="rule" onClose={() => setMaking(false)} /> : null}
      <div className={styles.table} role="table" aria-label={t(`studio.kinds.${kind}`)}>
        <div role="rowgroup">
          <div role="row" className={`${styles.row} ${styles.rowHead}`}>
            {(["id", "title", "state", "version", "force", "pack", "file"] as const).map((name) => (
              <span key={name} role="columnheader">
                {t(`studio.columns.${name}`)}
              </span>
            ))}
          </div>
        </div>
        {pages.isLoading ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 10 }} /> : null}
        {pages.isError ? <Empty title={errorText(pages.error, t)} action={<Button onClick={() => void pages.refetch()}>{t("common.retry")}</Button>} /> : null}
        {pages.isSuccess && rows.length === 0 ? <Empty title={query || filters.edited ? t("studio.noMatch", { query: query || t("studio.edited") }) : t("studio.empty")} /> : null}
        <VirtualRows items={rows} rowHeight={rowHeight} keyOf={(row) => `${row.pack}/${row.id}`} className={styles.scroller} onEnd={more}>
          {(row) => <Row row={row} />}
        </VirtualRows>
        {isFetchingNextPage ? <p className={styles.hint}>{t("common.loading")}</p> : null}
      </div>
      <footer className={styles.listFoot}>
        {status.data ? t("studio.status", { hash: status.data.hash.slice(0, 12), since: since === null ? "" : dateTime(since) }) : ""}
        <span className={styles.grow} />
        {rows.length}
        {hasNextPage ? "+" : ""}
      </footer>
    </main>
  );
}

function Row({ row }: { row: ContentRow }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const force = row.from && row.to ? t("common.fromTo", { from: row.from, to: row.to }) : row.from ? t("common.from", { date: row.from }) : "\u2013";
  return (
    <Link to={`/studio/${row.kind}/${encodeURIComponent(row.id)}`} role="row" className={styles.row} data-content={row.id}>
      <span role="cell" className={styles.code}>
        {row.id}
      </span>
      <span role="cell" className={styles.clip}>
        {inLanguage(row.title, lang)}
      </span>
      <span role="cell">{row.edited ? <Tag tone="blue">{t("studio.edited")}</Tag> : <span className={styles.hint}>{t("studio.original")}</span>}</span>
      <span role="cell">{row.version}</span>
      <span role="cell" className={styles.clip}>
        {row.state === "out_of_force" ? <Tag>{t("studio.outOfForce")}</Tag> : null} {force}
      </span>
      <span role="cell" className={styles.clip}>
        {row.pack}
      </span>
      <span role="cell" className={`${styles.clip} ${styles.hint}`}>
        {row.file ? `${row.file}${row.line ? `:${row.line}` : ""}` : ""}
      </span>
    </Link>
  );
}
