// The widget's window. Built once, then kept in step with the chat's state; message elements stay, so that a screen reader
// hears each message once.
import { Chat } from "./chat";
import { h, icon } from "./dom";
import { linesOf, type Line } from "./state";
import { store } from "./store";
import { styles } from "./styles";
import { words, type Words } from "./words";

export interface ViewOptions {
  base: string;
  lang: "zh" | "en";
  title: string;
}

const textMax = 2000;
const nearPx = 48;
const problemMs = 6_000;
const backMs = 2_500;

export class View {
  private readonly host = document.createElement("div");
  private readonly w: Words;
  private readonly chat: Chat;
  private isOpen = false;
  private unread = 0;
  private counted = 0;
  private asking = false;
  private wasLost = false;
  private netTimer: ReturnType<typeof setTimeout> | undefined;
  private problemTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly lines = new Map<string, { root: HTMLElement; meta: HTMLElement; delivery: string }>();
  private readonly ui: ReturnType<View["build"]>;

  constructor(private readonly options: ViewOptions) {
    this.w = words[options.lang];
    this.ui = this.build();
    const root = this.host.attachShadow({ mode: "open" });
    this.dress(root);
    root.append(this.ui.launch, this.ui.panel);
    this.host.lang = options.lang === "zh" ? "zh-CN" : "en";
    document.body.append(this.host);
    this.chat = new Chat({ base: options.base, lang: options.lang, onChange: () => this.render(), onProblem: (problem) => this.problem(this.w[problem]) });
    this.ui.input.value = store.draft();
    document.addEventListener("visibilitychange", () => this.render());
    if (store.open()) this.setOpen(true, false);
    this.render();
  }

  private dress(root: ShadowRoot): void {
    if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      root.adoptedStyleSheets = [sheet];
    } else {
      // Old browsers: works unless the page forbids inline styles.
      (root as ShadowRoot).append(h("style", { text: styles }));
    }
  }

  private build() {
    const w = this.w;
    const badge = h("span", { class: "badge", attrs: { hidden: "" } });
    const launch = h("button", { class: "launch", attrs: { type: "button", "aria-expanded": "false" }, on: { click: () => this.setOpen(true) } }, icon("chat"), h("span", { text: w.open }), badge);
    const sub = h("div", { class: "sub", text: w.human });
    const contact = h("button", { class: "contact", attrs: { type: "button" }, on: { click: () => void this.chat.start() } });
    const net = h("div", { class: "net", attrs: { role: "status", hidden: "" } });
    const log = h("div", { class: "log", attrs: { role: "log", "aria-live": "polite", "aria-label": w.log, tabindex: "0" } }, h("div", { class: "note", text: w.welcome }));
    const typing = h("div", { class: "typing", attrs: { "aria-live": "polite" } });
    const queueTitle = h("strong");
    const queue = h("div", { class: "queue", attrs: { role: "status", hidden: "" } }, queueTitle, h("p", { text: w.waitingHint }));
    const problem = h("div", { class: "problem", attrs: { role: "alert", hidden: "" } });
    const endedTitle = h("strong", { text: w.ended });
    const ended = h("div", { class: "ended", attrs: { role: "status", hidden: "" } }, endedTitle, h("p", { text: w.endedHint }), h("button", { text: w.again, attrs: { type: "button" }, on: { click: () => this.again() } }));
    const ask = h(
      "div",
      { class: "ask", attrs: { role: "alertdialog", "aria-label": w.endAsk, hidden: "" } },
      h("span", { text: w.endAsk }),
      h("button", { text: w.endYes, attrs: { type: "button" }, on: { click: () => this.answerEnd(true) } }),
      h("button", { class: "plain", text: w.endNo, attrs: { type: "button" }, on: { click: () => this.answerEnd(false) } }),
    );
    const input = h("textarea", {
      attrs: { rows: "1", maxlength: String(textMax), placeholder: w.placeholder, "aria-label": w.placeholder, autocomplete: "off" },
      on: { input: () => this.typed(), keydown: (event) => this.key(event), blur: () => this.chat.typing(false) },
    });
    const send = h("button", { class: "send", attrs: { type: "submit", "aria-label": w.send, title: w.send } }, icon("send"));
    const form = h(
      "form",
      {
        on: {
          submit: (event) => {
            event.preventDefault();
            this.submit();
          },
        },
      },
      input,
      send,
    );
    const endButton = h("button", { text: w.end, attrs: { type: "button", hidden: "" }, on: { click: () => this.setAsking(true) } });
    const titleId = "fenshen-chat-title";
    const panel = h(
      "section",
      { class: "panel", attrs: { role: "dialog", "aria-labelledby": titleId, hidden: "" }, on: { keydown: (event) => event.key === "Escape" && this.setOpen(false) } },
      h(
        "header",
        {},
        h("button", { class: "fold", attrs: { type: "button", "aria-label": w.close, title: w.close }, on: { click: () => this.setOpen(false) } }, icon("down")),
        h("div", { class: "who" }, h("h2", { class: "title", text: this.options.title || w.title, attrs: { id: titleId } }), sub),
        contact,
      ),
      net,
      log,
      typing,
      queue,
      problem,
      ask,
      form,
      ended,
      h("footer", {}, h("span", { text: w.privacy }), endButton),
    );
    return { launch, badge, panel, sub, contact, net, log, typing, queue, queueTitle, problem, ended, endedTitle, ask, input, send, form, endButton };
  }

  private setOpen(open: boolean, focus = true): void {
    this.isOpen = open;
    store.setOpen(open);
    this.ui.panel.hidden = !open;
    this.ui.launch.hidden = open;
    this.ui.launch.setAttribute("aria-expanded", String(open));
    this.render();
    if (open) this.toBottom();
    if (focus) (open ? this.ui.input : this.ui.launch).focus();
  }

  private setAsking(asking: boolean): void {
    this.asking = asking;
    this.render();
    if (asking) this.ui.ask.querySelector("button")?.focus();
  }

  private answerEnd(yes: boolean): void {
    if (yes) this.chat.end();
    this.asking = false;
    this.render();
    this.ui.input.focus();
  }

  private again(): void {
    this.chat.renew();
    this.render();
    this.ui.input.focus();
  }

  private typed(): void {
    store.setDraft(this.ui.input.value);
    this.chat.typing(this.ui.input.value !== "");
    this.render();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    const text = this.ui.input.value.trim();
    if (!text || this.chat.state.phase === "ended") return;
    this.ui.input.value = "";
    store.setDraft("");
    this.chat.typing(false);
    this.chat.say(text);
    this.toBottom();
    this.ui.input.focus();
  }

  private problem(text: string): void {
    this.ui.problem.textContent = text;
    this.ui.problem.hidden = false;
    clearTimeout(this.problemTimer);
    this.problemTimer = setTimeout(() => {
      this.ui.problem.hidden = true;
    }, problemMs);
  }

  private render(): void {
    if (!this.chat) return;
    const { ui, w } = this;
    const { state } = this.chat;
    const stuck = this.isNearBottom();
    this.renderLines(linesOf(state));
    this.renderHead();
    this.renderNet(state.link);
    ui.queue.hidden = state.phase !== "waiting";
    ui.queueTitle.textContent = state.place > 0 ? w.waitingPlace(state.place) : w.waiting;
    const ended = state.phase === "ended";
    ui.ended.hidden = !ended;
    ui.endedTitle.textContent = state.expired ? w.expired : w.ended;
    ui.form.hidden = ended;
    ui.ask.hidden = !this.asking || ended;
    ui.endButton.hidden = !(state.phase === "open" || state.phase === "waiting");
    ui.send.disabled = ui.input.value.trim() === "";
    this.renderTyping(state.typing && state.phase === "open");
    this.renderUnread();
    if (stuck) this.toBottom();
  }

  private renderNet(link: string): void {
    const { net } = this.ui;
    if (link === "lost") {
      clearTimeout(this.netTimer);
      this.wasLost = true;
      net.textContent = this.w.lost;
      net.hidden = false;
    } else if (link === "open" && this.wasLost) {
      this.wasLost = false;
      net.textContent = this.w.back;
      this.netTimer = setTimeout(() => {
        net.hidden = true;
      }, backMs);
    } else if (link === "off") {
      net.hidden = true;
    }
  }

  private renderHead(): void {
    const { ui, w } = this;
    const { state, started } = this.chat;
    const serving = state.phase === "open";
    const waiting = state.phase === "waiting" || (started && state.phase === "idle");
    ui.contact.className = serving ? "contact on" : waiting ? "contact wait" : "contact";
    const label = serving ? w.serving : waiting ? (state.place > 0 ? w.waitingPlace(state.place) : w.waiting) : w.contact;
    if (ui.contact.dataset["label"] !== label) {
      ui.contact.dataset["label"] = label;
      ui.contact.replaceChildren(icon("person"), h("span", { text: label }));
    }
    ui.contact.disabled = serving || waiting;
    ui.contact.hidden = state.phase === "ended";
    ui.sub.textContent = serving && state.rep ? w.servedBy(state.rep) : w.human;
  }

  private renderTyping(on: boolean): void {
    const { typing } = this.ui;
    if ((typing.dataset["on"] === "1") === on) return;
    typing.dataset["on"] = on ? "1" : "";
    typing.replaceChildren(...(on ? [h("span", { class: "dots", attrs: { "aria-hidden": "true" } }, h("i"), h("i"), h("i")), h("span", { text: this.w.typing(this.chat.state.rep || this.w.rep) })] : []));
  }

  private renderUnread(): void {
    const { ui, chat } = this;
    const others = chat.state.items.filter((item) => item.from !== "customer").length;
    if (this.isOpen && document.visibilityState === "visible") {
      this.unread = 0;
      chat.seen();
    } else if (others > this.counted) {
      this.unread += others - this.counted;
    }
    this.counted = others;
    ui.badge.hidden = this.unread === 0;
    ui.badge.textContent = String(this.unread);
    ui.launch.setAttribute("aria-label", this.unread > 0 ? `${this.w.open}. ${this.w.unread(this.unread)}` : this.w.open);
  }

  private renderLines(lines: Line[]): void {
    const { log } = this.ui;
    const keys = new Set(lines.map((line) => line.key));
    for (const [key, entry] of this.lines) {
      if (keys.has(key)) continue;
      entry.root.remove();
      this.lines.delete(key);
    }
    let after: Element | null = log.firstElementChild;
    for (const line of lines) {
      let entry = this.lines.get(line.key);
      if (!entry) {
        entry = this.line(line);
        this.lines.set(line.key, entry);
      }
      if (entry.delivery !== (line.delivery ?? "")) {
        this.meta(entry.meta, line);
        entry.delivery = line.delivery ?? "";
      }
      // Elements move only when the order says so: a moved one would be read again.
      if (after && after.nextElementSibling !== entry.root) after.after(entry.root);
      after = entry.root;
    }
  }

  private line(line: Line) {
    const w = this.w;
    const name = line.from === "customer" ? w.you : line.from === "system" ? w.system : this.chat.state.rep || w.rep;
    const meta = h("div", { class: "meta" });
    this.meta(meta, line);
    const root = h(
      "div",
      { class: `line ${line.from}`, attrs: { "data-id": line.key } },
      h("div", { class: line.from === "rep" || line.from === "bot" ? "name" : "sr", text: name }),
      h("div", { class: "text", text: line.text }),
      meta,
    );
    return { root, meta, delivery: line.delivery ?? "" };
  }

  private meta(element: HTMLElement, line: Line): void {
    const at = new Date(line.at);
    const time = Number.isNaN(at.getTime()) ? "" : `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
    element.className = `meta ${line.delivery ?? ""}`;
    element.replaceChildren(h("span", { text: time }));
    if (!line.delivery) return;
    element.append(icon(line.delivery === "delivered" ? "two" : line.delivery === "sent" ? "one" : "clock"), h("span", { text: this.w[line.delivery], attrs: { "data-delivery": line.delivery } }));
  }

  private isNearBottom(): boolean {
    const { log } = this.ui;
    return log.scrollHeight - log.scrollTop - log.clientHeight < nearPx;
  }

  private toBottom(): void {
    this.ui.log.scrollTop = this.ui.log.scrollHeight;
  }
}
