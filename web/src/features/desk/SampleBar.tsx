import { AudioOutlined, CaretRightOutlined, PauseOutlined, StepForwardOutlined } from "@ant-design/icons";
import { App as AntApp, Button, Segmented, Switch } from "antd";
import { memo, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { SampleState } from "../../api/types";
import { errorText } from "../../app/errors";
import { Kbd } from "../../components/Kbd";
import styles from "./sample.module.css";

interface BarProps {
  conversation: string;
  sample: SampleState;
}

export type SampleCommand = Parameters<typeof api.sampleAction>[1];

/** Controls of a recorded call: whose turn it is, let the recorded rep answer, pause, speed. */
export const SampleBar = memo(function SampleBar({ conversation, sample: fromList }: BarProps) {
  const { t } = useTranslation();
  const { sample, run, busy } = useSampleControl(conversation, fromList);
  const waiting = sample.waiting_for === "rep" && !sample.auto;
  return (
    <section className={styles.bar} aria-label={t("sample.bar")} data-waiting-for={sample.waiting_for}>
      <div className={styles.barLine}>
        <span className={waiting ? styles.stateRep : styles.state} role="status">
          <AudioOutlined aria-hidden="true" />{" "}
          {sample.waiting_for === "done" ? t("sample.done") : sample.paused ? t("sample.paused") : waiting ? t("sample.waitingRep") : t("sample.waitingCustomer")}
        </span>
        <span className={styles.progress}>{t("sample.progress", { at: Math.min(sample.next_turn, sample.total), total: sample.total })}</span>
        <span className={styles.grow} />
        {sample.waiting_for !== "done" ? (
          <>
            <label className={styles.auto}>
              <Switch size="small" checked={sample.auto} onChange={(auto) => run({ action: "auto", auto })} aria-label={t("sample.auto")} /> {t("sample.auto")}
            </label>
            <Segmented
              size="small"
              aria-label={t("sample.speed")}
              value={sample.speed}
              onChange={(speed) => run({ action: "speed", speed })}
              options={[1, 2, 8].map((one) => ({ value: one, label: t("sample.speedOf", { speed: one }) }))}
            />
            <Button
              size="small"
              icon={sample.paused ? <CaretRightOutlined aria-hidden="true" /> : <PauseOutlined aria-hidden="true" />}
              onClick={() => run({ action: sample.paused ? "resume" : "pause" })}
            >
              {sample.paused ? t("sample.resume") : t("sample.pause")}
            </Button>
          </>
        ) : null}
      </div>
      {waiting && sample.rep_text ? (
        <div className={styles.barNext}>
          <span className={styles.nextLabel}>{t("sample.next")}</span>
          <span className={styles.nextText} title={sample.rep_text}>
            {sample.rep_text}
          </span>
          <Button size="small" icon={<StepForwardOutlined aria-hidden="true" />} loading={busy} onClick={() => run({ action: "rep_turn" })} data-rep-turn="">
            {t("sample.letRecorded")} <Kbd>R</Kbd>
          </Button>
        </div>
      ) : null}
    </section>
  );
});

function useSampleControl(conversation: string, fromList: SampleState) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  // The answer of a command counts until the list brings a newer state.
  const [answer, setAnswer] = useState<SampleState | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setAnswer(null), [fromList]);
  const run = (command: SampleCommand) => {
    if (busy && command.action === "rep_turn") return;
    setBusy(true);
    api
      .sampleAction(conversation, command)
      .then(setAnswer)
      .catch((error: unknown) => void message.error(errorText(error, t)))
      .finally(() => setBusy(false));
  };
  return { sample: answer ?? fromList, run, busy };
}
