// The graph of a flow: steps as nodes, ways as connections. It holds no state of its own but the selection; every edit goes
// into the YAML. Loaded only when a flow is opened.
import { AppstoreOutlined, BranchesOutlined, ClockCircleOutlined, LockOutlined, PartitionOutlined, StopOutlined, WarningFilled } from "@ant-design/icons";
import { BaseEdge, ConnectionMode, Controls, EdgeLabelRenderer, Handle, MarkerType, Position, ReactFlow, getSmoothStepPath, useReactFlow, type Connection as Wire, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../api/types";
import { usePrefs } from "../../../state/prefs";
import { connections, endId, layout, type Connection, type Flow, type Step } from "./model";
import styles from "./flow.module.css";

export interface GraphProps {
  flow: Flow;
  selected: string | null;
  selectedEdge: string | null;
  errors: CheckResult["errors"];
  changed: ReadonlySet<string>;
  onSelect: (step: string | null, edge: string | null) => void;
  onConnect: (from: string, to: string) => void;
  onReconnect: (connection: Connection, to: string) => void;
}

interface StepData extends Record<string, unknown> {
  step: Step;
  error: string | null;
  changed: boolean;
}
interface EndData extends Record<string, unknown> {
  code: string | null;
}
interface WayData extends Record<string, unknown> {
  way: Connection;
}
type StepNode = Node<StepData, "step">;
type EndNode = Node<EndData, "end">;
type WayEdge = Edge<WayData, "way">;

const width = 196;
const height = 78;
const gapX = 56;
const gapY = 34;

const nodeTypes = { step: StepBox, end: EndBox };
const edgeTypes = { way: Way };

export function FlowGraph({ flow, selected, selectedEdge, errors, changed, onSelect, onConnect, onReconnect }: GraphProps) {
  const { t } = useTranslation();
  const theme = usePrefs((prefs) => prefs.theme);
  const places = useMemo(() => layout(flow), [flow]);
  const ways = useMemo(() => connections(flow), [flow]);
  const nodes = useMemo(() => nodesOf(flow, places, errors, changed, selected, t), [flow, places, errors, changed, selected, t]);
  const edges = useMemo(() => edgesOf(ways, places, selectedEdge), [ways, places, selectedEdge]);
  return (
    <ReactFlow<StepNode | EndNode, WayEdge>
      className={styles.graph ?? ""}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      colorMode={theme}
      connectionMode={ConnectionMode.Loose}
      nodesDraggable={false}
      edgesReconnectable
      deleteKeyCode={null}
      minZoom={0.3}
      maxZoom={1.5}
      fitView
      fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
      proOptions={{ hideAttribution: true }}
      aria-label={t("graph.graph")}
      onPaneClick={() => onSelect(null, null)}
      onNodeClick={(_, node) => onSelect(node.type === "step" ? node.id : null, null)}
      onEdgeClick={(_, edge) => onSelect(null, edge.id)}
      onNodesChange={(changes) => {
        // The keyboard selects, too.
        const picked = changes.find((change) => change.type === "select" && change.selected);
        if (picked?.type === "select" && picked.id !== selected) onSelect(flow.steps.some((step) => step.id === picked.id) ? picked.id : null, null);
      }}
      onEdgesChange={(changes) => {
        const picked = changes.find((change) => change.type === "select" && change.selected);
        if (picked?.type === "select") onSelect(null, picked.id);
      }}
      onConnect={(wire: Wire) => onConnect(wire.source, wire.target)}
      onReconnect={(old, wire) => {
        const way = ways.find((one) => one.id === old.id);
        if (way && wire.source === way.from) onReconnect(way, wire.target);
      }}
    >
      <Controls showInteractive={false} aria-label={t("graph.zoom")} />
      <FitOnChange signature={places.map((place) => `${place.id}${place.column}${place.row}`).join()} />
    </ReactFlow>
  );
}

/** Another shape of the graph: all of it in view again. */
function FitOnChange({ signature }: { signature: string }) {
  const { fitView } = useReactFlow();
  useEffect(() => {
    const timer = setTimeout(() => void fitView({ padding: 0.08, maxZoom: 1 }), 30);
    return () => clearTimeout(timer);
  }, [signature, fitView]);
  return null;
}

type T = ReturnType<typeof useTranslation>["t"];

function nodesOf(flow: Flow, places: ReturnType<typeof layout>, errors: GraphProps["errors"], changed: ReadonlySet<string>, selected: string | null, t: T): (StepNode | EndNode)[] {
  const lanes: number[] = [];
  for (const place of places) lanes[place.column] = Math.max(lanes[place.column] ?? 1, place.lane + 1);
  const columnX = lanes.map((_, column) => lanes.slice(0, column).reduce((sum, one) => sum + one * (width + 16) + gapX, 0));
  return places.map((place): StepNode | EndNode => {
    const position = { x: (columnX[place.column] ?? 0) + place.lane * (width + 16), y: place.row * (height + gapY) };
    const base = { id: place.id, position, width, height, selected: place.id === selected, draggable: false };
    const step = flow.steps.find((one) => one.id === place.id);
    if (!step) return { ...base, type: "end", data: { code: place.id === endId ? null : place.id.slice("flow:".length) }, selectable: false, focusable: false };
    const error = errors.find((one) => one.line >= step.lines[0] && one.line <= step.lines[1]);
    return { ...base, type: "step", data: { step, error: error?.message ?? null, changed: changed.has(step.id) }, ariaLabel: `${step.id} ${step.name.zh || t(`graph.common.${(step.use || "none") as "none"}`, { defaultValue: step.use })}` };
  });
}

function edgesOf(ways: Connection[], places: ReturnType<typeof layout>, selected: string | null): WayEdge[] {
  const place = new Map(places.map((one) => [one.id, one]));
  return ways.map((way) => {
    const from = place.get(way.from);
    const to = place.get(way.to);
    const sideways = from && to && to.column > from.column;
    return {
      id: way.id,
      source: way.from,
      target: way.to,
      type: "way",
      data: { way },
      selected: way.id === selected,
      reconnectable: way.kind === "end" ? false : "target",
      // Ways on from top to bottom, into the next column from side to side; what is owed runs along the edge.
      sourceHandle: sideways ? "right" : way.kind === "owed" ? "left" : "bottom",
      targetHandle: sideways || way.kind === "owed" ? "left-in" : "top-in",
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
    };
  });
}

function Handles() {
  return (
    <>
      <Handle id="top-in" type="target" position={Position.Top} className={styles.handle ?? ""} />
      <Handle id="left-in" type="target" position={Position.Left} className={styles.handle ?? ""} />
      <Handle id="left" type="source" position={Position.Left} className={styles.hidden ?? ""} isConnectable={false} />
      <Handle id="bottom" type="source" position={Position.Bottom} className={styles.handle ?? ""} />
      <Handle id="right" type="source" position={Position.Right} className={styles.handle ?? ""} />
    </>
  );
}

function StepBox({ data, selected }: NodeProps<StepNode>) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const { step, error, changed } = data;
  const kind = step.call ? "call" : step.gate ? "gate" : step.must ? "must" : step.next.length > 1 ? "branch" : "step";
  const icon = { call: <PartitionOutlined />, gate: <LockOutlined />, must: <ClockCircleOutlined />, branch: <BranchesOutlined />, step: <AppstoreOutlined /> }[kind];
  const name = (lang === "en" ? step.name.en || step.name.zh : step.name.zh) || t(`graph.common.${(step.use || "none") as "none"}`, { defaultValue: step.use });
  return (
    <div
      className={`${styles.box} ${styles[kind] ?? ""} ${step.optional || step.condition ? styles.dashed : ""} ${selected ? styles.picked : ""} ${error ? styles.wrong : ""}`}
      title={error ?? undefined}
      data-step={step.id}
      data-wrong={error ? "" : undefined}
    >
      <Handles />
      <div className={styles.boxHead}>
        <span className={styles.boxKind}>
          <span aria-hidden="true">{icon}</span> {step.id} {t(`graph.kind.${kind}`)}
          {step.must && kind !== "must" ? ` \u00b7 ${t("graph.kind.must")}` : ""}
        </span>
        {changed ? <span className={styles.dot} title={t("graph.changed")} /> : null}
        {step.use ? <span className={styles.boxUse}>{step.use}</span> : step.rule ? <span className={styles.boxUse}>{step.rule}</span> : null}
      </div>
      <div className={styles.boxName}>{name}</div>
      <div className={styles.boxFoot}>
        {error ? (
          <span className={styles.red}>
            <WarningFilled aria-hidden="true" /> {error}
          </span>
        ) : step.condition ? (
          t("graph.onlyIf", { condition: step.condition })
        ) : step.call ? (
          t("graph.calls", { code: step.call })
        ) : step.evidence > 0 ? (
          t("graph.evidenceCount", { count: step.evidence })
        ) : step.use ? (
          t("graph.fromCommon")
        ) : (
          ""
        )}
      </div>
    </div>
  );
}

function EndBox({ data }: NodeProps<EndNode>) {
  const { t } = useTranslation();
  return (
    <div className={`${styles.box} ${data.code ? styles.dashed : styles.end}`} data-end={data.code ?? "end"}>
      <Handles />
      <div className={styles.boxHead}>
        <span className={styles.boxKind}>
          <span aria-hidden="true">{data.code ? <PartitionOutlined /> : <StopOutlined />}</span> {data.code ? t("graph.kind.other") : t("graph.kind.end")}
        </span>
      </div>
      <div className={styles.boxName}>{data.code ?? t("graph.end")}</div>
    </div>
  );
}

function Way({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, markerEnd, selected, data }: EdgeProps<WayEdge>) {
  const { t } = useTranslation();
  const [path, labelX, labelY] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 8 });
  const way = data?.way;
  const label = way?.kind === "branch" ? way.label || t("graph.otherwise") : way?.kind === "owed" ? t("graph.owedAfter") : "";
  const tone = way?.kind === "owed" ? styles.owedEdge : way?.kind === "end" ? styles.endEdge : styles.edge;
  return (
    <>
      <BaseEdge id={id} path={path} className={`${tone ?? ""} ${selected ? styles.edgePicked : ""}`} {...(markerEnd ? { markerEnd } : {})} />
      {label ? (
        <EdgeLabelRenderer>
          <span className={`${styles.edgeLabel} ${way?.kind === "owed" ? styles.owedLabel : ""}`} style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }} title={label}>
            {label}
          </span>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
}
