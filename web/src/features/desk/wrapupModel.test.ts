import { describe, expect, it } from "vitest";
import type { WrapupDraft } from "../../api/types";
import { chosenTypes, formOf, inputOf, lackOf, toggleType } from "./wrapupModel";

const draft: WrapupDraft = {
  ready: true,
  types: [
    { code: "01.01.1", name: "临时挂失", p: 0.96 },
    { code: "01.02.1", name: "遗失补卡", p: 0.88 },
    { code: "01.01.2", name: "正式挂失", p: 0.21 },
  ],
  summary: [
    { label: "reason", text: "卡丢了", turns: [3] },
    { label: "done", text: "挂失", turns: [5, 9] },
  ],
  fields: [
    { name: "card_tail", label: "卡尾号", value: "3306", turn: 5, uncertain: false },
    { name: "branch", label: "网点", value: "江北路支行", turn: 7, uncertain: true },
  ],
  outcome: "resolved_fcr",
};

describe("the wrap-up form", () => {
  it("chooses what the double is sure of, else the likeliest, else asks", () => {
    expect(chosenTypes(draft)).toEqual(["01.01.1", "01.02.1"]);
    expect(chosenTypes({ types: [{ code: "a", p: 0.6 }, { code: "b", p: 0.3 }] })).toEqual(["a"]);
    expect(chosenTypes({ types: [{ code: "a", p: 0.4 }] })).toEqual([]);
    expect(lackOf(formOf({ types: [{ code: "a", p: 0.4 }], outcome: "ticketed" }, {}))).toBe("type");
    expect(lackOf(formOf({ ...draft, outcome: "" }, {}))).toBe("outcome");
    expect(lackOf(formOf(draft, {}))).toBeNull();
  });

  it("confirms the draft unchanged when nothing was touched", () => {
    expect(inputOf(formOf(draft, {}))).toEqual({
      types: ["01.01.1", "01.02.1"],
      summary: [
        { text: "卡丢了", turns: [3] },
        { text: "挂失", turns: [5, 9] },
      ],
      fields: [
        { name: "card_tail", value: "3306" },
        { name: "branch", value: "江北路支行" },
      ],
      outcome: "resolved_fcr",
    });
  });

  it("keeps what the rep changed when the draft moves under it", () => {
    const edits = { fields: { branch: "江北新区支行" }, sentences: { 0: "银行卡丢失" } };
    const later: WrapupDraft = { ...draft, summary: [{ label: "reason", text: "别的", turns: [1] }], fields: [{ name: "branch", value: "江北", uncertain: true }] };
    const form = formOf(later, edits);
    expect(form.fields[0]?.value).toBe("江北新区支行");
    expect(form.sentences[0]?.text).toBe("银行卡丢失");
  });

  it("counts a field as doubtful until it is changed or looked at", () => {
    expect(formOf(draft, {}).doubtful).toBe(1);
    expect(formOf(draft, { checked: ["branch"] }).doubtful).toBe(0);
    expect(formOf(draft, { fields: { branch: "江北路支行" } }).doubtful).toBe(0);
  });

  it("toggles proposals and adds searched types", () => {
    const off = toggleType(draft, {}, "01.02.1");
    expect(inputOf(formOf(draft, off)).types).toEqual(["01.01.1"]);
    const added = toggleType(draft, off, "03.04.1", "临时提额");
    const form = formOf(draft, added);
    expect(form.types.at(-1)).toMatchObject({ code: "03.04.1", name: "临时提额", on: true });
    expect(inputOf(formOf(draft, toggleType(draft, added, "03.04.1"))).types).toEqual(["01.01.1"]);
  });

  it("leaves out what was emptied and adds a follow-up only where there is one", () => {
    const form = formOf(draft, { sentences: { 1: "  " }, fields: { card_tail: "" }, followUp: " 短信提醒 " });
    const input = inputOf(form);
    expect(input.summary).toHaveLength(1);
    expect(input.fields).toEqual([{ name: "branch", value: "江北路支行" }]);
    expect(input.follow_up).toBe("短信提醒");
  });
});
