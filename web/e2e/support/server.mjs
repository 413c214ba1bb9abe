// One real server with its own data folder on a free port, and the way to speak to its API beside the browser.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const program = process.env.FENSHEN_BIN ?? join(root, "build/release/bin/fenshen");
const pages = process.env.FENSHEN_WEB ?? join(root, "web/dist");
const readyMs = 30_000;

export class Server {
  /** Starts on a free port with an empty data folder: the demo bank, with accounts of its own. */
  static async start() {
    if (!existsSync(program)) throw new Error(`no program at ${program}: set FENSHEN_BIN`);
    if (!existsSync(join(pages, "index.html"))) throw new Error(`no front end at ${pages}: npm run build`);
    const server = new Server(await mkdtemp(join(tmpdir(), "fenshen-e2e-")));
    try {
      await server.#run("0");
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  constructor(data) {
    this.data = data;
    this.url = "";
    this.accounts = {};
    this.output = "";
  }

  async #run(port) {
    const args = ["serve", "--port", port, "--data", this.data, "--web", pages];
    this.process = spawn(program, args, { cwd: root, env: { ...process.env, FENSHEN_TOKEN: "" } });
    const begin = this.output.length;
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => (this.output += text));
    }
    this.ended = once(this.process, "exit");
    const limit = Date.now() + readyMs;
    while (!(await this.#isReady(begin))) {
      if (this.process.exitCode !== null || Date.now() > limit) throw new Error(`the server did not start:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    this.#readAccounts();
  }

  async #isReady(begin) {
    const address = /http:\/\/localhost:(\d+)/.exec(this.output.slice(begin));
    if (!address) return false;
    this.url = `http://127.0.0.1:${address[1]}`;
    return fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
  }

  #readAccounts() {
    for (const line of this.output.split("\n")) {
      const found = /^\s+(\S+)\s+(\S+)\s+(.+) \((\w+)\)$/.exec(line);
      if (!found) continue;
      // Of several with one role the second is inspector2, and so on.
      const [, username, password, name, role] = found;
      if (Object.values(this.accounts).some((one) => one.username === username)) continue;
      let key = role;
      for (let number = 2; this.accounts[key]; number += 1) key = `${role}${number}`;
      this.accounts[key] = { username, password, name };
    }
  }

  /** Gone without a goodbye, as after a power cut; the data stay. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  /** Back on the same port with the same data. */
  async again() {
    await this.#run(new URL(this.url).port);
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGTERM");
      await this.ended;
    }
    await rm(this.data, { recursive: true, force: true });
  }

  /** A session of the API for this role. */
  async as(role) {
    const { username, password } = this.accounts[role];
    const answer = await fetch(`${this.url}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username, password }),
    });
    if (!answer.ok) throw new Error(`sign-in of ${role}: ${answer.status} ${await answer.text()}`);
    const cookie = answer.headers.getSetCookie()[0].split(";")[0];
    return new Session(this.url, cookie, (await answer.json()).csrf);
  }
}

class Session {
  constructor(url, cookie, csrf) {
    this.url = url;
    this.cookie = cookie;
    this.csrf = csrf;
  }

  /** The session's cookie as a browser keeps it. */
  cookieFor(url) {
    const [name, value] = this.cookie.split("=");
    return { name, value, domain: new URL(url).hostname, path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Strict" };
  }

  async call(method, path, body) {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { Cookie: this.cookie, "X-CSRF-Token": this.csrf, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }

  async get(path) {
    const { status, body } = await this.call("GET", path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async post(path, body) {
    const { status, body: answer } = await this.call("POST", path, body);
    if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** All events of a conversation, in the order of the log. */
  async events(conversation) {
    return (await this.get(`/conversations/${conversation}/events?after=0&limit=1000`)).items;
  }

  /** What was said, in order: [speaker, text]. A rep's message counts when its act is done. */
  async said(conversation) {
    const said = [];
    const proposed = new Map();
    for (const event of await this.events(conversation)) {
      if (event.type === "utterance") said.push([event.speaker, event.text]);
      else if (event.type === "act.proposed") proposed.set(event.act, event.text);
      else if (event.type === "act.done") said.push(["rep", proposed.get(event.act)]);
    }
    return said;
  }

  async cards(conversation) {
    const frames = (await this.get(`/conversations/${conversation}/frames?after=0`)).items;
    return frames.filter((frame) => frame.kind === "card").map((frame) => frame.card);
  }
}
