// Corrected utterances, partial text, deadlines that fall due while nobody speaks, desks that leave and come back: what
// the desks received is what the log replays to.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, root, run, sleep, tempFolder } from './lib/server.mjs';
import { each } from './lib/http.mjs';
import { edit, replacing } from './lib/studio.mjs';

const path = (id, rest = '') => `/api/v1/conversations/${encodeURIComponent(id)}${rest}`;
const frames = (socket, id) => socket.texts.map((text) => JSON.parse(text)).filter((message) => message.op === 'frames' && message.conversation === id).flatMap((message) => message.items);
const withoutTime = (frame) => ({ ...frame, ms: null });

test('revisions, partial text, deadlines, desks that come back', { timeout: 120_000 }, async (t) => {
  const server = await new Server().start();
  const api = server.api();
  await edit(await server.as('editor'), 'rule', 'SAL-04', replacing(/by: .*/, 'by: 1 s or end'));
  const ids = Array.from({ length: 12 }, (_, i) => `会话-${i}`);
  for (const id of ids) await api.must(201, 'POST', '/api/v1/conversations', { id, channel: 'voice', lang: 'zh', customer: { id: 'c-' + id, age: 70 } });
  const desk = await api.socket(), guest = await api.socket();
  for (const id of ids) for (const socket of [desk, guest]) socket.send({ op: 'watch', conversation: id, after: 0 });

  const say = (id, event, speaker, text, more = {}) => api.must(201, 'POST', path(id, '/events'), { id: event, type: 'utterance', speaker, text, ...more });
  const heard = (unit, revision) => ({ utterance_id: unit, revision });
  await each(ids, 6, async (id, i) => {
    await say(id, 'a', 'rep', '您好，云江银行，请问有什么可以帮您', heard('u1', 0));
    await say(id, 'b', 'customer', '我的卡不丢了', heard('u2', 0));
    await say(id, 'p', 'customer', '我的卡其实丢', { type: 'utterance.partial' });
    await say(id, 'c', 'customer', '我的银行卡丢了，先帮我挂失', heard('u2', 1));
    await say(id, 'd', 'rep', i % 2 ? '这个理财产品保本保息，绝对安全' : '这个理财产品过去三年年化都有百分之五', heard('u3', 0));
    if (i % 3 === 0) await say(id, 'e', 'rep', '这个理财产品不保本，有风险', heard('u3', 1));
    if (i % 3 === 1) await say(id, 'f', 'rep', '更早的一句改成这样', heard('u1', 2));
    await say(id, 'g', 'rep', '再说一遍', heard('u1', 1));  // late: a newer correction may be there already
  });
  guest.close();
  await sleep(1_600);  // the deadlines fall due: nobody speaks
  const seen = Object.fromEntries(ids.map((id) => [id, frames(guest, id).at(-1)?.n ?? 0]));
  const back = await api.socket();
  for (const id of ids) back.send({ op: 'watch', conversation: id, after: seen[id] });
  await each(ids, 6, async (id) => {
    await say(id, 'h', 'customer', '好的，谢谢');
    await api.must(200, 'POST', path(id, '/end'), { id: 'end' });
  });
  const log = Object.fromEntries(await Promise.all(ids.map(async (id) => [id, (await api.must(200, 'GET', path(id, '/frames'))).items])));
  for (const id of ids) await desk.wait(() => frames(desk, id).at(-1)?.n === log[id].at(-1).n, 10_000, `last frame of ${id}`);
  for (const id of ids) await back.wait(() => frames(back, id).at(-1)?.n === log[id].at(-1).n, 10_000, `last frame of ${id} after the return`);

  await t.test('a desk that stayed and one that came back saw the same frames, in order, once', () => {
    for (const id of ids) {
      const stayed = frames(desk, id), returned = [...frames(guest, id), ...frames(back, id)];
      stayed.forEach((frame, i) => assert.equal(frame.n, i + 1));
      assert.deepEqual(stayed.map(withoutTime), log[id].map(withoutTime));
      assert.deepEqual(returned.map(withoutTime), log[id].map(withoutTime));
    }
  });
  await t.test('a correction takes back what no longer follows and shows what now does', () => {
    const kinds = ids.flatMap((id) => log[id]);
    const superseded = new Set(kinds.filter((frame) => frame.kind === 'superseded').flatMap((frame) => frame.cards));
    const cards = kinds.filter((frame) => frame.kind === 'card').map((frame) => frame.card);
    assert.ok(superseded.size > 0, 'nothing was superseded');
    for (const id of superseded) assert.ok(cards.some((card) => card.card === id), 'a superseded card was never shown');
    assert.ok(cards.some((card) => card.topics?.includes('F01')), 'the corrected text found no knowledge');
    assert.ok(!kinds.some((frame) => frame.event?.type === 'utterance.partial'), 'partial text is in the log');
  });
  await t.test('deadlines fell due by ticks', async () => {
    const metrics = await api.get('/metrics');
    const ticks = Number(/^fenshen_ticks_total (\d+)/m.exec(metrics.text)?.[1]);
    assert.ok(ticks > 0, `${ticks} ticks`);
    const afterTick = ids.flatMap((id) => log[id].filter((frame, i) => frame.card?.item === 'SAL-04' && log[id].slice(0, i).findLast((one) => one.event)?.event.type === 'tick'));
    assert.ok(afterTick.length > 0, 'no card of SAL-04 came with a tick');
  });
  await t.test('the log replays to the bytes that the desk received, on one thread and on four', async () => {
    for (const threads of ['1', '4']) {
      const out = join(tempFolder(), 'cards.jsonl');
      const result = await run(['replay', '--data', server.data, '--threads', threads, '--out', out], { cwd: root });
      assert.equal(result.code, 0, result.err);
      const lines = readFileSync(out, 'utf8').trim().split('\n');
      const received = ids.flatMap((id) => log[id].filter((frame) => frame.kind === 'card'));
      assert.equal(lines.length, received.length);
      const wire = Object.fromEntries(ids.map((id) => [id, desk.texts.filter((text) => text.includes(`"conversation":${JSON.stringify(id)}`) && text.includes('"op":"frames"')).join('')]));
      const at = {};
      for (const line of lines) {
        const id = JSON.parse(line).conversation;
        const found = wire[id].indexOf(`"card":${line}`, at[id] ?? 0);
        assert.ok(found >= 0, `not on the wire: ${line}`);
        at[id] = found + line.length;
      }
    }
  });
  assert.equal(await server.stop(), 0);
});
