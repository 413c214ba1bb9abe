// Readers that stop reading, and ten times the load that the server takes: refused at the door, closed with a reason,
// nothing acknowledged is lost, memory stays bounded.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Server, run, sleep } from './lib/server.mjs';
import { each, events } from './lib/http.mjs';
import net from 'node:net';

const path = (id, rest = '') => `/api/v1/conversations/${encodeURIComponent(id)}${rest}`;
// Takes the messages of a socket apart as they come.
function frames(socket) {
  socket.read ??= { messages: 0, frames: [] };
  for (; socket.read.messages < socket.texts.length; ++socket.read.messages) {
    const message = JSON.parse(socket.texts[socket.read.messages]);
    if (message.op === 'frames') socket.read.frames.push(...message.items);
  }
  return socket.read.frames;
}

test('a reader that stops reading is closed with 4008 and comes back with what it missed', { timeout: 120_000 }, async () => {
  const server = await new Server().start();
  const api = server.api();
  await api.must(201, 'POST', '/api/v1/conversations', { id: 's', channel: 'chat', lang: 'zh' });
  const slow = await api.socket(), quick = await api.socket();
  for (const socket of [slow, quick]) socket.send({ op: 'watch', conversation: 's', after: 0, panels: false });
  await slow.waitOp('frames');
  slow.pause();
  const text = '很长的一句话，'.repeat(900);  // some 19 kB an event: the buffers of the kernel and the queue of the server fill
  let sent = 0;
  const closed = async () => Number(/slow_readers\S* (\d+)/.exec((await api.get('/metrics')).text)?.[1] ?? 0);
  while (sent < 3_000 && (await closed()) === 0) {
    await each(Array.from({ length: 50 }, () => sent++), 8, (i) => api.must(201, 'POST', path('s', '/events'), { id: `m${i}`, type: 'utterance', speaker: 'customer', text: `${i} ${text}` }));
  }
  assert.equal(await closed(), 1, `after ${sent} events`);
  const rss = server.rssMb();
  slow.resume();
  assert.equal(await slow.waitClose(), 4008);
  // Whoever has missed more than a queue holds is closed again on the way: every return must bring it on.
  const { next_n: last } = await api.must(200, 'GET', path('s', '/frames?after=9007199254740991'));
  const received = [...frames(slow)];
  for (let returns = 0; received.at(-1).n < last; ++returns) {
    assert.ok(returns < 50, 'no progress');
    const back = await api.socket(), before = received.at(-1).n;
    back.send({ op: 'watch', conversation: 's', after: before, panels: false });
    await back.until(() => (frames(back).at(-1)?.n === last || back.closeCode !== null) || undefined, 30_000, 'last frame');
    received.push(...frames(back));
    assert.ok(received.at(-1).n > before, `a return brought nothing: closed with ${back.closeCode} at frame ${before} of ${last}`);
    back.close();
  }
  await quick.until(() => frames(quick).at(-1)?.n === last || undefined, 20_000, 'last frame of the quick one');
  for (const list of [received, frames(quick)]) {
    assert.deepEqual(list.map((frame) => frame.n), Array.from({ length: last }, (_, i) => i + 1));
    assert.equal(list.filter((frame) => frame.event?.type === 'utterance').length, sent);
  }
  assert.ok(rss < 600, `${rss} MB`);
  assert.equal(await server.stop(), 0);
});

test('ten times the load: late, but nothing lost, doubled or reordered, and well again after it', { timeout: 120_000 }, async (t) => {
  const server = await new Server().start();
  const args = (rate) => ['bench', 'live', '--url', server.url, '--conversations', '500', '--rate', String(rate), '--seconds', '3'];
  const result = await run(args(20_000));
  assert.equal(result.code, 0, result.err);
  t.diagnostic(`20,000/s: ${JSON.stringify(result.last)}, ${Math.round(server.rssMb())} MB`);
  assert.equal(result.last.lost, 0);
  assert.equal(result.last.doubled, 0);
  assert.equal(result.last.reordered, 0);
  assert.ok(result.last.acknowledged > 0);
  assert.ok(server.rssMb() < 2_000);
  const calm = await run(args(200));
  assert.equal(calm.last.acknowledged, calm.last.sent, calm.err);
  assert.equal(calm.last.lost + calm.last.doubled + calm.last.reordered, 0);
  t.diagnostic(`then 200/s: ${JSON.stringify(calm.last)}`);
  assert.equal(await server.stop(), 0);
});

test('more connections than allowed, and half-open ones: refused, others go on', { timeout: 120_000 }, async () => {
  const server = await new Server({ args: ['--connections', '64'] }).start();
  const api = server.api();
  await api.must(201, 'POST', '/api/v1/conversations', { id: 's', channel: 'chat', lang: 'zh' });
  const held = Array.from({ length: 200 }, () => {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow'));
    socket.on('error', () => {});
    return socket;
  });
  await sleep(500);
  assert.equal((await api.get(path('s'))).status, 200, 'a connection that was there is served');
  const refused = Number(/^fenshen_connections_refused\S* (\d+)/m.exec((await api.get('/metrics')).text)?.[1]);
  assert.ok(refused >= 100, `${refused} refused of 200, 64 are allowed`);
  held.forEach((socket) => socket.destroy());
  await sleep(300);
  const fresh = server.api();
  assert.equal((await fresh.get(path('s'))).status, 200, 'room again');
  assert.equal((await events(fresh, 's')).length, 2);
  assert.equal(await server.stop(), 0);
});
