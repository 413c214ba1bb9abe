// Chromium for the tests: one browser per file, a context per person, pictures of what went wrong.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Line } from "./line.mjs";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const waitMs = 20_000;
export const wide = { width: 1440, height: 900 };
export const low = { width: 1280, height: 720 };

/** How often to look again at what is asked for: fast at first, then calmly. */
const looks = [20, 50, 100, 100, 200];

/** Waits until `look` gives something true and returns it; says what was last seen when it never does. */
export async function until(look, what, timeout = waitMs) {
  const limit = Date.now() + timeout;
  for (let count = 0; ; count += 1) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > limit) throw new Error(`never came: ${typeof what === "function" ? await what() : what}`);
    await new Promise((resolve) => setTimeout(resolve, looks[Math.min(count, looks.length - 1)]));
  }
}

export class Browser {
  static async launch() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
    return browser;
  }

  contexts = [];
  lines = [];
  /** What pages complained about: uncaught errors and refusals of the content security policy. */
  complaints = [];

  /** A person with a browser of his own: nothing is shared with the others. With a session he is signed in. */
  async person(server, { session = null, viewport = wide, colorScheme = "light", prefs = {}, ...options } = {}) {
    const line = await Line.to(server.url);
    this.lines.push(line);
    const origins = [{ origin: line.url, localStorage: [{ name: "fenshen.prefs", value: JSON.stringify(prefs) }] }];
    const context = await this.chromium.newContext({
      baseURL: line.url,
      storageState: { cookies: session ? [session.cookieFor(line.url)] : [], origins },
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
      viewport,
      colorScheme,
      ...options,
    });
    context.setDefaultTimeout(waitMs);
    context.on("page", (page) => this.#listen(page));
    this.contexts.push(context);
    /** No network at all: no new request, and the sockets gone. */
    context.lose = async () => {
      await context.setOffline(true);
      line.cut();
    };
    context.regain = async () => {
      line.mend();
      await context.setOffline(false);
    };
    return context;
  }

  #listen(page) {
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("dialog", (dialog) => {
      this.complaints.push(`${page.url()}: dialog «${dialog.message()}»`);
      void dialog.dismiss();
    });
  }

  /** A picture of every open page, into a folder whose path is printed. */
  async pictures(name) {
    const folder = await mkdtemp(join(tmpdir(), "fenshen-e2e-failed-"));
    let count = 0;
    for (const context of this.contexts) {
      for (const page of context.pages()) {
        count += 1;
        await page.screenshot({ path: join(folder, `${name.replace(/[^\w-]+/g, "_")}-${count}.png`) }).catch(() => {});
      }
    }
    return folder;
  }

  /** The people of one test go home. */
  async leave() {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    for (const line of this.lines.splice(0)) line.close();
  }

  async close() {
    await this.leave();
    await this.chromium.close();
  }
}
