import { describe, expect, it } from "vitest";
import { placed } from "./places";
import { readItem } from "./yamlItem";

const rule = `id: A-1
name: x
after: customer says "{none}"
when: >-
  rep says "a"
  or rep says "{no_such}"
wording: y
`;
const flow = `id: P90
steps:
  - {id: S1, name: a, done: start}
  - id: S2
    name: b
    done: rep says "{none}"
`;
const at = (message: string, text = rule) => placed([{ line: 1, message }], readItem(text))[0];

describe("the place of a mistake", () => {
  it("is the line of the condition that the compiler names", () => {
    expect(at("rule A-1: after: column 16: class \u00abnone\u00bb does not exist")).toMatchObject({ line: 3, message: "class \u00abnone\u00bb does not exist" });
    expect(at("rule A-1: when: column 11: x")).toMatchObject({ line: 5 });
    expect(at("rule A-1: when: column 27: x")).toMatchObject({ line: 6 });
  });
  it("is the step of a flow", () => {
    expect(at("flow P90: step S2: done: column 3: x", flow)).toMatchObject({ line: 6 });
    expect(at("flow P90.S2: done: column 3: x", flow)).toMatchObject({ line: 6 });
  });
  it("stays where nothing better is known", () => {
    const other = { line: 4, message: "rule A-1: when: column 3: x" };
    expect(placed([other], readItem(rule))[0]).toEqual(other);
    expect(at("something else")).toEqual({ line: 1, message: "something else" });
  });
});
