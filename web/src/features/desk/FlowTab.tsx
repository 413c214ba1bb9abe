import { CheckCircleFilled, ExclamationCircleFilled, LockOutlined, MinusCircleOutlined, MoreOutlined } from "@ant-design/icons";
import { App as AntApp, Button, Dropdown, Input } from "antd";
import { lazy, memo, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, newId } from "../../api/client";
import type { FlowPanel, FlowStep, OwedStep, Panels } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { persistently } from "../../lib/persistently";
import { figure } from "../../lib/time";
import { takePlainWords } from "./commands";
import { OwedBox } from "./OwedBox";
import styles from "./tabs.module.css";
import { TurnChip } from "./TurnChip";
import { deskUi } from "./ui";
import { useTurnTime } from "./useTimeOf";

// The list of all processes is not needed for the first paint.
const FlowSwitch = lazy(async () => ({ default: (await persistently(() => import("./FlowSwitch"))).FlowSwitch }));

interface TabProps {
  conversation: string;
  panels: Panels | undefined;
  readOnly: boolean;
}

type FlowCommand = { action: "switch" | "done" | "skip" | "undo"; flow?: string; step?: string; reason?: string };

function useFlowCommand(conversation: string): (command: FlowCommand) => void {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  return (command) => {
    api.flow(conversation, { id: newId(), ...command }).catch((error: unknown) => void message.error(errorText(error, t)));
  };
}

/** The process: what is owed on top, then the steps of the active flow; other flows below. */
export const FlowTab = memo(function FlowTab({ conversation, panels, readOnly }: TabProps) {
  const { t } = useTranslation();
  const run = useFlowCommand(conversation);
  const flows = panels?.flow?.flows ?? [];
  const chooser = readOnly ? null : (
    <Suspense fallback={null}>
      <FlowSwitch candidates={panels?.flow?.candidates ?? []} onPick={(flow) => run({ action: "switch", flow })} />
    </Suspense>
  );
  if (flows.length === 0 && (panels?.compliance?.owed.length ?? 0) === 0)
    return (
      <>
        {chooser}
        <Empty title={t("flow.empty")} text={t("flow.emptyText")} />
      </>
    );
  const active = flows.find((flow) => flow.active) ?? flows[0];
  return (
    <>
      {chooser}
      <OwedBox conversation={conversation} owed={panels?.compliance?.owed ?? []} readOnly={readOnly} />
      <StepsOwed conversation={conversation} owed={panels?.flow?.owed ?? []} readOnly={readOnly} />
      <Handovers conversation={conversation} handovers={panels?.flow?.handovers ?? []} />
      {active ? <Flow conversation={conversation} flow={active} readOnly={readOnly} run={run} /> : null}
      {flows
        .filter((flow) => flow !== active)
        .map((flow) => (
          <section key={flow.id} className={styles.section}>
            <FlowHead flow={flow}>
              {readOnly || flow.finished ? null : (
                <Button size="small" onClick={() => run({ action: "switch", flow: flow.id })}>
                  {t("flow.switchTo")}
                </Button>
              )}
            </FlowHead>
          </section>
        ))}
    </>
  );
});

/** What must still be said of all processes before the customer hangs up, with its wording. */
function StepsOwed({ conversation, owed, readOnly }: { conversation: string; owed: OwedStep[]; readOnly: boolean }) {
  const { t } = useTranslation();
  const due = owed.filter((step) => step.due || step.gate_broken);
  if (due.length === 0) return null;
  return (
    <ul className={styles.owed} aria-label={t("flow.beforeEnd")}>
      {due.map((step) => (
        <li key={`${step.flow}.${step.step}`}>
          <button
            type="button"
            className={styles.owedRow}
            disabled={readOnly || !step.say}
            title={step.say}
            aria-label={`${step.name}. ${readOnly ? "" : t("compliance.use")}`}
            onClick={() => takePlainWords(conversation, step.say)}
            data-owed-step={`${step.flow}.${step.step}`}
          >
            <ExclamationCircleFilled aria-hidden="true" />
            <span className={styles.owedText}>
              {step.name}
              <span className={styles.owedMissing}>{step.gate_broken ? t("flow.gateBroken") : step.flow_name}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Handovers({ conversation, handovers }: { conversation: string; handovers: { turn: number; from: string; to: string }[] }) {
  const { t } = useTranslation();
  if (handovers.length === 0) return null;
  return (
    <ul className={styles.section} aria-label={t("flow.handovers")}>
      {handovers.map((one) => (
        <li key={`${one.turn} ${one.to}`} className={styles.meta}>
          {t("flow.handover")} <TurnChip conversation={conversation} turn={one.turn} />
        </li>
      ))}
    </ul>
  );
}

function FlowHead({ flow, children }: { flow: FlowPanel; children?: ReactNode }) {
  const { t } = useTranslation();
  const counted = flow.steps.filter((step) => step.state !== "skipped");
  const done = counted.filter((step) => step.state === "done").length;
  return (
    <div className={styles.head}>
      <h3>{flow.name}</h3>
      <span className={styles.code}>{flow.id}</span>
      {flow.detected && flow.detected.confidence < 100 ? (
        <span className={styles.meta} title={flow.detected.words ? t("flow.proof", { words: flow.detected.words }) : undefined}>
          {t("flow.likely", { percent: flow.detected.confidence })}
        </span>
      ) : null}
      <span className={styles.grow} />
      {flow.finished ? <Tag tone="green">{t("flow.finished")}</Tag> : <span className={styles.meta}>{t("flow.progress", { done, total: counted.length })}</span>}
      {children}
    </div>
  );
}

function Flow({ conversation, flow, readOnly, run }: { conversation: string; flow: FlowPanel; readOnly: boolean; run: (command: FlowCommand) => void }) {
  const { t } = useTranslation();
  const next = flow.steps.find((step) => step.state === "owed") ?? flow.steps.find((step) => step.state === "next");
  const fields = (flow.fields ?? []).filter((field) => field.value !== "");
  return (
    <>
      <FlowHead flow={flow} />
      <ol className={styles.steps}>
        {flow.steps.map((step) => (
          <Step key={step.id} conversation={conversation} flow={flow.id} step={step} open={step === next} readOnly={readOnly} run={run} />
        ))}
      </ol>
      {fields.length > 0 ? (
        <section className={styles.section}>
          <h3 className={styles.sectionTitle}>{t("flow.fields")}</h3>
          <dl className={styles.fields}>
            {fields.map((field) => (
              <FieldRow key={field.name} conversation={conversation} label={field.label} value={field.display ?? field.value} turn={field.turn ?? null} earlier={field.earlier ?? []} />
            ))}
          </dl>
        </section>
      ) : null}
    </>
  );
}

export function FieldRow({ conversation, label, value, turn, earlier }: { conversation: string; label: string; value: string; turn: number | null; earlier: string[] }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {figure(value)} {turn !== null ? <TurnChip conversation={conversation} turn={turn} /> : null}
        {earlier.length > 0 ? <span className={styles.stepExtra}>{t("flow.earlier", { values: earlier.map(figure).join(", ") })}</span> : null}
      </dd>
    </>
  );
}

interface StepProps {
  conversation: string;
  flow: string;
  step: FlowStep;
  open: boolean;
  readOnly: boolean;
  run: (command: FlowCommand) => void;
}

function stepIcon(step: FlowStep): ReactNode {
  switch (step.state) {
    case "done":
      return <CheckCircleFilled className={styles.green} aria-hidden="true" />;
    case "owed":
      return <ExclamationCircleFilled className={styles.orangeIcon} aria-hidden="true" />;
    case "skipped":
      return <MinusCircleOutlined className={styles.grey} aria-hidden="true" />;
    case "next":
      return <i className={`${styles.dotRing} ${styles.dotNext}`} aria-hidden="true" />;
    default:
      return <i className={styles.dotRing} aria-hidden="true" />;
  }
}

function Step({ conversation, flow, step, open, readOnly, run }: StepProps) {
  const { t } = useTranslation();
  const { modal } = AntApp.useApp();
  // Why a step is left out stays in the log and beside the step.
  const skip = () => {
    let reason = "";
    modal.confirm({
      title: step.name,
      content: <Input maxLength={80} placeholder={t("flow.whySkip")} aria-label={t("flow.whySkip")} onChange={(event) => (reason = event.target.value)} />,
      okText: t("flow.skip"),
      onOk: () => run({ action: "skip", flow, step: step.id, ...(reason.trim() ? { reason: reason.trim() } : {}) }),
    });
  };
  const turn = step.turn ?? null;
  const time = useTurnTime(conversation, turn);
  const tone = step.state === "owed" ? styles.orange : step.state === "done" || step.state === "next" ? "" : styles.stepOpen;
  return (
    <li className={styles.step} data-step={`${flow}.${step.id}`} data-step-state={step.state}>
      <span className={styles.dot}>{stepIcon(step)}</span>
      <span className={`${styles.stepName} ${tone}`}>
        {turn !== null ? (
          <button type="button" className={styles.linkLike} onClick={() => deskUi.light(turn)}>
            {step.name}
          </button>
        ) : (
          step.name
        )}
        <span className="sr-only"> {t(`flow.${step.state}`)}</span>
        {step.must && step.state !== "done" ? <> <Tag tone={step.state === "owed" ? "orange" : "grey"}>{t("flow.must")}</Tag></> : null}
        {step.gate && step.state !== "done" ? (
          <>
            {" "}
            <Tag icon={<LockOutlined aria-hidden="true" />}>{t("flow.gate")}</Tag>
          </>
        ) : null}
        {step.gate_broken ? <span className={`${styles.stepExtra} ${styles.orange}`}>{t("flow.gateBroken")}</span> : null}
        {step.reason ? <span className={styles.stepExtra}>{t("flow.reason", { reason: step.reason })}</span> : null}
        {step.words ? <span className={styles.proof}>{t("flow.proof", { words: step.words })}</span> : null}
        {open && step.say ? (
          <span className={styles.stepSay}>
            <span>{step.say}</span>
            {readOnly ? null : (
              <Button size="small" onClick={() => takePlainWords(conversation, step.say ?? "")} aria-label={`${t("flow.use")}: ${step.say}`}>
                {t("double.use")}
              </Button>
            )}
          </span>
        ) : null}
      </span>
      <span className={styles.stepRight}>
        {step.state === "done" && turn !== null ? time : step.state === "next" ? t("flow.next") : step.state === "skipped" ? t("flow.skipped") : ""}
        {readOnly ? null : (
          <Dropdown
            trigger={["click"]}
            menu={{
              items:
                step.state === "done" || step.state === "skipped"
                  ? [{ key: "undo", label: t("flow.undo") }]
                  : [
                      { key: "done", label: t("flow.markDone") },
                      { key: "skip", label: t("flow.skip") },
                    ],
              onClick: ({ key }) => (key === "skip" ? skip() : run({ action: key as FlowCommand["action"], flow, step: step.id })),
            }}
          >
            <Button className={styles.menu} type="text" size="small" icon={<MoreOutlined aria-hidden="true" />} aria-label={`${t("flow.actions")}: ${step.name}`} />
          </Dropdown>
        )}
      </span>
    </li>
  );
}
