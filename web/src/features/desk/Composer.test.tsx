import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { GateFinding, Summary } from "../../api/types";
import { startI18n } from "../../i18n";
import { useActions } from "../../state/actions";
import type { CardView } from "../../state/conversation";
import { draftOf, isEdited, setDraft, takeWords, useDrafts } from "../../state/drafts";
import { flush, live, receive, useLive } from "../../state/live";
import { useOutbox } from "../../state/outbox";
import { TestFrame } from "../../test/Frame";
import { demoCard, demoSummary } from "../../test/frames";
import { sendDraft, takeCard } from "./commands";
import { Composer } from "./Composer";

const summary = demoSummary({ id: "c1", channel: "chat", rep: { id: "r1", name: "小王" } });
const view: CardView = { card: demoCard({ card: "k1", say: "五天内有效。" }), n: 1, ms: 1, at: "", action: null, superseded: false };

interface Sent {
  url: string;
  body: Record<string, unknown>;
}

describe("the composer", () => {
  const sent: Sent[] = [];
  const asked: { ref: string; text: string }[] = [];
  let answer: Record<string, unknown> = { decision: "allowed", rules: [] };

  beforeAll(() => startI18n("zh"));
  beforeEach(() => {
    sent.length = 0;
    answer = { decision: "allowed", rules: [] };
    useDrafts.setState({ drafts: {} });
    useOutbox.setState({ entries: [] });
    useActions.setState({ local: {}, failed: null });
    useLive.setState({ status: "open", checks: {} });
    asked.length = 0;
    vi.spyOn(live, "draft").mockImplementation((_conversation, ref, text) => void asked.push({ ref, text }));
    vi.stubGlobal(
      "fetch",
      vi.fn(async (url: string, init: RequestInit) => {
        sent.push({ url, body: JSON.parse(String(init.body)) as Record<string, unknown> });
        return new Response(JSON.stringify(answer), { status: url.endsWith("/acts") ? 200 : 201 });
      }),
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  const show = (change: Partial<Summary> = {}) =>
    render(
      <TestFrame>
        <Composer conversation="c1" summary={{ ...summary, ...change }} />
      </TestFrame>,
    );
  const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "输入要说的话" });
  const acts = () => sent.filter((one) => one.url.endsWith("/acts"));
  const actions = () => sent.filter((one) => one.url.includes("/cards/")).map((one) => one.body["action"]);

  it("takes a card's words and records that they were used", async () => {
    show();
    act(() => takeCard("c1", view));
    expect(field().value).toBe("五天内有效。");
    await vi.waitFor(() => expect(actions()).toEqual(["used"]));
    act(() => void sendDraft("c1"));
    await vi.waitFor(() => expect(acts()).toHaveLength(1));
    expect(acts()[0]?.body).toMatchObject({ kind: "message", text: "五天内有效。", card: "k1" });
    expect(actions()).toEqual(["used"]);
    expect(field().value).toBe("");
  });

  it("records an edit, with the words that were said, when they were changed", async () => {
    const user = userEvent.setup();
    show();
    act(() => takeCard("c1", view));
    await user.type(field(), "请放心");
    await user.click(screen.getByRole("button", { name: /发送/ }));
    await vi.waitFor(() => expect(actions()).toEqual(["used", "edited"]));
    expect(sent.find((one) => one.body["action"] === "edited")?.body["text"]).toBe("五天内有效。请放心");
  });

  it("keeps the draft of each conversation over a reload", async () => {
    const user = userEvent.setup();
    show();
    await user.type(field(), "写到一半");
    expect(JSON.parse(localStorage.getItem("fenshen.drafts") ?? "{}")).toMatchObject({ c1: { text: "写到一半" } });
    expect(draftOf("c2").text).toBe("");
  });

  it("cannot send nothing", async () => {
    show();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /发送/ }).disabled).toBe(true);
    expect(sendDraft("c1")).toBe(false);
    setDraft("c1", { text: "字".repeat(2001), card: null });
    expect(sendDraft("c1")).toBe(false);
    expect(acts()).toHaveLength(0);
  });

  it("says why a message was refused and gives its words back", async () => {
    const user = userEvent.setup();
    answer = { decision: "blocked", rules: ["SAL-01"] };
    show();
    await user.type(field(), "这款保本");
    await user.click(screen.getByRole("button", { name: /发送/ }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("不能发送");
    expect(alert.textContent).toContain("SAL-01");
    expect(field().value).toBe("");
    await user.click(screen.getByRole("button", { name: "改一改" }));
    expect(field().value).toBe("这款保本");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  const blocked: GateFinding = {
    rule: "SAL-01",
    name: "承诺保本",
    severity: "major",
    decision: "blocked",
    span: [2, 4],
    words: "保本",
    source: { title: "理财销售用语", clause: "§2" },
    wording: "这款产品不保证本金。",
  };
  /** The gate's answer to whatever was asked last. */
  const answered = async (decision: "blocked" | "confirm" | "allowed", findings: GateFinding[]) => {
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
    act(() => receive({ op: "draft", conversation: "c1", ref: asked.at(-1)?.ref ?? "", decision, findings }));
    act(() => flush());
  };

  it("checks while one types, stops what is blocked, and takes the lawful wording by Tab", async () => {
    const user = userEvent.setup();
    show();
    await user.type(field(), "这款保本");
    await vi.waitFor(() => expect(asked.at(-1)?.text).toBe("这款保本"));
    await answered("blocked", [blocked]);
    expect(await screen.findByText("不能发送")).toBeTruthy();
    expect(screen.getByText(/理财销售用语/).textContent).toContain("§2");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /发送/ }).disabled).toBe(true);
    expect(sendDraft("c1")).toBe(false);
    expect(acts()).toHaveLength(0);
    await user.click(field());
    await user.keyboard("{Tab}");
    expect(field().value).toBe("这款产品不保证本金。");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /发送/ }).disabled).toBe(false);
  });

  it("does not take an answer about older words for one about these", async () => {
    const user = userEvent.setup();
    show();
    await user.type(field(), "这款保本");
    await vi.waitFor(() => expect(asked.at(-1)?.text).toBe("这款保本"));
    const old = asked.at(-1)?.ref ?? "";
    await user.clear(field());
    await user.type(field(), "这款不保本");
    await vi.waitFor(() => expect(asked.at(-1)?.text).toBe("这款不保本"));
    act(() => receive({ op: "draft", conversation: "c1", ref: old, decision: "blocked", findings: [blocked] }));
    act(() => flush());
    expect(screen.queryByText("不能发送")).toBeNull();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /发送/ }).disabled).toBe(false);
  });

  it("asks before it sends what the gate wants confirmed", async () => {
    const user = userEvent.setup();
    answer = { decision: "confirm", rules: ["CON-03"], findings: [{ ...blocked, rule: "CON-03", decision: "confirm", wording: "" }] };
    show();
    await user.type(field(), "转给同事");
    await user.click(screen.getByRole("button", { name: /发送/ }));
    await screen.findByRole("alertdialog");
    expect(sent.filter((one) => one.url.endsWith("/confirm"))).toHaveLength(0);
    answer = { decision: "allowed", rules: [], findings: [] };
    await user.click(screen.getByRole("button", { name: "确认发送" }));
    await vi.waitFor(() => expect(sent.filter((one) => one.url.endsWith("/confirm"))).toHaveLength(1));
    await vi.waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });

  it("offers the lawful wording with a refusal", async () => {
    const user = userEvent.setup();
    answer = { decision: "blocked", rules: ["SAL-01"], findings: [blocked] };
    show();
    await user.type(field(), "这款保本");
    await user.click(screen.getByRole("button", { name: /发送/ }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("承诺保本");
    await user.click(within(alert).getByRole("button", { name: /采用合规表述/ }));
    expect(field().value).toBe("这款产品不保证本金。");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("offers a waiting chat for acceptance instead of a field", () => {
    show({ state: "waiting" });
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(screen.getByRole("button", { name: "接入会话" })).toBeTruthy();
  });
});

describe("drafts", () => {
  const card = { id: "k1", title: "", say: "五天有效" };

  it("put a card's words behind what is already written", () => {
    expect(takeWords({ text: "", card: null }, card).text).toBe("五天有效");
    expect(takeWords({ text: "您好。 ", card: null }, card).text).toBe("您好。\n五天有效");
  });

  it("know an edit from a use, blanks aside", () => {
    expect(isEdited({ text: " 五天有效 ", card })).toBe(false);
    expect(isEdited({ text: "十天有效", card })).toBe(true);
    expect(isEdited({ text: "随便", card: null })).toBe(false);
  });
});
