// The gate over the wire: what is refused never reaches the customer, a limit of three a day is three however many ask at
// once and whenever the server is killed, and what a crash left undone is finished or refused, the same in every replay.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Server, run, sleep, tempFolder } from './lib/server.mjs';
import { each, events } from './lib/http.mjs';
import { edit, replacing } from './lib/studio.mjs';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';

const path = (id, rest = '') => `/api/v1/conversations/${encodeURIComponent(id)}${rest}`;
const kC1 = { id: 'cust-1', risk: 'C1', risk_valid_to: '2099-12-31', age: 40 };
// A zone in which it is about noon now: whenever this runs, nobody is called at night.
const noon = () => {
  const offset = Math.max(-11, Math.min(12, 12 - new Date().getUTCHours()));
  return `${offset < 0 ? '-' : '+'}${String(Math.abs(offset)).padStart(2, '0')}:00`;
};
const call = (act) => ({ act, kind: 'contact', data: { to: '13900000000', purpose: 'collection', phone_zone: noon() } });

test('a promise of principal is refused before it leaves', { timeout: 60_000 }, async (t) => {
  const server = await new Server().start();
  const api = server.api();
  const chat = (await api.must(201, 'POST', '/api/v1/chat/sessions', {}));
  const id = chat.conversation;
  const customer = await api.socket(`/api/v1/chat/ws?token=${encodeURIComponent(chat.token)}`, { Authorization: '' });
  const rep = await server.as('xiaowang');
  await rep.must(200, 'POST', path(id, '/accept'), {});
  await api.must(201, 'POST', path(id, '/events'), { id: 'snapshot', type: 'customer.snapshot', customer: kC1 });
  const desk = await rep.socket();
  desk.send({ op: 'watch', conversation: id, after: 0 });

  await t.test('while it is typed', async () => {
    desk.send({ op: 'draft', conversation: id, ref: 'r1', text: '这款理财保本保收益' });
    desk.send({ op: 'draft', conversation: id, ref: 'r2', text: '您好，请问有什么可以帮您' });
    const answer = (ref) => desk.texts.map((text) => JSON.parse(text)).find((message) => message.op === 'draft' && message.ref === ref);
    await desk.wait(() => answer('r1') && answer('r2'), 5_000, 'the answers to the drafts');
    assert.equal(answer('r1').decision, 'blocked');
    assert.equal(answer('r1').findings[0].rule, 'SAL-01');
    assert.match(answer('r1').findings[0].wording, /不保证本金/);
    assert.ok(answer('r1').findings[0].source.title);
    assert.equal(answer('r2').decision, 'allowed');
    assert.equal((await events(api, id)).filter((event) => event.type.startsWith('act.')).length, 0, 'a draft leaves no trace');
  });
  await t.test('when it is sent, and again when it is sent again', async () => {
    for (let i = 0; i < 2; ++i) {
      const decision = await rep.must(200, 'POST', path(id, '/acts'), { act: 'm1', kind: 'message', text: '这款理财保本保收益' });
      assert.equal(decision.decision, 'blocked');
      assert.ok(decision.rules.includes('SAL-01'));
      assert.deepEqual(decision.findings[0].span.length, 2);
    }
    const log = await events(api, id);
    assert.deepEqual(log.filter((event) => event.act === 'm1').map((event) => event.type), ['act.proposed', 'act.decided']);
    await rep.must(200, 'POST', path(id, '/acts'), { act: 'm2', kind: 'message', text: '这款产品不保证本金，可能发生亏损。' });
    await customer.wait(() => customer.texts.some((text) => text.includes('不保证本金')), 5_000, 'the lawful message');
    assert.ok(!customer.texts.some((text) => text.includes('保本保收益')), 'the customer never saw it');
    assert.equal((await rep.post(path(id, '/acts/m1/confirm'), {})).status, 409, 'what is refused is not confirmed');
  });
  await t.test('the refusal is a card, and a replay shows the same', async () => {
    const frames = (await api.must(200, 'GET', path(id, '/frames'))).items;
    const card = frames.find((frame) => frame.kind === 'card' && frame.card.decision === 'blocked')?.card;
    assert.equal(card.act, 'm1');
    assert.equal(card.item, 'SAL-01');
    assert.equal(frames.filter((frame) => frame.kind === 'card' && frame.card.kind === 'violation' && frame.card.item.startsWith('SAL')).length, 0);
  });
  await t.test('products within the level, a confirmation for a senior', async () => {
    const show = (act, product) => rep.must(200, 'POST', path(id, '/acts'), { act, kind: 'product', data: { product } });
    const products = readFileSync(join(import.meta.dirname, '../../packs/yunjiang/products.yaml'), 'utf8').split('\n- code: ').slice(1);
    const of = (risk) => products.find((text) => text.includes(`risk: ${risk}`)).split('\n')[0];
    assert.equal((await show('p1', of('R1'))).decision, 'allowed');
    assert.equal((await show('p3', of('R3'))).decision, 'blocked');
    await api.must(201, 'POST', path(id, '/events'), { id: 'snapshot-2', type: 'customer.snapshot', customer: { ...kC1, risk: 'C5', age: 65 } });
    const asked = await show('p3b', of('R3'));
    assert.equal(asked.decision, 'confirm');
    assert.equal((await rep.must(200, 'POST', path(id, '/acts/p3b/confirm'), {})).decision, 'allowed');
    assert.equal((await rep.must(200, 'POST', path(id, '/acts/p3b/confirm'), {})).decision, 'allowed', 'confirmed twice is confirmed');
    assert.equal((await events(api, id)).filter((event) => event.type === 'act.done' && event.act === 'p3b').length, 1);
  });
  customer.close?.();
  await server.stop();
});

// Acts of all conversations as their logs tell: act -> last state.
async function states(api, ids) {
  const all = {};
  await each(ids, 8, async (id) => {
    for (const event of await events(api, id)) {
      if (event.type === 'act.proposed') all[`${id}/${event.act}`] = 'proposed';
      if (event.type === 'act.decided') all[`${id}/${event.act}`] = event.allowed ? 'allowed' : 'blocked';
      if (event.type === 'act.done') all[`${id}/${event.act}`] = 'done';
      if (event.type === 'act.failed') all[`${id}/${event.act}`] = 'failed';
    }
  });
  return all;
}
const counted = (all) => Object.values(all).filter((state) => state === 'allowed' || state === 'done').length;

test('three a day are three, of fifty at once', { timeout: 60_000 }, async () => {
  const server = await new Server({ env: { FENSHEN_SHARDS: '4' } }).start();
  const api = server.api();
  const ids = Array.from({ length: 50 }, (_, i) => `out-${i}`);
  await each(ids, 8, (id) => api.must(201, 'POST', '/api/v1/conversations', { id, channel: 'outbound', lang: 'zh', customer: { id: 'debtor' }, meta: { direction: 'out' } }));
  const decisions = await Promise.all(ids.map((id) => api.must(200, 'POST', path(id, '/acts'), call('dial'))));
  assert.equal(decisions.filter((one) => one.decision === 'allowed').length, 3);
  assert.ok(decisions.filter((one) => one.decision === 'blocked').every((one) => one.rules.includes('COL-03')));
  // One did not come about: its place is free again, once.
  const allowed = ids.filter((_, i) => decisions[i].decision === 'allowed');
  const result = (id, body) => api.must(200, 'POST', path(id, '/acts/dial/result'), body);
  assert.equal((await result(allowed[0], { result: 'failed', reason: 'no line' })).state, 'failed');
  assert.equal((await result(allowed[1], { result: 'done', data: { connected: true } })).state, 'done');
  assert.equal((await result(allowed[1], { result: 'done', data: { connected: true } })).state, 'done', 'told twice');
  const again = await Promise.all(ids.map((id) => api.must(200, 'POST', path(id, '/acts'), call('dial-2'))));
  assert.equal(again.filter((one) => one.decision === 'allowed').length, 1);
  // Not answered is no contact of that rule: it does not count against it.
  const free = ids.filter((_, i) => again[i].decision === 'allowed');
  await api.must(200, 'POST', path(free[0], '/acts/dial-2/result'), { result: 'done', data: { connected: false } });
  const third = await Promise.all(ids.map((id) => api.must(200, 'POST', path(id, '/acts'), call('dial-3'))));
  assert.equal(third.filter((one) => one.decision === 'allowed').length, 1);
  // Somebody else's day is his own.
  await api.must(201, 'POST', '/api/v1/conversations', { id: 'other', channel: 'outbound', lang: 'zh', customer: { id: 'somebody' }, meta: { direction: 'out' } });
  assert.equal((await api.must(200, 'POST', path('other', '/acts'), call('dial'))).decision, 'allowed');
  await server.stop();
});

test('and still three when the server is killed in between', { timeout: 120_000 }, async () => {
  for (const wait of [0, 4, 9, 15, 25, 60]) {
    const data = tempFolder();
    const env = { FENSHEN_SHARDS: wait % 2 ? '4' : '1' };
    let server = await new Server({ data, env }).start();
    let api = server.api();
    const ids = Array.from({ length: 50 }, (_, i) => `out-${i}`);
    await each(ids, 8, (id) => api.must(201, 'POST', '/api/v1/conversations', { id, channel: 'outbound', lang: 'zh', customer: { id: 'debtor' }, meta: { direction: 'out' } }));
    const answers = ids.map((id) => api.post(path(id, '/acts'), call('dial')).catch(() => null));
    await sleep(wait);
    await server.kill9();
    const told = (await Promise.all(answers)).filter((reply) => reply?.status === 200 && reply.body.decision === 'allowed').length;
    server = await new Server({ data, env }).start();
    api = server.api();
    // Whoever got no answer asks again, and who was interrupted with a new act.
    await Promise.all(ids.map(async (id) => {
      const reply = await api.post(path(id, '/acts'), call('dial'));
      if (reply.status === 409) await api.must(200, 'POST', path(id, '/acts'), call('dial-again'));
    }));
    let all = await states(api, ids);
    assert.ok(told <= 3, `${told} were told that they may`);
    assert.equal(counted(all), 3, `killed after ${wait} ms`);
    assert.equal(Object.values(all).filter((state) => state === 'proposed').length, 0, 'nothing hangs');
    // Nothing else gets through either.
    const more = await Promise.all(ids.map((id) => api.must(200, 'POST', path(id, '/acts'), call('dial-more'))));
    assert.equal(more.filter((one) => one.decision === 'allowed').length, 0);
    await each(ids, 8, (id) => api.must(200, 'POST', path(id, '/end'), { id: 'end' }));
    const before = (await Promise.all(ids.map((id) => api.must(200, 'GET', path(id, '/frames'))))).map((page) => page.items.map((frame) => ({ ...frame, ms: null })));
    await server.stop();
    server = await new Server({ data, env }).start();
    api = server.api();
    all = await states(api, ids);
    assert.equal(counted(all), 3);
    const after = (await Promise.all(ids.map((id) => api.must(200, 'GET', path(id, '/frames'))))).map((page) => page.items.map((frame) => ({ ...frame, ms: null })));
    assert.deepEqual(after, before, 'the same frames after a restart');
    await server.stop();
  }
});

test('a call of which nobody tells how it went has failed, and frees its place', { timeout: 60_000 }, async () => {
  const server = await new Server({ env: { FENSHEN_ACT_TIMEOUT: '1', FENSHEN_SHARDS: '2' } }).start();
  const api = server.api();
  const ids = Array.from({ length: 4 }, (_, i) => `slow-${i}`);
  await each(ids, 4, (id) => api.must(201, 'POST', '/api/v1/conversations', { id, channel: 'outbound', lang: 'zh', customer: { id: 'debtor' }, meta: { direction: 'out' } }));
  const first = await Promise.all(ids.map((id) => api.must(200, 'POST', path(id, '/acts'), call('dial'))));
  assert.equal(first.filter((one) => one.decision === 'allowed').length, 3);
  const allowed = ids.filter((_, i) => first[i].decision === 'allowed');
  await api.must(200, 'POST', path(allowed[0], '/acts/dial/result'), { result: 'done', data: { connected: true } });
  await api.must(200, 'POST', path(allowed[1], '/end'), { id: 'end' });  // the timeout reaches it all the same
  const states_now = async () => Object.values(await states(api, ids)).sort().join();
  for (let i = 0; i < 200 && (await states_now()) !== 'blocked,done,failed,failed'; ++i) await sleep(50);
  assert.equal(await states_now(), 'blocked,done,failed,failed');
  assert.equal((await events(api, allowed[1])).at(-1).reason, 'timeout');
  assert.equal((await api.must(200, 'POST', path(allowed[2], '/acts/dial/result'), { result: 'done' })).state, 'failed', 'too late');
  const open = ids.filter((id) => id !== allowed[1]);
  let again = 0;
  for (const act of ['dial-2', 'dial-3']) for (const id of open) again += (await api.must(200, 'POST', path(id, '/acts'), call(act))).decision === 'allowed' ? 1 : 0;
  assert.equal(again, 2, 'two places are free again');
  await server.stop();
});

test('a message that a crash left undecided is finished once', { timeout: 120_000 }, async () => {
  for (const wait of [0, 2, 5, 10]) {
    const data = tempFolder();
    let server = await new Server({ data }).start();
    let api = server.api();
    const ids = Array.from({ length: 20 }, (_, i) => `chat-${i}`);
    await each(ids, 8, (id) => api.must(201, 'POST', '/api/v1/conversations', { id, channel: 'chat', lang: 'zh', customer: { id: 'c-' + id, risk: 'C1' } }));
    const text = (i) => (i % 2 ? '这款理财保本保收益' : '您好，请问有什么可以帮您');
    const answers = ids.map((id, i) => api.post(path(id, '/acts'), { act: 'm', kind: 'message', text: text(i) }).catch(() => null));
    await sleep(wait);
    await server.kill9();
    await Promise.all(answers);
    server = await new Server({ data }).start();
    api = server.api();
    const decisions = await Promise.all(ids.map((id, i) => api.must(200, 'POST', path(id, '/acts'), { act: 'm', kind: 'message', text: text(i) })));
    for (const [i, id] of ids.entries()) {
      assert.equal(decisions[i].decision, i % 2 ? 'blocked' : 'allowed');
      const types = (await events(api, id)).filter((event) => event.act === 'm').map((event) => event.type);
      assert.deepEqual(types, i % 2 ? ['act.proposed', 'act.decided'] : ['act.proposed', 'act.decided', 'act.done']);
    }
    await server.stop();
    const out = join(tempFolder(), 'cards.jsonl');
    assert.equal((await run(['replay', '--data', data, '--out', out])).code, 0);
    const blocks = readFileSync(out, 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter((card) => card.decision === 'blocked');
    assert.equal(blocks.length, 10);
  }
});

test('acts, typing, cards in use, a change of content and a crash: live is replay', { timeout: 120_000 }, async (t) => {
  const data = tempFolder();
  let server = await new Server({ data }).start();
  let api = server.api();
  const editor = await server.as('editor'), supervisor = await server.as('xu');
  const ids = Array.from({ length: 12 }, (_, i) => `mix-${i}`);
  for (const [i, id] of ids.entries()) await api.must(201, 'POST', '/api/v1/conversations', { id, channel: 'chat', lang: 'zh', customer: { id: `c-${i % 4}`, risk: `C${1 + (i % 5)}`, risk_valid_to: '2099-12-31', age: 60 + i }, meta: { issue: 'lost-card', team: '综合一组' } });
  const desk = await api.socket();
  for (const id of ids) desk.send({ op: 'watch', conversation: id, after: 0 });
  const say = (id, event, text) => api.must(201, 'POST', path(id, '/events'), { id: event, type: 'utterance', speaker: 'customer', text });
  const act = (id, body) => api.must(200, 'POST', path(id, '/acts'), body);
  const round = (number) => each(ids, 6, async (id, i) => {
    await say(id, `q${number}`, i % 2 ? '卡丢了怎么办' : '有什么理财推荐吗');
    desk.send({ op: 'typing', conversation: id, on: true });
    await act(id, { act: `m${number}`, kind: 'message', text: ['您好，这款理财保本保收益', '净值会波动，可能亏损，请您留意', '这款产品绝对没有风险'][(i + number) % 3] });
    desk.send({ op: 'typing', conversation: id, on: false });
    const shown = await act(id, { act: `p${number}`, kind: 'product', data: { product: i % 2 ? 'YJ-W3' : 'YJ-W1' } });
    if (shown.decision === 'confirm') await api.must(200, 'POST', path(id, `/acts/p${number}/confirm`), {});
    const card = (await api.must(200, 'GET', path(id, '/frames'))).items.find((frame) => frame.kind === 'card' && frame.card.kind === 'knowledge')?.card;
    if (card) await api.must(201, 'POST', path(id, `/cards/${card.card}/actions`), { id: `used-${number}`, action: number % 2 ? 'used' : 'dismissed' });
  });
  await round(1);
  await edit(editor, 'rule', 'SAL-05', replacing(/gate: confirm/, 'gate: block'));
  await round(2);
  await t.test('the change counts at once', async () => {
    const decision = await act(ids[0], { act: 'after', kind: 'message', text: '这款产品绝对没有风险' });
    assert.equal(decision.decision, 'blocked');
    assert.ok(decision.rules.includes('SAL-05'));
  });
  await t.test('who comes again within the week about the same is noticed', async () => {
    const log = await events(api, ids[11]);
    assert.equal(log.find((event) => event.type === 'history.snapshot').history.issue_contacts_7d, 2);
    const cards = (await api.must(200, 'GET', path(ids[11], '/frames'))).items.filter((frame) => frame.kind === 'card').map((frame) => frame.card);
    assert.ok(cards.some((card) => card.item === 'CMP-11' && card.kind === 'prompt'));
    const first = (await api.must(200, 'GET', path(ids[0], '/frames'))).items.filter((frame) => frame.kind === 'card').map((frame) => frame.card);
    assert.ok(!first.some((card) => card.item === 'CMP-11'));
  });
  await t.test('attention is counted for the supervisor', async () => {
    const report = await supervisor.must(200, 'GET', '/api/v1/console/attention');
    const knowledge = report.kinds.find((one) => one.kind === 'knowledge');
    assert.ok(knowledge.shown >= ids.length / 2);
    assert.ok(knowledge.used >= 1 && knowledge.dismissed >= 1);
    assert.ok(knowledge.suppressed >= 1, 'the same question twice');
    assert.equal((await server.stranger().get('/api/v1/console/attention')).status, 401);
  });
  await t.test('content that promises is not published', async () => {
    const item = await editor.must(200, 'GET', '/api/v1/content/article/yj-f01');
    const saying = (words) => item.text.replace(/^say:.*\n( .*\n)*/m, `say: ${words}\n`);
    const text = saying('这款理财保本保收益，您放心买。');
    assert.notEqual(text, item.text);
    const reply = await editor.put('/api/v1/content/article/yj-f01', { text, expected_version: item.version, comment: 'x' });
    assert.equal(reply.status, 422, reply.text);
    assert.match(reply.text, /SAL-01/);
    assert.equal((await editor.must(200, 'GET', '/api/v1/content/article/yj-f01')).text, item.text, 'nothing changed');
    const fine = saying('我现在就给您办临时挂失，请您稍等。');
    assert.equal((await editor.put('/api/v1/content/article/yj-f01', { text: fine, expected_version: item.version, comment: 'x' })).status, 200);
  });
  await round(3);
  const frames = async () => (await Promise.all(ids.map((id) => api.must(200, 'GET', path(id, '/frames'))))).map((page) => page.items.map((frame) => ({ ...frame, ms: null })));
  const before = await frames();
  const received = ids.map((id) => desk.texts.map((text) => JSON.parse(text)).filter((message) => message.op === 'frames' && message.conversation === id).flatMap((message) => message.items).map((frame) => ({ ...frame, ms: null })));
  await server.kill9();
  server = await new Server({ data }).start();
  api = server.api();
  const after = await frames();
  await t.test('the same frames after the crash, and those that the desk had', () => {
    assert.deepEqual(after, before);
    received.forEach((list, i) => assert.deepEqual(list, before[i].slice(0, list.length)));
  });
  await server.stop();
  await t.test('and the same cards in a replay of the store', async () => {
    const out = join(tempFolder(), 'cards.jsonl');
    assert.equal((await run(['replay', '--data', data, '--out', out])).code, 0);
    const lines = readFileSync(out, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    for (const [i, id] of ids.entries()) assert.deepEqual(lines.filter((card) => card.conversation === id), before[i].filter((frame) => frame.kind === 'card').map((frame) => frame.card));
  });
});
