// Every shipped flow as BPMN, read by bpmn-moddle without a warning and run by bpmn-engine from its start to its end.
// usage: node bpmn.mjs FENSHEN [DIR of .bpmn files instead of an export]
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, readdirSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {EventEmitter} from "node:events";
import {BpmnModdle} from "bpmn-moddle";
import {Engine} from "bpmn-engine";

const [fenshen, given] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), "fenshen-bpmn-"));
let failures = 0;
const fail = (flow, message) => {
  failures += 1;
  console.error(`${flow}: ${message}`);
};

// What a diagram needs so that other editors can open it: a shape for every node and a line for every flow.
function checkDiagram(flow, definitions) {
  const process = definitions.rootElements.find((element) => element.$type === "bpmn:Process");
  if (!process) return fail(flow, "no process");
  const drawn = new Map();
  for (const item of definitions.diagrams?.[0]?.plane?.planeElement ?? []) drawn.set(item.bpmnElement?.id, item);
  for (const element of process.flowElements) {
    const item = drawn.get(element.id);
    if (!item) fail(flow, `${element.id} is not drawn`);
    else if (element.$type === "bpmn:SequenceFlow" ? (item.waypoint?.length ?? 0) < 2 : !(item.bounds?.width > 0)) fail(flow, `${element.id} has no place`);
    if (element.$type === "bpmn:SequenceFlow" && (!element.sourceRef?.id || !element.targetRef?.id)) fail(flow, `${element.id} hangs loose`);
  }
  return process;
}

// Conditions of ours, answered the same way for the whole run.
class Conditions {
  constructor(answer) {
    this.answer = answer;
  }
  register() {}
  getScript(language, element) {
    if (language !== "urn:fenshen:condition") throw new Error(`${element.id}: language ${language}`);
    return {execute: (scope, callback) => callback(null, this.answer)};
  }
}

// Signals every task as soon as it waits, answers every call, and returns the tasks in the order they were done.
async function run(source, answer) {
  const done = [];
  const listener = new EventEmitter();
  const engine = new Engine({name: "flow", source, scripts: new Conditions(answer)});
  listener.on("activity.wait", (api) => api.signal());
  listener.on("activity.call", (api) => api.signal());  // the flow that is called stands in a document of its own
  listener.on("activity.end", (api) => done.push(api.id));
  const ended = engine.waitFor("end");
  await engine.execute({listener});
  await ended;
  return done;
}

function check(flow, process, done, everyStep) {
  const tasks = process.flowElements.filter((element) => element.$type === "bpmn:UserTask" || element.$type === "bpmn:CallActivity");
  if (!done.includes("End")) fail(flow, "did not come to its end");
  for (const task of tasks) {
    const guarded = task.incoming.every((line) => line.conditionExpression);
    if ((everyStep || !guarded) && !done.includes(task.id)) fail(flow, `${task.id} was not done`);
    if (!everyStep && guarded && done.includes(task.id)) fail(flow, `${task.id} was done although its condition does not hold`);
  }
  const order = done.filter((id) => tasks.some((task) => task.id === id));
  const wanted = tasks.map((task) => task.id).filter((id) => done.includes(id));
  const together = process.flowElements.some((element) => element.$type === "bpmn:ParallelGateway");
  if (!together && order.join() !== wanted.join()) fail(flow, `order ${order.join(" ")}`);
}

try {
  if (!given) execFileSync(fenshen, ["pack", "bpmn", "export", "--out", folder], {stdio: ["ignore", "ignore", "inherit"]});
  const files = readdirSync(folder).filter((name) => name.endsWith(".bpmn")).sort();
  for (const name of files) {
    const source = readFileSync(join(folder, name), "utf8");
    const {rootElement, warnings} = await new BpmnModdle().fromXML(source);
    for (const warning of warnings) fail(name, `bpmn-moddle: ${warning.message}`);
    const process = checkDiagram(name, rootElement);
    if (!process) continue;
    const jumps = process.flowElements.some((element) => element.id.startsWith("Next_"));

    check(name, process, await run(source, true), !jumps);
    if (!jumps) check(name, process, await run(source, false), false);
  }
  if (!given && files.length < 31) fail("all", `only ${files.length} flows`);
  console.log(`${files.length} flows, ${failures} failures`);
} finally {
  if (!given) rmSync(folder, {recursive: true, force: true});
}
process.exitCode = failures === 0 ? 0 : 1;
