import { describe, expect, it } from "vitest";
import { readDialogue, writeDialogue, type Prefixes } from "./dialogue";

const prefixes: Prefixes = { customer: ["客户", "customer", "c"], agent: ["坐席", "rep", "r"], bot: ["机器人", "bot", "b"], event: ["事件", "event", "e"] };

describe("a pasted dialogue", () => {
  it("reads either language and either colon", () => {
    const text = "客户：卡丢了\n\nRep: One moment.\n坐席: 请稍等：马上\n事件：card.loss_temp {\"days\":5}\ne: idv.passed";
    expect(readDialogue(text, prefixes).map((one) => one.turn)).toEqual([
      { speaker: "customer", text: "卡丢了" },
      { speaker: "agent", text: "One moment." },
      { speaker: "agent", text: "请稍等：马上" },
      { speaker: "system", event: { name: "card.loss_temp", data: { days: 5 } } },
      { speaker: "system", event: { name: "idv.passed" } },
    ]);
  });

  it("names the lines it cannot read", () => {
    expect(readDialogue("谁：好\n没有冒号\n客户：\n事件：a {b", prefixes).map((one) => [one.line, one.turn])).toEqual([
      [1, null],
      [2, null],
      [3, null],
      [4, null],
    ]);
  });

  it("writes what it reads", () => {
    const turns = [{ speaker: "customer" as const, text: "在吗：我" }, { speaker: "bot" as const, text: "在" }, { speaker: "system" as const, event: { name: "a.b", data: { n: 1 } } }];
    expect(readDialogue(writeDialogue(turns, prefixes, "："), prefixes).map((one) => one.turn)).toEqual(turns);
  });
});
