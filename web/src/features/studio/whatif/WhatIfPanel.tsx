// «试运行» of a draft over history: choose days and team, start, watch, read. Earlier runs of the same item are listed.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App as AntApp, Button, Input, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../../api/client";
import type { ContentKind, WhatIf } from "../../../api/types";
import { errorText } from "../../../app/errors";
import { Empty } from "../../../components/Empty";
import { Tag } from "../../../components/Tag";
import { dateTime, parseTime } from "../../../lib/time";
import styles from "../studio.module.css";
import { firstMistake } from "../TryPanel";
import { JobProgress, JobSummary, stateTone, useJob } from "./job";

const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

export function WhatIfPanel({ kind, id, text, ready }: { kind: ContentKind; id: string; text: string; ready: boolean }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const queries = useQueryClient();
  const [from, setFrom] = useState(() => day(365));
  const [to, setTo] = useState(() => day(-1));
  const [team, setTeam] = useState("");
  const [baseline, setBaseline] = useState<"current" | "bound">("current");
  const [job, setJob] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const runs = useQuery({ queryKey: ["whatif"], queryFn: api.whatIfs, staleTime: 5_000 });
  const mine = (runs.data?.items ?? []).filter((one) => one.items.some((item) => item.kind === kind && item.id === id));
  const open = useJob(job ?? mine[0]?.id ?? null);
  const wrong = !(from && to && from < to);
  const start = async () => {
    setBusy(true);
    try {
      const begun = await api.whatIfStart({ kind, id, text, from, to, baseline, ...(team.trim() ? { team: team.trim() } : {}) });
      setJob(begun.id);
      queries.setQueryData(["whatif", begun.id], begun);
      void queries.invalidateQueries({ queryKey: ["whatif"], exact: true });
    } catch (error) {
      void message.error(t("whatif.notStarted", { reason: firstMistake(error) ?? errorText(error, t) }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.try}>
      <p className={styles.hint}>{t("whatif.hint")}</p>
      <div className={styles.whatifForm}>
        <label htmlFor="whatif-from">{t("whatif.from")}</label>
        <input id="whatif-from" type="date" className={styles.number} value={from} max={to} onChange={(event) => setFrom(event.target.value)} />
        <label htmlFor="whatif-to">{t("whatif.to")}</label>
        <input id="whatif-to" type="date" className={styles.number} value={to} min={from} onChange={(event) => setTo(event.target.value)} />
        <label htmlFor="whatif-team">{t("whatif.team")}</label>
        <Input id="whatif-team" value={team} placeholder={t("whatif.allTeams")} onChange={(event) => setTeam(event.target.value)} />
        <span>{t("whatif.baseline")}</span>
        <Segmented
          size="small"
          value={baseline}
          onChange={(value) => setBaseline(value === "bound" ? "bound" : "current")}
          options={[
            { value: "current", label: t("whatif.current") },
            { value: "bound", label: t("whatif.bound") },
          ]}
        />
      </div>
      <div className={styles.tryBar}>
        <Button type="primary" loading={busy} disabled={!ready || wrong} onClick={() => void start()} data-whatif-start="">
          {t("whatif.start")}
        </Button>
        {ready ? null : <span className={styles.hint}>{t("whatif.fixFirst")}</span>}
      </div>
      {open.data ? (
        <section className={styles.whatifJob} aria-label={t("whatif.result")}>
          <JobProgress job={open.data} />
          <JobSummary job={open.data} />
          <Link to={`/studio/whatif/${encodeURIComponent(open.data.id)}`} className={styles.link} data-whatif-open="">
            {t("whatif.openResult")}
          </Link>
        </section>
      ) : null}
      {runs.isSuccess && mine.length === 0 && !job ? <Empty title={t("whatif.noneYet")} /> : null}
      {mine.length > 1 ? (
        <ol className={styles.history} aria-label={t("whatif.earlier")}>
          {mine.slice(0, 8).map((one) => (
            <JobLine key={one.id} job={one} />
          ))}
        </ol>
      ) : null}
    </div>
  );
}

function JobLine({ job }: { job: WhatIf }) {
  const { t } = useTranslation();
  const at = parseTime(job.created_at);
  return (
    <li>
      <Link to={`/studio/whatif/${encodeURIComponent(job.id)}`} className={styles.historyHead}>
        <Tag tone={stateTone(job.state)}>{t(`whatif.state.${job.state}`)}</Tag>
        <span>{at === null ? "" : dateTime(at)}</span>
        <span className={styles.hint}>{t("whatif.changed", { count: job.verdicts_changed })}</span>
      </Link>
    </li>
  );
}
