import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffLines } from "./diff";
import { ruleFields, ruleOrder } from "./rule/fields";
import { shipped } from "./shipped";
import { conditionOf, count, has, keysOf, lineOf, listOf, localizedOf, readItem, textOf, withCondition, withDate, withEntry, withKey, withList, withLocalized, withMoved, withoutEntry, withoutKey, withText, type ItemText, type Path } from "./yamlItem";

const rules = shipped("rules");
const flows = shipped("flows").filter((flow) => !flow.file.endsWith("common.yaml"));

interface Change {
  path: Path;
  /** The text written with what was read, and with something else. */
  again: (item: ItemText) => string;
  other: (item: ItemText) => string;
}

// Every field of the form that this rule has.
function changes(item: ItemText): Change[] {
  const out: Change[] = [];
  const add = (path: Path, again: Change["again"], other: Change["other"]) => has(item, path) && out.push({ path, again, other });
  for (const field of ruleFields) {
    const path = field.path;
    if (!has(item, path)) continue;
    switch (field.type) {
      case "localized":
        for (const lang of ["zh", "en"] as const) {
          const at = typeof item.doc.getIn([...path]) === "object" ? [...path, lang] : path;
          if (lang === "en" && at === path) continue;
          add(at, (one) => withLocalized(one, path, lang, localizedOf(one, path, lang)), (one) => withLocalized(one, path, lang, `${localizedOf(one, path, lang)}: 新, [的]`));
        }
        break;
      case "condition":
        if (count(item, path) > 0) break;
        add(path, (one) => withCondition(one, path, conditionOf(one, path)), (one) => withCondition(one, path, conditionOf(one, path).replace(/\w+/, (word) => word + "x")));
        break;
      case "date":
        add(path, (one) => withDate(one, path, textOf(one, path) === "null" ? "" : textOf(one, path)), (one) => withDate(one, path, "2031-01-31"));
        break;
      case "list":
        add(path, (one) => withList(one, path, listOf(one, path)), (one) => withList(one, path, [...listOf(one, path), "another"]));
        break;
      default:
        add(path, (one) => withText(one, path, textOf(one, path)), (one) => withText(one, path, "9 turns"));
    }
  }
  for (let index = 0; index < count(item, ["require", "all"]); index += 1) {
    const path = ["require", "all", index, "when"];
    add(path, (one) => withCondition(one, path, conditionOf(one, path)), (one) => withCondition(one, path, `${conditionOf(one, path)} or start`));
    const name = ["require", "all", index, "name"];
    add(name, (one) => withLocalized(one, name, "zh", localizedOf(one, name, "zh")), (one) => withLocalized(one, name, "zh", "另一个名字"));
    if (localizedOf(item, name, "en")) add([...name, "en"], (one) => withLocalized(one, name, "en", localizedOf(one, name, "en")), (one) => withLocalized(one, name, "en", "another: name"));
  }
  return out;
}

describe("the form over every shipped rule", () => {
  it("has all of them", () => {
    expect(rules.length).toBeGreaterThanOrEqual(170);
    for (const rule of rules) expect(readItem(rule.text).problems, rule.id).toEqual([]);
  });

  it("shows every key that any of them has", () => {
    const shown = new Set([...ruleFields.map((field) => String(field.path[0])), "id", "require"]);
    for (const rule of rules) expect(keysOf(readItem(rule.text), []).filter((key) => !shown.has(key)), rule.id).toEqual([]);
  });

  it("writes what it read as it was", () => {
    for (const rule of rules) {
      const item = readItem(rule.text);
      for (const change of changes(item)) expect(change.again(item), `${rule.id} ${change.path.join(".")}`).toBe(rule.text);
    }
  });

  it("changes one field and no other line", () => {
    let fields = 0;
    for (const rule of rules) {
      const item = readItem(rule.text);
      for (const change of changes(item)) {
        const name = `${rule.id} ${change.path.join(".")}`;
        const text = change.other(item);
        expect(text, name).not.toBe(rule.text);
        const node = item.doc.getIn([...change.path], true) as { range: [number, number, number] };
        const first = lineOf(rule.text, node.range[0]);
        const last = lineOf(rule.text, Math.max(node.range[0], node.range[1] - 1));
        for (const line of diffLines(rule.text, text)) if (line.kind === "removed") expect(line.before! >= first && line.before! <= last, `${name}: line ${line.before} «${line.text}»`).toBe(true);
        fields += 1;
      }
    }
    expect(fields).toBeGreaterThan(1500);
  });

  it("changes one line of a condition of several", () => {
    const rule = rules.find((one) => one.id === "SAL-06")!;
    const item = readItem(rule.text);
    const condition = conditionOf(item, ["when"]);
    expect(condition.split("\n").length).toBeGreaterThan(3);
    const text = withCondition(item, ["when"], condition.replace("{is_deposit}", "{is_deposit}|存单一样"));
    const changed = diffLines(rule.text, text).filter((line) => line.kind !== "same");
    expect(changed.map((line) => line.kind)).toEqual(["removed", "added"]);
    expect(changed[1]?.text).toContain("存单一样");
  });

  it("adds and takes away a key, and nothing else", () => {
    for (const rule of rules) {
      const item = readItem(rule.text);
      const added = withKey(item, ["cooldown"], "5 turns", ruleOrder);
      if (!has(item, ["cooldown"])) {
        expect(diffLines(rule.text, added).filter((line) => line.kind !== "same").map((line) => `${line.kind} ${line.text}`), rule.id).toEqual(["added cooldown: 5 turns"]);
        expect(withoutKey(readItem(added), ["cooldown"]), rule.id).toBe(rule.text);
      }
      const retired = withDate(item, ["to"], "2027-01-01", ruleOrder);
      expect(diffLines(rule.text, retired).filter((line) => line.kind !== "same"), rule.id).toHaveLength(2);
    }
  });
});

describe("edits over every shipped flow", () => {
  it("are the identity when nothing changes, for all 31", () => {
    expect(flows).toHaveLength(31);
    for (const flow of flows) {
      const item = readItem(flow.text);
      expect(item.problems, flow.id).toEqual([]);
      for (let index = 0; index < count(item, ["steps"]); index += 1) {
        const step = ["steps", index];
        for (const lang of ["zh", "en"] as const)
          for (const key of ["name", "say", "customer_say"])
            if (has(item, [...step, key])) expect(withLocalized(item, [...step, key], lang, localizedOf(item, [...step, key], lang)), `${flow.id} ${index} ${key}`).toBe(flow.text);
        if (has(item, [...step, "done"])) expect(withCondition(item, [...step, "done"], conditionOf(item, [...step, "done"])), flow.id).toBe(flow.text);
      }
    }
  });

  it("move, add and remove steps by their own lines", () => {
    for (const flow of flows) {
      const item = readItem(flow.text);
      const steps = count(item, ["steps"]);
      const order = (text: string) => (parse(text).steps as { id: string }[]).map((step) => step.id);
      const ids = order(flow.text);
      const down = withMoved(item, ["steps"], 0, steps - 1);
      expect(order(down), flow.id).toEqual([...ids.slice(1), ids[0]]);
      expect([...down.split("\n")].sort(), "the same lines").toEqual([...flow.text.split("\n")].sort());
      expect(withMoved(readItem(down), ["steps"], steps - 1, 0), flow.id).toBe(flow.text);
      const added = withEntry(item, ["steps"], { id: "S99", name: { zh: "新步骤", en: "New step" }, done: "rep says \"x\"" }, 1);
      expect(order(added), flow.id).toEqual([ids[0], "S99", ...ids.slice(1)]);
      expect(diffLines(flow.text, added).every((line) => line.kind !== "removed"), flow.id).toBe(true);
      expect(withoutEntry(readItem(added), ["steps"], 1), flow.id).toBe(flow.text);
    }
  });
});
