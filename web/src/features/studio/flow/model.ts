// A flow as steps and connections, read off its YAML; and the edits of the graph, each of them an edit of that text.
import { count, conditionOf, has, isLocalized, keysOf, linesOfField, listOf, localizedOf, textOf, withCondition, withEntry, withKey, withMoved, withText, withoutEntry, withoutKey, type ItemText, type Path } from "../yamlItem";

export interface Branch {
  to: string;
  /** Empty: otherwise. */
  condition: string;
}

export interface Step {
  index: number;
  id: string;
  name: { zh: string; en: string };
  use: string;
  call: string;
  together: string;
  rule: string;
  owedAfter: string;
  must: boolean;
  gate: boolean;
  optional: boolean;
  condition: string;
  next: Branch[];
  evidence: number;
  lines: [number, number];
}

export interface Flow {
  id: string;
  steps: Step[];
  ends: string[];
}

export const endId = "end";

/** The order of keys in a step as the packs write it. */
export const stepOrder: readonly string[] = ["id", "use", "name", "call", "together", "say", "customer_say", "must", "gate", "ungated", "optional", "if", "owed", "next", "rule", "note", "done"];
export const flowOrder: readonly string[] = ["id", "name", "level", "leaf", "note", "start", "fields", "steps", "ends", "source", "from", "to"];

export const stepPath = (index: number): Path => ["steps", index];
const flag = (item: ItemText, path: Path) => textOf(item, path) === "true";

export function branchesOf(item: ItemText, index: number): Branch[] {
  const path = [...stepPath(index), "next"];
  if (!has(item, path)) return [];
  const listed = count(item, path);
  if (listed === 0) return [{ to: textOf(item, path), condition: "" }];
  return Array.from({ length: listed }, (_, at) => ({ to: textOf(item, [...path, at, "to"]), condition: conditionOf(item, [...path, at, "if"]) }));
}

export function readFlow(item: ItemText): Flow {
  const steps = Array.from({ length: count(item, ["steps"]) }, (_, index): Step => {
    const at = (key: string): Path => [...stepPath(index), key];
    return {
      index,
      id: textOf(item, at("id")),
      name: { zh: localizedOf(item, at("name"), "zh"), en: localizedOf(item, at("name"), "en") },
      use: textOf(item, at("use")),
      call: textOf(item, at("call")),
      together: textOf(item, at("together")),
      rule: textOf(item, at("rule")),
      owedAfter: textOf(item, at("owed")).replace(/^after /, ""),
      must: flag(item, at("must")),
      gate: flag(item, at("gate")),
      optional: flag(item, at("optional")),
      condition: conditionOf(item, at("if")),
      next: branchesOf(item, index),
      evidence: evidenceOf(item, index).alternatives.reduce((sum, one) => sum + one.length, 0),
      lines: linesOfField(item, stepPath(index)) ?? [0, 0],
    };
  });
  return { id: textOf(item, ["id"]), steps, ends: has(item, ["ends"]) ? listOf(item, ["ends"]) : [] };
}

export interface Connection {
  id: string;
  from: string;
  to: string;
  kind: "follow" | "branch" | "owed" | "end";
  label: string;
  /** Of a branch: which. */
  branch: number | null;
}

/** Where one goes from each step: what it says itself, otherwise to the next in the list. */
export function connections(flow: Flow): Connection[] {
  const out: Connection[] = [];
  const known = new Set(flow.steps.map((step) => step.id));
  flow.steps.forEach((step, index) => {
    if (step.next.length === 0) {
      const to = flow.steps[index + 1]?.id ?? endId;
      out.push({ id: `${step.id}>${to}`, from: step.id, to, kind: "follow", label: "", branch: null });
    }
    step.next.forEach((branch, at) => {
      if (branch.to !== endId && !known.has(branch.to)) return;
      out.push({ id: `${step.id}>${at}>${branch.to}`, from: step.id, to: branch.to, kind: "branch", label: branch.condition, branch: at });
    });
    if (step.owedAfter && known.has(step.owedAfter)) out.push({ id: `${step.owedAfter}~${step.id}`, from: step.owedAfter, to: step.id, kind: "owed", label: "", branch: null });
  });
  flow.ends.forEach((code) => out.push({ id: `end>${code}`, from: endId, to: `flow:${code}`, kind: "end", label: "", branch: null }));
  return out;
}

export const rowsOfColumn = 5;

export interface Place {
  id: string;
  column: number;
  row: number;
  /** Beside each other in one row: branches of the same depth. */
  lane: number;
}

/** Layers by the longest way from the start, wrapped into columns, so that a long flow stays on one screen. */
export function layout(flow: Flow): Place[] {
  const ids = [...flow.steps.map((step) => step.id), endId, ...flow.ends.map((code) => `flow:${code}`)];
  const order = new Map(ids.map((id, index) => [id, index]));
  const layer = new Map<string, number>(ids.map((id) => [id, 0]));
  // Steps stand in reading order, so ways lead forward; those that lead back do not count.
  const forward = connections(flow).filter((one) => one.kind !== "owed" && (order.get(one.from) ?? 0) < (order.get(one.to) ?? 0));
  for (const id of ids)
    for (const one of forward) if (one.from === id) layer.set(one.to, Math.max(layer.get(one.to) ?? 0, (layer.get(id) ?? 0) + 1));
  // A step that no way reaches keeps its place in the list.
  flow.steps.forEach((step, index) => {
    if (index > 0 && !forward.some((one) => one.to === step.id)) layer.set(step.id, (layer.get(flow.steps[index - 1]?.id ?? "") ?? 0) + 1);
  });
  const lanes = new Map<number, number>();
  const widths: number[] = [];
  return ids.map((id) => {
    const depth = layer.get(id) ?? 0;
    const lane = lanes.get(depth) ?? 0;
    lanes.set(depth, lane + 1);
    const column = Math.floor(depth / rowsOfColumn);
    widths[column] = Math.max(widths[column] ?? 0, lane + 1);
    return { id, column, row: depth % rowsOfColumn, lane };
  });
}

// --- evidence: done is a condition, {field}, any: [...] or all: [...], or any of all ---

export interface EvidencePart {
  path: Path;
  /** A captured field instead of a condition. */
  field: string | null;
  condition: string;
}
export interface Evidence {
  shape: "none" | "one" | "any" | "all" | "deep";
  alternatives: EvidencePart[][];
}

export function evidenceOf(item: ItemText, index: number): Evidence {
  const path: Path = [...stepPath(index), "done"];
  if (!has(item, path)) return { shape: "none", alternatives: [] };
  const part = (at: Path): EvidencePart => ({ path: at, field: has(item, [...at, "field"]) ? textOf(item, [...at, "field"]) : null, condition: conditionOf(item, at) });
  const list = (at: Path) => Array.from({ length: count(item, at) }, (_, n): Path => [...at, n]);
  if (!isLocalized(item, path)) {
    const listed = list(path);
    return listed.length > 0 ? { shape: "any", alternatives: listed.map((one) => [part(one)]) } : { shape: "one", alternatives: [[part(path)]] };
  }
  if (has(item, [...path, "field"])) return { shape: "one", alternatives: [[part(path)]] };
  if (has(item, [...path, "all"])) return { shape: "all", alternatives: [list([...path, "all"]).map(part)] };
  const options = list([...path, "any"]);
  const deep = options.some((one) => has(item, [...one, "all"]));
  return { shape: deep ? "deep" : "any", alternatives: options.map((one) => (has(item, [...one, "all"]) ? list([...one, "all"]).map(part) : [part(one)])) };
}

/** One alternative or part more. A single condition becomes a list of that kind. */
export function withEvidence(item: ItemText, index: number, kind: "any" | "all", condition: string): string {
  const path: Path = [...stepPath(index), "done"];
  const now = evidenceOf(item, index);
  if (now.shape === "none") return withKey(item, path, condition, stepOrder);
  if (now.shape === kind || (now.shape === "deep" && kind === "any")) {
    const listed = has(item, [...path, kind]) ? [...path, kind] : path;
    return withEntry(item, listed, condition);
  }
  const first = now.alternatives[0]?.[0];
  if (now.shape === "one" && first) return withKey(item, path, { [kind]: [first.field === null ? flat(first.condition) : { field: first.field }, condition] }, stepOrder);
  return item.text;
}
const flat = (text: string) => text.replace(/\s+/g, " ").trim();

/** Any or all of the same parts. */
export function withEvidenceKind(item: ItemText, index: number, kind: "any" | "all"): string {
  const path: Path = [...stepPath(index), "done"];
  const now = evidenceOf(item, index);
  if (now.shape === kind || now.shape === "deep" || now.shape === "none" || now.shape === "one") return item.text;
  const parts = now.alternatives.flat().map((part) => (part.field === null ? flat(part.condition) : { field: part.field }));
  return withKey(item, path, { [kind]: parts }, stepOrder);
}

export function withoutEvidence(item: ItemText, part: EvidencePart): string {
  return typeof part.path.at(-1) === "number" ? withoutEntry(item, part.path.slice(0, -1), Number(part.path.at(-1))) : item.text;
}

// --- edits of the graph ---

export function freshId(flow: Flow): string {
  const numbers = flow.steps.map((step) => Number(/^S(\d+)/.exec(step.id)?.[1] ?? 0));
  return `S${Math.max(0, ...numbers) + 1}`;
}

export function withStep(item: ItemText, after: number, step: Record<string, unknown>): string {
  return withEntry(item, ["steps"], step, after + 1, flowOrder);
}

/** Without a step, and without what pointed at it. */
export function withoutStep(item: ItemText, index: number): string {
  const flow = readFlow(item);
  const gone = flow.steps[index];
  if (!gone || flow.steps.length < 2) return item.text;
  let now = item.read(withoutEntry(item, ["steps"], index));
  readFlow(now).steps.forEach((step) => {
    if (step.owedAfter === gone.id) now = item.read(withoutKey(now, [...stepPath(step.index), "owed"]));
    for (let at = step.next.length - 1; at >= 0; at -= 1) if (step.next[at]?.to === gone.id) now = item.read(withoutBranch(now, step.index, at));
  });
  return now.text;
}

export const withOrder = (item: ItemText, from: number, to: number): string => withMoved(item, ["steps"], from, to);

/** Another id; what points at the step follows. */
export function withStepId(item: ItemText, index: number, id: string): string {
  const old = readFlow(item).steps[index]?.id ?? "";
  let now = item.read(withText(item, [...stepPath(index), "id"], id));
  for (const step of readFlow(now).steps) {
    if (step.owedAfter === old) now = item.read(withText(now, [...stepPath(step.index), "owed"], `after ${id}`));
    step.next.forEach((branch, at) => {
      if (branch.to === old) now = item.read(withBranch(now, step.index, at, { to: id }));
    });
  }
  return now.text;
}

export function withBranch(item: ItemText, index: number, at: number, change: Partial<Branch>): string {
  const path: Path = [...stepPath(index), "next"];
  const branches = branchesOf(item, index);
  const single = count(item, path) === 0;
  if (single && change.condition === undefined) return withText(item, path, change.to ?? branches[0]?.to ?? "", false, stepOrder);
  if (single) return withBranches(item, index, [{ to: change.to ?? branches[0]?.to ?? "", condition: change.condition ?? "" }]);
  let text = item.text;
  if (change.to !== undefined) text = withText(item, [...path, at, "to"], change.to);
  if (change.condition !== undefined) text = withCondition(item.read(text), [...path, at, "if"], change.condition, true);
  return text;
}

/** All the ways on from a step, written as shortly as they can be. */
export function withBranches(item: ItemText, index: number, branches: readonly Branch[]): string {
  const path: Path = [...stepPath(index), "next"];
  if (branches.length === 0) return has(item, path) ? withoutKey(item, path) : item.text;
  const first = branches[0] as Branch;
  if (branches.length === 1 && first.condition === "") return withKey(item, path, first.to, stepOrder);
  return withKey(item, path, branches.map(({ to, condition }) => (condition === "" ? { to } : { to, if: flat(condition) })), stepOrder);
}

export function withoutBranch(item: ItemText, index: number, at: number): string {
  return withBranches(item, index, branchesOf(item, index).filter((_, other) => other !== at));
}

/** A new way from one step to another; what was the only way stays as «otherwise». */
export function withConnection(item: ItemText, from: string, to: string, condition: string): string {
  const flow = readFlow(item);
  const step = flow.steps.find((one) => one.id === from);
  if (!step || from === to || to.startsWith("flow:")) return item.text;
  if (step.next.some((branch) => branch.to === to)) return item.text;
  const following = flow.steps[step.index + 1]?.id ?? endId;
  if (step.next.length === 0 && to === following) return item.text;
  const rest = step.next.length > 0 ? step.next : [{ to: following, condition: "" }];
  // What has no condition always holds: it comes last.
  return withBranches(item, step.index, [{ to, condition }, ...rest]);
}

/** A connection drawn to another step. */
export function withReconnected(item: ItemText, connection: Connection, to: string): string {
  const step = readFlow(item).steps.find((one) => one.id === connection.from);
  if (connection.kind === "owed") {
    const owed = readFlow(item).steps.find((one) => one.id === connection.to);
    const target = readFlow(item).steps.find((one) => one.id === to);
    if (!owed || !target || target.id === connection.from) return item.text;
    const without = item.read(withoutKey(item, [...stepPath(owed.index), "owed"]));
    return withText(without, [...stepPath(target.index), "owed"], `after ${connection.from}`, false, stepOrder);
  }
  if (!step || to === connection.from || to.startsWith("flow:")) return item.text;
  if (connection.branch !== null) return withBranch(item, step.index, connection.branch, { to });
  return withBranches(item, step.index, [{ to, condition: "" }]);
}

export function withoutConnection(item: ItemText, connection: Connection): string {
  const steps = readFlow(item).steps;
  const step = steps.find((one) => one.id === connection.from);
  if (connection.kind === "owed") {
    const owed = steps.find((one) => one.id === connection.to);
    return owed ? withoutKey(item, [...stepPath(owed.index), "owed"]) : item.text;
  }
  if (connection.kind === "end") {
    const ends = readFlow(item).ends;
    const index = ends.indexOf(connection.to.slice("flow:".length));
    return index < 0 ? item.text : ends.length === 1 ? withoutKey(item, ["ends"]) : withoutEntry(item, ["ends"], index);
  }
  return step && connection.branch !== null ? withoutBranch(item, step.index, connection.branch) : item.text;
}

export const stepKeys = (item: ItemText, index: number): string[] => keysOf(item, stepPath(index));
