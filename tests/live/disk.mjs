// A full disk: a clear error, nothing acknowledged lost, and work goes on when there is room again. Two ways to fill it:
// a limit on the size of files (anywhere), and a small file system (where we may mount one).
import assert from 'node:assert/strict';
import test from 'node:test';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, fenshen, root, run, shell, sleep, tempFolder } from './lib/server.mjs';
import { events } from './lib/http.mjs';

const path = (id, rest = '') => `/api/v1/conversations/${id}${rest}`;
const text = '一句不短的话，把盘占满。'.repeat(80);

// Writes until the server refuses; gives the ids that were acknowledged.
async function fill(api, from, most = 4_000) {
  const acknowledged = [];
  for (let i = from; i < from + most; ++i) {
    const reply = await api.post(path('d', '/events'), { id: `m${i}`, type: 'utterance', speaker: 'customer', text: `${i} ${text}` });
    if (reply.status === 201) acknowledged.push(`m${i}`);
    else return { acknowledged, refused: reply, next: i };
  }
  throw new Error(`${most} events and the disk is not full`);
}

async function scenario(t, server, makeRoom) {
  const api = server.api();
  await api.must(201, 'POST', '/api/v1/conversations', { id: 'd', channel: 'chat', lang: 'zh' });
  const { acknowledged, refused, next } = await fill(api, 0);
  t.diagnostic(`${acknowledged.length} events, then ${refused.status} ${refused.body.code}: ${refused.body.detail}`);
  assert.equal(refused.status, 503, refused.text);
  assert.equal(refused.body.code, 'unavailable');
  assert.match(refused.body.detail, /full|disk|space|I\/O|write/i);
  assert.ok(acknowledged.length > 10);
  assert.equal((await api.get('/healthz')).status, 200);
  assert.equal((await api.get(path('d'))).status, 200, 'reading goes on');
  const again = await api.post(path('d', '/events'), { id: `m${next}`, type: 'utterance', speaker: 'customer', text: `${next} ${text}` });
  assert.equal(again.status, 503, 'still full');

  makeRoom();
  let status = 0;
  for (let i = 0; i < 50 && status !== 201; ++i, await sleep(100))
    status = (await api.post(path('d', '/events'), { id: `m${next}`, type: 'utterance', speaker: 'customer', text: `${next} ${text}` })).status;
  assert.equal(status, 201, 'room again, and it does not write');
  acknowledged.push(`m${next}`);
  assert.deepEqual((await events(api, 'd')).map((event) => event.id).filter((id) => id.startsWith('m')), acknowledged);
  const frames = (await api.must(200, 'GET', path('d', '/frames'))).items;
  frames.forEach((frame, i) => assert.equal(frame.n, i + 1));

  await server.kill9();
  server.wrap = [];
  await server.start();
  const after = server.api();
  assert.deepEqual((await events(after, 'd')).map((event) => event.id).filter((id) => id.startsWith('m')), acknowledged, 'after a kill and a restart');
  await after.must(200, 'POST', path('d', '/end'), { id: 'end' });
  const out = join(tempFolder(), 'cards.jsonl');
  const replayed = await run(['replay', '--data', server.data, '--out', out], { cwd: root });
  assert.equal(replayed.code, 0, replayed.err);
  const live = (await after.must(200, 'GET', path('d', '/frames'))).items.filter((frame) => frame.kind === 'card').map((frame) => frame.card);
  assert.deepEqual(readFileSync(out, 'utf8').split('\n').filter(Boolean).map(JSON.parse), live);
  assert.equal(await server.stop(), 0);
}

test('files may not grow (RLIMIT_FSIZE)', { timeout: 120_000 }, async (t) => {
  // The store's smallest useful size first: the limit must let it start.
  const server = await new Server({ wrap: ['bash', '-c', 'ulimit -S -f 3000; exec "$@"', 'sh'] }).start();
  await scenario(t, server, () => shell('prlimit', '--pid', String(server.pid), '--fsize=unlimited:unlimited'));
});

test('the file system is full (a small tmpfs)', { timeout: 120_000 }, async (t) => {
  const data = join(tempFolder(), 'small');
  mkdirSync(data);
  try { execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', data], { stdio: 'ignore' }); } catch { return t.skip('SKIPPED: may not mount a tmpfs here'); }
  const unmount = () => { try { execFileSync('umount', ['-l', data], { stdio: 'ignore' }); } catch { /* gone */ } };
  process.on('exit', unmount);
  try {
    const ballast = join(data, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1024 * 1024));
    const server = await new Server({ data }).start();
    await scenario(t, server, () => rmSync(ballast));
  } finally {
    unmount();
  }
});

test('no room to start: says so, status 1', { timeout: 60_000 }, async () => {
  const limited = execLimited(['serve', '--port', '0', '--data', tempFolder()]);
  assert.equal(limited.status, 1, limited.stderr);
  assert.match(limited.stderr, /fenshen serve: .*(full|disk|I\/O|write)/i);
});

function execLimited(args) {
  try {
    execFileSync('bash', ['-c', 'ulimit -S -f 8; exec "$@"', 'sh', fenshen, ...args], { encoding: 'utf8', cwd: root, timeout: 30_000, stdio: ['ignore', 'pipe', 'pipe'] });
    return { status: 0, stderr: '' };
  } catch (error) { return { status: error.status, stderr: error.stderr }; }
}
