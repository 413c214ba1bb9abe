// Graph and chosen step of a flow, side by side; both write the same text.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../api/types";
import { Empty } from "../../../components/Empty";
import { Kbd } from "../../../components/Kbd";
import { persistently } from "../../../lib/persistently";
import { starterText } from "../condition/ConditionEditor";
import { useKeys } from "../useKeys";
import type { ItemText } from "../yamlItem";
import own from "./flow.module.css";
import { connections, freshId, readFlow, withConnection, withOrder, withReconnected, withStep, withoutConnection, withoutStep, type Connection, type Flow } from "./model";

// The graph library is read when the first flow is opened; nobody else pays for it.
const FlowGraph = lazy(async () => ({ default: (await persistently(() => import("./FlowGraph"))).FlowGraph }));

export interface FlowSelection {
  step: string | null;
  edge: string | null;
}

interface FlowEditorProps {
  item: ItemText;
  published: ItemText;
  selection: FlowSelection;
  errors: CheckResult["errors"];
  onSelect: (selection: FlowSelection) => void;
  onChange: (text: string) => void;
}

export function useFlowActions(item: ItemText, selection: FlowSelection, onSelect: (selection: FlowSelection) => void, onChange: (text: string) => void) {
  const { t } = useTranslation();
  const flow = readFlow(item);
  const step = flow.steps.find((one) => one.id === selection.step) ?? null;
  return {
    add: () => {
      const id = freshId(flow);
      onChange(withStep(item, step?.index ?? flow.steps.length - 1, { id, name: { zh: t("graph.newStep"), en: "New step" }, done: starterText("says", t("cond.example")) }));
      onSelect({ step: id, edge: null });
    },
    remove: () => {
      if (!step) return;
      onChange(withoutStep(item, step.index));
      onSelect({ step: flow.steps[step.index + 1]?.id ?? flow.steps[step.index - 1]?.id ?? null, edge: null });
    },
    move: (by: number) => {
      const to = step ? step.index + by : -1;
      if (step && to >= 0 && to < flow.steps.length) onChange(withOrder(item, step.index, to));
    },
    disconnect: (way: Connection) => {
      onChange(withoutConnection(item, way));
      onSelect({ step: null, edge: null });
    },
  };
}

export function FlowEditor({ item, published, selection, errors, onSelect, onChange }: FlowEditorProps) {
  const { t } = useTranslation();
  const broken = item.problems.length > 0;
  // While the text cannot be read, the graph shows how it was.
  const [last, setLast] = useState<Flow | null>(null);
  const now = useMemo(() => (broken ? null : readFlow(item)), [broken, item]);
  if (now && now !== last) setLast(now);
  const flow = now ?? last;
  const actions = useFlowActions(item, selection, onSelect, onChange);
  const box = useRef<HTMLDivElement>(null);
  const changed = useMemo(() => changedSteps(published, item), [published, item]);
  useKeys((event) => {
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (typing || broken || !flow) return;
    // Other parts of the page keep their own keys.
    if (event.target instanceof Element && event.target !== document.body && !box.current?.contains(event.target)) return;
    const way = connections(flow).find((one) => one.id === selection.edge) ?? null;
    const alt = event.altKey && !event.ctrlKey && !event.metaKey;
    if (event.key === "Delete" || event.key === "Backspace") {
      if (way) actions.disconnect(way);
      else actions.remove();
    } else if (alt && (event.key === "ArrowUp" || event.key === "ArrowDown")) actions.move(event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "n" && !event.ctrlKey && !event.metaKey) actions.add();
    else if (event.key === "[" || event.key === "]") {
      const at = flow.steps.findIndex((step) => step.id === selection.step);
      const next = flow.steps[event.key === "]" ? Math.min(at + 1, flow.steps.length - 1) : Math.max(at - 1, 0)];
      if (next) onSelect({ step: next.id, edge: null });
    } else return;
    event.preventDefault();
  });
  if (!flow) return <Empty title={t("studio.formUnavailable")} />;
  const way = connections(flow).find((one) => one.id === selection.edge) ?? null;
  const must = flow.steps.filter((step) => step.must).length;
  const gates = flow.steps.filter((step) => step.gate || /^(IDV|FRAUD)/.test(step.use)).length;
  const branches = flow.steps.filter((step) => step.next.length > 1).length;
  return (
    <div ref={box} className={own.editor}>
      <div className={own.bar}>
        <h2>{t("graph.graph")}</h2>
        <span className={own.barHint}>{t("graph.counts", { steps: flow.steps.length, gates, branches, must })}</span>
        <span className={own.grow} />
        {way ? (
          <Button size="small" icon={<DeleteOutlined aria-hidden="true" />} disabled={way.kind === "follow"} title={way.kind === "follow" ? t("graph.followHint") : undefined} onClick={() => actions.disconnect(way)}>
            {t("graph.disconnect")} <Kbd>Del</Kbd>
          </Button>
        ) : null}
        <Button size="small" icon={<PlusOutlined aria-hidden="true" />} disabled={broken} onClick={actions.add} data-add-step="">
          {t("graph.newStep")} <Kbd>N</Kbd>
        </Button>
      </div>
      <div className={own.canvas} data-graph={flow.id}>
        <Suspense fallback={<Empty title={t("common.loading")} />}>
          <FlowGraph
            flow={flow}
            selected={selection.step}
            selectedEdge={selection.edge}
            errors={errors}
            changed={changed}
            onSelect={(step, edge) => onSelect({ step, edge })}
            onConnect={(from, to) => !broken && onChange(withConnection(item, from, to, starterText("says", t("cond.example"))))}
            onReconnect={(connection, to) => {
              if (broken) return;
              onChange(withReconnected(item, connection, to));
              onSelect({ step: connection.from, edge: null });
            }}
          />
        </Suspense>
      </div>
    </div>
  );
}

/** Steps that differ from what is published. */
function changedSteps(before: ItemText, after: ItemText): ReadonlySet<string> {
  const old = before.problems.length > 0 ? [] : stepsOf(before);
  const out = new Set<string>();
  if (after.problems.length > 0) return out;
  const known = new Map(old);
  for (const [id, text] of stepsOf(after)) if (known.get(id) !== text) out.add(id);
  return out;
}
function stepsOf(item: ItemText): [string, string][] {
  const steps: unknown = (item.doc.toJS() as { steps?: unknown } | null)?.steps;
  return Array.isArray(steps) ? steps.map((step: unknown) => [String((step as { id?: unknown } | null)?.id ?? ""), JSON.stringify(step)]) : [];
}
