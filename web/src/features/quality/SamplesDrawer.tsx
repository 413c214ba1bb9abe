import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App as AntApp, Button, Drawer, Input, InputNumber, Progress, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, newId } from "../../api/client";
import type { QualityFilter } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { dateTime, parseTime } from "../../lib/time";
import { queryOf, type Filters } from "./qualityModel";
import styles from "./quality.module.css";

interface DrawerProps {
  open: boolean;
  filters: Filters;
  onClose: () => void;
  onPick: (sample: string) => void;
}

const filterKeys = ["team", "rep", "rule", "process", "channel", "from", "to", "score_max", "state", "sheet"] as const;

/** Draws conversations at random from what the filters show, for people to inspect. */
export function SamplesDrawer({ open, filters, onClose, onPick }: DrawerProps) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [count, setCount] = useState(20);
  const samples = useQuery({ queryKey: ["quality", "samples"], queryFn: api.qualitySamples, enabled: open });
  const draw = useMutation({
    mutationFn: () => {
      const { score_max, ...texts } = queryOf(filters, filterKeys) as Record<string, string>;
      const filter = { ...texts, ...(score_max ? { score_max: Number(score_max) } : {}) } as QualityFilter;
      return api.qualityDraw({ id: newId(), count, filter, ...(name.trim() ? { name: name.trim() } : {}) });
    },
    onSuccess: (sample) => {
      setName("");
      void queries.invalidateQueries({ queryKey: ["quality"] });
      void message.success(t("quality.drawn", { count: sample.count, matched: sample.matched }));
      onPick(sample.id);
      onClose();
    },
    onError: (error) => void message.error(errorText(error, t)),
  });
  const narrowed = filterKeys.some((key) => filters[key] !== "");
  return (
    <Drawer open={open} onClose={onClose} title={t("quality.samples")} size={420} destroyOnHidden>
      <section className={styles.draw} data-overlay="">
        <p className={styles.dim}>{narrowed ? t("quality.drawFiltered") : t("quality.drawAll")}</p>
        <label>
          {t("quality.sampleName")}
          <Input value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        </label>
        <label>
          {t("quality.sampleCount")}
          <InputNumber min={1} max={1000} value={count} onChange={(value) => setCount(value ?? 1)} />
        </label>
        <Button type="primary" loading={draw.isPending} onClick={() => draw.mutate()} data-draw="">
          {t("quality.draw")}
        </Button>
      </section>
      {samples.isLoading ? <Skeleton active /> : null}
      {samples.isError ? <Empty title={errorText(samples.error, t)} action={<Button onClick={() => void samples.refetch()}>{t("common.retry")}</Button>} /> : null}
      {samples.data && samples.data.items.length === 0 ? <Empty title={t("quality.noSamples")} /> : null}
      <ul className={styles.samples}>
        {(samples.data?.items ?? []).map((sample) => {
          const at = parseTime(sample.at);
          return (
            <li key={sample.id}>
              <button
                type="button"
                className={styles.sample}
                onClick={() => {
                  onPick(sample.id);
                  onClose();
                }}
                data-sample-id={sample.id}
              >
                <span className={styles.sampleName}>{sample.name || (at === null ? sample.id : dateTime(at))}</span>
                <span className={styles.dim}>
                  {sample.by.name} {"\u00b7"} {at === null ? "" : dateTime(at)} {"\u00b7"} {t("quality.seed", { seed: sample.seed })}
                </span>
                <Progress percent={sample.count === 0 ? 0 : Math.round((sample.inspected / sample.count) * 100)} size="small" format={() => `${sample.inspected}/${sample.count}`} />
              </button>
            </li>
          );
        })}
      </ul>
    </Drawer>
  );
}
