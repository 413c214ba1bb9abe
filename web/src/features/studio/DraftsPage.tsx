// What waits for a second person, and what was decided.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Skeleton } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { DraftPage } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { inLanguage } from "../../lib/localized";
import { dateTime, parseTime } from "../../lib/time";
import { useUrlState } from "../../lib/useUrlState";
import { usePrefs } from "../../state/prefs";
import { StudioNav } from "./StudioNav";
import styles from "./studio.module.css";
import "./words";

const names = ["state"] as const;

export function DraftsPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useUrlState(names);
  const state = filters.state === "all" ? "all" : "open";
  const drafts = useQuery({ queryKey: ["drafts", state], queryFn: () => api.drafts({ state }), refetchInterval: 20_000 });
  useEffect(() => {
    document.title = `${t("approval.list")} \u00b7 ${t("brand")}`;
  }, [t]);
  return (
    <main id="main" tabIndex={-1} className={styles.page}>
      <header className={styles.listHead}>
        <h1>{t("approval.list")}</h1>
        <Segmented
          value={state}
          onChange={(value) => setFilters({ state: value === "all" ? "all" : "" })}
          options={[
            { value: "open", label: t("approval.open") },
            { value: "all", label: t("approval.allStates") },
          ]}
        />
        <span className={styles.grow} />
        <StudioNav />
      </header>
      <div className={styles.table} role="table" aria-label={t("approval.list")}>
        <div role="row" className={`${styles.draftRow} ${styles.rowHead}`}>
          {(["state", "item", "comment", "editor", "at", "reviewer"] as const).map((name) => (
            <span key={name} role="columnheader">
              {t(`approval.columns.${name}`)}
            </span>
          ))}
        </div>
        {drafts.isLoading ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 6 }} /> : null}
        {drafts.isError ? <Empty title={errorText(drafts.error, t)} action={<Button onClick={() => void drafts.refetch()}>{t("common.retry")}</Button>} /> : null}
        {drafts.data && drafts.data.items.length === 0 ? <Empty title={t("approval.none")} text={t("approval.noneText")} action={<Link to="/studio" className={styles.link}>{t("studio.title")}</Link>} /> : null}
        <div className={styles.scroller} role="rowgroup">
          {drafts.data?.items.map((one) => (
            <Row key={`${one.draft.kind}/${one.draft.item}/${one.draft.number}`} entry={one} />
          ))}
        </div>
      </div>
    </main>
  );
}

function Row({ entry }: { entry: DraftPage["items"][number] }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const { draft, title } = entry;
  const at = parseTime(draft.decided_at ?? draft.submitted_at ?? draft.at);
  const tone = draft.state === "approved" ? "green" : draft.state === "rejected" ? "red" : draft.state === "submitted" ? "orange" : "grey";
  return (
    <Link to={`/studio/${draft.kind}/${encodeURIComponent(draft.item)}`} role="row" className={styles.draftRow} data-draft={draft.item}>
      <span role="cell">
        <Tag tone={tone}>{t(`approval.state.${draft.state}`)}</Tag>
      </span>
      <span role="cell" className={styles.clip}>
        <span className={styles.code}>{draft.item}</span> {inLanguage(title ?? undefined, lang)} <span className={styles.hint}>{t(`studio.kinds.${draft.kind as "rule"}`)}</span>
      </span>
      <span role="cell" className={styles.clip}>
        {draft.comment}
      </span>
      <span role="cell" className={styles.clip}>
        {draft.editors.map((one) => one.name).join("\u3001")}
      </span>
      <span role="cell">{at === null ? "" : dateTime(at)}</span>
      <span role="cell" className={styles.clip}>
        {draft.reviewer?.name ?? ""} {draft.review}
      </span>
    </Link>
  );
}
