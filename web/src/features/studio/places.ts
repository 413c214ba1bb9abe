// Where a mistake stands. What only the compiler knows comes as «rule SAL-01: when: column 16: …» without a line: here it gets
// the line of that part of the condition.
import type { CheckResult } from "../../api/types";
import { readFlow, stepPath } from "./flow/model";
import { conditionOf, fragmentOf, has, lineOf, offsetOf, type ItemText, type Path } from "./yamlItem";

export type Mistake = CheckResult["errors"][number];

const shape = /^(?:rule|flow|leaf|announcement|article) (?:\S+?)(?:[:.] ?| )(.*?)column (\d+): (.*)$/s;

export function placed(errors: readonly Mistake[], item: ItemText): Mistake[] {
  return errors.map((error) => {
    const found = shape.exec(error.message);
    if (!found || error.line > 1 || item.problems.length > 0) return error;
    const [, where = "", column = "", message = ""] = found;
    const path = pathOf(where, item);
    if (!path) return error;
    const line = lineAt(item, path, Number(column));
    return line === null ? error : { ...error, line, message };
  });
}

// «when: », «require: », «step S6: done: »: the names on the way to the condition.
function pathOf(where: string, item: ItemText): Path | null {
  const names = where.split(/[:\s]+/).filter((name) => name !== "" && name !== "step");
  const steps = has(item, ["steps"]) ? readFlow(item).steps : [];
  const step = steps.find((one) => names.includes(one.id));
  const keys = names.filter((name) => name !== step?.id && /^[a-z_]+$/.test(name));
  const base: Path = step ? stepPath(step.index) : [];
  for (let length = keys.length; length > 0; length -= 1) {
    const path = [...base, ...keys.slice(0, length)];
    if (has(item, path)) return path;
  }
  return step ? base : null;
}

function lineAt(item: ItemText, path: Path, column: number): number | null {
  const start = offsetOf(item, path);
  if (start === null) return null;
  const first = lineOf(item.text, start);
  const condition = conditionOf(item, path);
  if (condition === "" || !/^[>|]/.test(item.text.slice(start)) || fragmentOf(item, path) === "") return first;
  // The lines of a block text begin below its header; a line break counts as the blank it stands for.
  const before = Array.from(condition).slice(0, column - 1).join("");
  return first + 1 + (before.split("\n").length - 1);
}
