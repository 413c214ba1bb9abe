import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Card } from "../../api/types";
import { startI18n } from "../../i18n";
import { useActions } from "../../state/actions";
import { applyFrames, emptyConversation } from "../../state/conversation";
import { emptyLive, useLive } from "../../state/live";
import { TestFrame } from "../../test/Frame";
import { demoCard } from "../../test/frames";
import { CardStack } from "./CardStack";
import { deskUi, useDeskUi } from "./ui";

function put(cards: Partial<Card>[]): void {
  const state = applyFrames(
    emptyConversation(),
    cards.map((card, index) => ({ n: index + 1, kind: "card" as const, card: demoCard({ card: `k${index}`, item: `i${index}`, title: `卡片${index}`, turn: index * 5, seq: index + 1, ...card }), ms: 2.5 })),
  ).state;
  useLive.setState({ conversations: { c1: state } });
}

function Stack({ readOnly = false }: { readOnly?: boolean }) {
  return (
    <TestFrame>
      <CardStack conversation="c1" readOnly={readOnly} head={null} title="分身" />
    </TestFrame>
  );
}

const primary = () => document.querySelector("[data-primary]")?.getAttribute("data-card");
const folded = () => [...document.querySelectorAll("button[data-card]")].map((one) => one.getAttribute("data-card"));

describe("the card stack", () => {
  beforeAll(() => startI18n("zh"));
  beforeEach(() => {
    useLive.setState({ ...emptyLive(), status: "open", scope: "mine" });
    useActions.setState({ local: {}, failed: null });
    useDeskUi.setState({ conversation: "c1", chosen: null, popover: null, shown: null });
    vi.stubGlobal("fetch", vi.fn(async () => new Response("{}", { status: 201 })));
  });
  afterEach(() => vi.unstubAllGlobals());

  it("opens the newest card and folds the older to a line", () => {
    put([{}, {}, {}]);
    render(<Stack />);
    expect(primary()).toBe("k2");
    expect(folded()).toEqual(["k1", "k0"]);
  });

  it("shows anatomy: kind, title, sentence, facts, source with date, milliseconds", () => {
    put([{ text: "先停卡。", say: "我先给您停卡。" }]);
    render(<Stack />);
    const card = within(screen.getByRole("article", { name: "卡片0" }));
    expect(card.getByText("知识")).toBeTruthy();
    expect(card.getByText("我先给您停卡。")).toBeTruthy();
    expect(card.getByText("有效期")).toBeTruthy();
    expect(card.getByText(/《借记卡挂失规程》/)).toBeTruthy();
    expect(card.getByText("2026-02-01 起")).toBeTruthy();
    expect(card.getByText("2.5 毫秒")).toBeTruthy();
    for (const name of [/采用/, /发送/, /不对/, /忽略/, /为什么/]) expect(card.getByRole("button", { name })).toBeTruthy();
  });

  it("moves nothing while the pointer is over it, and says what is new", () => {
    put([{}, {}]);
    render(<Stack />);
    const stack = document.querySelector("[data-primary]")?.parentElement;
    if (!stack) throw new Error("no stack");
    fireEvent.pointerEnter(stack, { pointerType: "mouse" });
    act(() => put([{}, {}, { kind: "violation", severity: "major", title: "承诺收益" }]));
    expect(primary()).toBe("k1");
    expect(folded()).toEqual(["k0"]);
    const pill = document.querySelector<HTMLButtonElement>("[data-fresh]");
    expect(pill?.textContent).toContain("违规");
    expect(pill?.textContent).toContain("承诺收益");
    fireEvent.pointerLeave(stack);
    expect(primary()).toBe("k2");
    expect(document.querySelector("[data-fresh]")).toBeNull();
  });

  it("lets the pill and the keys open what is new although the pointer rests there", () => {
    put([{}, {}]);
    render(<Stack />);
    const stack = document.querySelector("[data-primary]")?.parentElement;
    if (!stack) throw new Error("no stack");
    fireEvent.pointerEnter(stack, { pointerType: "mouse" });
    act(() => put([{}, {}, {}]));
    act(() => deskUi.choose("k2"));
    expect(primary()).toBe("k2");
  });

  it("records that cards were shown, once, and not for those who only look", async () => {
    const shown = () => vi.mocked(fetch).mock.calls.filter(([, init]) => String(init?.body).includes('"shown"')).map(([url]) => String(url).split("/").at(-2)).sort();
    put([{ card: "look0" }, { card: "look1" }]);
    const { unmount } = render(<Stack readOnly />);
    unmount();
    put([{ card: "seen0" }, { card: "seen1" }]);
    const { rerender } = render(<Stack />);
    rerender(<Stack />);
    const ours = () => shown().filter((card) => card?.startsWith("look") || card?.startsWith("seen"));
    await vi.waitFor(() => expect(ours()).toEqual(["seen0", "seen1"]));
    rerender(<Stack />);
    await new Promise((done) => setTimeout(done, 50));
    expect(ours()).toEqual(["seen0", "seen1"]);
  });

  it("folds a dismissed card and records it", async () => {
    put([{}, {}]);
    render(<Stack />);
    fireEvent.click(screen.getByRole("button", { name: "忽略" }));
    expect(primary()).toBe("k0");
    expect(document.querySelector("[data-card=k1]")?.textContent).toContain("已忽略");
    await vi.waitFor(() => expect(vi.mocked(fetch).mock.calls.some(([, init]) => String(init?.body).includes('"dismissed"'))).toBe(true));
  });

  it("asks what is not right and sends the reason", async () => {
    put([{}]);
    render(<Stack />);
    fireEvent.click(screen.getByRole("button", { name: /不对/ }));
    const dialog = await screen.findByRole("dialog", { name: "哪里不对？" });
    fireEvent.click(within(dialog).getByLabelText("已经过时"));
    fireEvent.click(within(dialog).getByRole("button", { name: "提交" }));
    await vi.waitFor(() => {
      const bodies = vi.mocked(fetch).mock.calls.map(([, init]) => String(init?.body));
      expect(bodies.some((body) => body.includes('"rejected"') && body.includes('"outdated"'))).toBe(true);
    });
  });

  it("gives internal knowledge no words for the customer", () => {
    put([{ audience: "internal" }]);
    render(<Stack />);
    expect(screen.queryByRole("button", { name: /发送/ })).toBeNull();
    expect(screen.getByText(/仅限内部/)).toBeTruthy();
    expect(screen.getByRole("button", { name: /知道了/ })).toBeTruthy();
  });
});
