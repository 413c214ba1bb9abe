// One run over history: asked for each second while it goes, and how it is shown.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../../api/client";
import type { WhatIf } from "../../../api/types";
import { Tag, type Tone } from "../../../components/Tag";
import styles from "../studio.module.css";

export const going = (job: WhatIf | undefined): boolean => job?.state === "queued" || job?.state === "running";

export const stateTone = (state: WhatIf["state"]): Tone => (state === "done" ? "green" : state === "failed" ? "red" : state === "queued" || state === "running" ? "blue" : "orange");

export function useJob(id: string | null) {
  const queries = useQueryClient();
  const job = useQuery({
    queryKey: ["whatif", id ?? ""],
    queryFn: () => api.whatIf(id ?? ""),
    enabled: id !== null,
    refetchInterval: (query) => (going(query.state.data) ? 1_000 : false),
  });
  // The list shows the end, too.
  const state = job.data?.state;
  useEffect(() => {
    if (state) void queries.invalidateQueries({ queryKey: ["whatif"], exact: true });
  }, [queries, state]);
  return job;
}

const figures = new Intl.NumberFormat("en-US");
export const figure = (value: number): string => figures.format(value);

export function JobProgress({ job }: { job: WhatIf }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const percent = job.progress.total > 0 ? Math.floor((100 * job.progress.done) / job.progress.total) : job.state === "done" ? 100 : 0;
  return (
    <div role="status" data-whatif-state={job.state}>
      <div className={styles.historyHead}>
        <Tag tone={stateTone(job.state)}>{t(`whatif.state.${job.state}`)}</Tag>
        <span className={styles.hint}>{t("whatif.progress", { done: figure(job.progress.done), total: figure(job.progress.total) })}</span>
        <span className={styles.grow} />
        {going(job) ? (
          <Button
            size="small"
            onClick={() =>
              void api.whatIfCancel(job.id).then((after) => {
                queries.setQueryData(["whatif", job.id], after);
                void queries.invalidateQueries({ queryKey: ["whatif"], exact: true });
              })
            }
            data-whatif-cancel=""
          >
            {t("common.cancel")}
          </Button>
        ) : null}
      </div>
      {going(job) ? <Progress percent={percent} size="small" showInfo={false} aria-label={t("whatif.result")} /> : null}
      {job.error ? <p className={styles.failed}>{job.error}</p> : null}
    </div>
  );
}

export function JobSummary({ job }: { job: WhatIf }) {
  const { t } = useTranslation();
  return (
    <>
      <p className={styles.tryStat}>
        <strong className={styles.big}>{figure(job.verdicts_changed)}</strong> <span>{t("whatif.changedUnit")}</span>
        <Tag tone="red">{t("whatif.added", { count: job.added })}</Tag>
        <Tag>{t("whatif.removed", { count: job.removed })}</Tag>
      </p>
      <p className={styles.hint}>
        {t("whatif.over", { conversations: figure(job.conversations), utterances: figure(job.utterances), seconds: job.seconds.toFixed(1) })} {"\u00b7"} {t("whatif.range", { from: job.from, to: job.to })} {"\u00b7"}{" "}
        {job.team ?? t("whatif.allTeams")}
      </p>
    </>
  );
}
