import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Card, ContentKind, TryResult } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { usePrefs } from "../../state/prefs";
import { kindKey, toneOf } from "../desk/cards";
import { kindIcon, toneText } from "../desk/kinds";
import { inLanguage } from "../../lib/localized";
import styles from "./studio.module.css";

type Run = { state: "idle" } | { state: "running" } | { state: "done"; result: TryResult } | { state: "failed"; reason: string };

/** Replays a sample with the text as it stands and shows which cards come, go and change. */
export function TryPanel({ kind, id, text }: { kind: ContentKind; id: string; text: string }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const samples = useQuery({ queryKey: ["samples"], queryFn: api.samples, staleTime: 60_000 });
  const [sample, setSample] = useState<string | null>(null);
  const [run, setRun] = useState<Run>({ state: "idle" });
  const items = samples.data?.items ?? [];
  const picked = sample ?? items[0]?.id ?? null;

  const start = async () => {
    if (!picked) return;
    setRun({ state: "running" });
    try {
      setRun({ state: "done", result: await api.contentTry({ kind, id, text, sample: picked }) });
    } catch (error) {
      setRun({ state: "failed", reason: errorText(error, t) });
    }
  };

  return (
    <div className={styles.try}>
      <p className={styles.hint}>{t("studio.tryHint")}</p>
      <div className={styles.tryBar}>
        <Select<string>
          value={picked}
          aria-label={t("studio.trySample")}
          onChange={(value: string) => setSample(value)}
          options={items.map((item) => ({ value: item.id, label: inLanguage(item.title, lang) }))}
          className={styles.trySelect}
        />
        <Button type="primary" loading={run.state === "running"} disabled={!picked} onClick={() => void start()} data-try="">
          {run.state === "running" ? t("studio.tryRunning") : t("studio.tryRun")}
        </Button>
      </div>
      <div role="status">{run.state === "failed" ? <p className={styles.failed}>{t("studio.tryFailed", { reason: run.reason })}</p> : null}</div>
      {run.state === "done" ? <Result result={run.result} /> : null}
    </div>
  );
}

function Result({ result }: { result: TryResult }) {
  const { t } = useTranslation();
  const same = Math.max(0, result.after.length - result.added.length - result.changed.length);
  const nothing = result.added.length + result.removed.length + result.changed.length === 0;
  return (
    <>
      <p className={styles.tryStat}>
        <Tag tone="green">{t("studio.tryAdded", { count: result.added.length })}</Tag>
        <Tag tone="red">{t("studio.tryRemoved", { count: result.removed.length })}</Tag>
        <Tag tone="orange">{t("studio.tryChanged", { count: result.changed.length })}</Tag>
        <Tag>{t("studio.trySame", { count: same })}</Tag>
      </p>
      {nothing ? <Empty title={t("studio.tryNone")} /> : null}
      <table className={styles.tryTable}>
        {nothing ? null : (
          <thead>
            <tr>
              <th>{t("studio.before")}</th>
              <th>{t("studio.after")}</th>
            </tr>
          </thead>
        )}
        <tbody>
          {result.changed.map(([before, after], index) => (
            <tr key={`c${index}`} data-diff="changed">
              <td>
                <CardBox card={before} />
              </td>
              <td>
                <CardBox card={after} mark="changed" />
              </td>
            </tr>
          ))}
          {result.removed.map((card, index) => (
            <tr key={`r${index}`} data-diff="removed">
              <td>
                <CardBox card={card} mark="removed" />
              </td>
              <td className={styles.tryNothing}>{"\u2013"}</td>
            </tr>
          ))}
          {result.added.map((card, index) => (
            <tr key={`a${index}`} data-diff="added">
              <td className={styles.tryNothing}>{"\u2013"}</td>
              <td>
                <CardBox card={card} mark="added" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function CardBox({ card, mark }: { card: Card; mark?: "added" | "removed" | "changed" }) {
  const { t } = useTranslation();
  const view = { card, n: 0, ms: null, at: "", action: null, superseded: false };
  const tone = toneOf(view, "new");
  const className = mark === "added" ? styles.cardAdded : mark === "removed" ? styles.cardRemoved : mark === "changed" ? styles.cardChanged : "";
  return (
    <div className={`${styles.card} ${className}`}>
      <div className={styles.cardHead}>
        <span className={toneText(tone)}>
          {kindIcon(kindKey(view), false)} {t(`kind.${kindKey(view)}`)}
        </span>
        <span className={styles.cardPlace}>{t("why.turnOf", { turn: card.turn + 1, time: card.item })}</span>
      </div>
      {card.title ? <div>{card.title}</div> : null}
      <div className={styles.cardText}>{card.say || card.text}</div>
    </div>
  );
}
