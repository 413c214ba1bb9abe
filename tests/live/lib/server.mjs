// A real server as a child process, on a folder and a port of its own.
import { spawn, execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Caller } from './http.mjs';

export const root = resolve(import.meta.dirname, '../../..');
export const fenshen = process.env.FENSHEN_BIN ?? join(root, 'build/dev/bin/fenshen');
if (!existsSync(fenshen)) throw new Error(`FENSHEN_BIN: no such program: ${fenshen}`);
export const long = process.env.FENSHEN_LONG === '1';
export const token = 'test-' + process.pid + '-' + Math.random().toString(36).slice(2);
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const cleanups = [];
const logFile = join(tmpdir(), `fenshen-live-${process.pid}.log`);  // stays where a test fails
cleanups.push(() => { if (!process.exitCode) rmSync(logFile, { force: true }); });
process.on('exit', () => cleanups.forEach((work) => work()));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

export function tempFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'fenshen-live-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

// Runs the program to its end: {code, out, err, last}; `last` is the JSON of the last line, if it is one.
export function run(args, { env = {}, cwd, input } = {}) {
  const child = spawn(fenshen, args, { env: { ...process.env, FENSHEN_TOKEN: token, ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  let out = '', err = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  child.stdin.end(input);
  const done = new Promise((resolve_) =>
    child.on('close', (code, signal) => {
      process.off('exit', kill);
      let last = null;
      try { last = JSON.parse(out.trim().split('\n').pop()); } catch { /* not every command ends with JSON */ }
      resolve_({ code: code ?? signal, out, err, last });
    }));
  return Object.assign(done, { child });
}

export class Server {
  // wrap: a command line that starts another one, for example a shell with limits.
  constructor({ data = tempFolder(), packs = [], args = [], env = {}, wrap = [] } = {}) {
    Object.assign(this, { data, packs, args, env, wrap, passwords: {} });
  }

  async start() {
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const args = ['serve', '--port', String(this.port), '--data', this.data, ...this.packs.flatMap((pack) => ['--pack', pack]), ...this.args];
    const command = [...this.wrap, fenshen, ...args];
    const log = openSync(logFile, 'a');
    this.child = spawn(command[0], command.slice(1), { env: { ...process.env, FENSHEN_TOKEN: token, ...this.env }, stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done(code ?? signal)));
    this.kill = () => this.child.kill('SIGKILL');
    this.child.unref();  // a failed test must not hang on its server
    this.child.stdout.unref();
    process.on('exit', this.kill);
    let out = '';
    this.child.stdout.on('data', (data) => {
      out += data;
      for (const [, name, password] of out.matchAll(/^ {2}(\S+) +(\S+) +\S+ \(/gm)) this.passwords[name] = password;
    });
    await this.ready();
    return this;
  }

  async ready() {
    const api = this.api();
    let gone = null;
    this.ended.then((code) => (gone = code));
    for (let i = 0; i < 600; ++i) {
      if (gone !== null) throw new Error(`the server ended with ${gone}`);
      const reply = await api.get('/readyz').catch(() => null);
      if (reply?.status === 200) return api.close();
      await sleep(50);
    }
    throw new Error('the server did not get ready in 30 s');
  }

  get pid() { return this.child.pid; }
  api() { return new Caller(this.port, { Authorization: `Bearer ${token}` }); }
  stranger() { return new Caller(this.port, {}); }
  async as(username) {
    const caller = new Caller(this.port, {});
    // A first start makes the accounts after it has begun to listen, so that a port in use costs no passwords.
    for (let i = 0; i < 200 && !this.passwords[username]; ++i) await sleep(50);
    await caller.signIn(username, this.passwords[username]);
    return caller;
  }

  async kill9() {
    this.child.ref();
    this.child.kill('SIGKILL');
    process.off('exit', this.kill);
    return this.ended;
  }
  async stop() {
    this.child.ref();
    this.child.kill('SIGTERM');
    const code = await Promise.race([this.ended, sleep(15_000).then(() => 'still there')]);
    if (code === 'still there') this.child.kill('SIGKILL');
    process.off('exit', this.kill);
    return code;
  }
  alive() { return this.child.exitCode === null && this.child.signalCode === null; }

  rssMb() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  }
}

export const shell = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });
export const skip = (why) => { console.log(`SKIPPED: ${why}`); process.exit(77); };
