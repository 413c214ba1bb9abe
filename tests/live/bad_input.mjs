// What strangers and broken clients send: each gets a clear answer, nothing is stored of it, nobody else notices.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, root, run, tempFolder, token } from './lib/server.mjs';
import { events, raw } from './lib/http.mjs';
import { random } from './lib/dialogues.mjs';

const path = (id, rest = '') => `/api/v1/conversations/${encodeURIComponent(id)}${rest}`;
const utterance = (id, text, more = {}) => ({ id, type: 'utterance', speaker: 'customer', text, ...more });

test('bad input over the wire', { timeout: 120_000 }, async (t) => {
  const server = await new Server().start();
  const api = server.api();
  await api.must(201, 'POST', '/api/v1/conversations', { id: 'b', channel: 'chat', lang: 'zh', customer: { id: 'c1' } });
  const stored = async () => (await events(api, 'b')).length;
  const say = (body, more) => api.post(path('b', '/events'), body, more);
  const problem = (reply, status, code) => {
    assert.equal(reply.status, status, reply.text.slice(0, 300));
    assert.match(reply.headers['content-type'], /^application\/problem\+json/);
    if (code) assert.equal(reply.body.code, code);
    assert.ok(reply.body.detail.length > 0);
  };

  await t.test('bodies that are not what they should be', async () => {
    const before = await stored();
    const bodies = ['', '{', 'null', '[]', '"x"', '{"id":"x"', '{"events":5}', '{"events":[5]}', '{"id":"x","type":"utterance"}', '{"id":"x","type":"no.such","text":"x"}',
      '{"id":"","type":"utterance","speaker":"customer","text":"x"}', '{"id":5,"type":"utterance","speaker":"customer","text":"x"}',
      '{"id":"x","type":"utterance","speaker":"martian","text":"x"}', '{"id":"x","type":"utterance","speaker":"customer","text":7}',
      '{"id":"x","type":"utterance","speaker":"customer","text":"   "}', '{"id":"x","type":"utterance","speaker":"customer","text":"x","revision":-1}',
      '{"id":"x","type":"utterance","speaker":"customer","text":"x","occurred_at":"yesterday"}', '{"id":"x","type":"tick"}', '{"id":"x","type":"pack.bound","pack_hash":"0"}',
      '{"id":"x","type":"business","name":5}', '['.repeat(100_000), '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000), `{"id":"${'x'.repeat(5_000)}","type":"utterance","speaker":"customer","text":"x"}`];
    for (const body of bodies) {
      const reply = await say(body);
      assert.ok(reply.status === 422 || reply.status === 400, `${body.slice(0, 60)}: ${reply.status} ${reply.text.slice(0, 200)}`);
      problem(reply, reply.status);
    }
    problem(await say(JSON.stringify(utterance('x', 'x')), { 'Content-Type': 'text/plain' }), 422);
    assert.equal(await stored(), before);
  });

  await t.test('all mistakes of a list are named, and none of the list is stored', async () => {
    const before = await stored();
    const reply = await say({ events: [utterance('l1', '好'), { id: 'l2', type: 'nothing' }, utterance('', 'x'), utterance('l4', '好')] });
    problem(reply, 422, 'invalid');
    assert.deepEqual(reply.body.errors.map((error) => error.where.slice(0, 9)), ['events[1]', 'events[2]']);
    assert.equal(await stored(), before);
  });

  await t.test('invalid UTF-8, NUL, lone surrogates', async () => {
    const before = await stored();
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe4, 0xbd], [0]])
      problem(await say(Buffer.concat([Buffer.from('{"id":"u","type":"utterance","speaker":"customer","text":"a'), Buffer.from(bytes), Buffer.from('b"}')])), 422);
    for (const text of ['a\\u0000b', '\\ud800', '\\udc00x']) problem(await say(`{"id":"u","type":"utterance","speaker":"customer","text":"${text}"}`), 422);
    problem(await say('{"id":"u\\u0000","type":"utterance","speaker":"customer","text":"x"}'), 422);
    problem(await api.post('/api/v1/conversations', { id: 'x\u0001y', channel: 'chat', lang: 'zh' }), 422);
    assert.ok((await api.get('/api/v1/conversations/%ff%fe')).status >= 400);
    assert.ok((await api.get('/api/v1/conversations/%00')).status >= 400);
    assert.ok((await api.get('/api/v1/conversations/%2e%2e%2f%2e%2e%2fetc%2fpasswd')).status >= 400);
    assert.equal(await stored(), before);
  });

  await t.test('10 MB: bodies, headers, socket messages', async () => {
    const before = await stored();
    const big = Buffer.alloc(10 * 1024 * 1024, 'x');
    const reply = await say(Buffer.concat([Buffer.from('{"id":"big","type":"utterance","speaker":"customer","text":"'), big, Buffer.from('"}')]));
    problem(reply, 413, 'too_large');
    problem(await say(utterance('long', '长'.repeat(20_000))), 422);
    const chunked = await raw(server.port, `POST ${path('b', '/events')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` + `100000\r\n${'x'.repeat(0x100000)}\r\n`.repeat(3));
    assert.match(chunked, /^HTTP\/1\.1 413 /);
    assert.match(await raw(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    assert.match(await raw(server.port, `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 4(14|31) /);
    const socket = await api.socket();
    socket.raw(1, big);
    assert.ok([1009, 1006].includes(await socket.waitClose()));  // the close frame may be lost under what is still being sent
    assert.equal(await stored(), before);
  });

  await t.test('broken HTTP', async () => {
    for (const bytes of ['\r\n\r\n\r\n', 'GARBAGE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '\0'.repeat(100)]) {
      const answer = await raw(server.port, Buffer.from(bytes, 'latin1'), 1_500);
      assert.ok(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), `${JSON.stringify(bytes)}: ${answer.slice(0, 100)}`);
    }
    const rnd = random(99);
    for (let i = 0; i < 100; ++i) await raw(server.port, Buffer.from(Array.from({ length: 1 + rnd.below(300) }, () => rnd.below(256))), 30);
    assert.equal((await api.get('/readyz')).status, 200);
  });

  await t.test('socket messages that mean nothing', async () => {
    const socket = await api.socket();
    const bad = ['', 'x', '5', '[]', '{}', '{"op":5}', '{"op":"fly"}', '{"op":"watch"}', '{"op":"watch","conversation":7}', '{"op":"watch","conversation":"no such"}',
      '{"op":"watch","conversation":"b","after":-1}', '{"op":"typing","conversation":"no such","on":1}', '{"op":"unwatch","conversation":"never"}', '{"op":"list","scope":[]}', '{"op":"watch","conversation":"a\\u0000"}', '['.repeat(50_000)];
    for (const text of bad) socket.send(text);
    socket.send({ op: 'ping' });
    await socket.waitOp('pong');
    const errors = socket.texts.map((text) => JSON.parse(text)).filter((message) => message.op === 'error');
    assert.ok(errors.length >= 8, `${errors.length} errors`);
    assert.ok(errors.some((message) => message.code === 'not_found' && message.conversation === 'no such'));
    for (const message of errors) assert.ok(message.detail.length > 0);
    socket.send({ op: 'watch', conversation: 'b', after: 0 });
    await socket.wait((message) => message.op === 'frames' && message.conversation === 'b');
    socket.close();
  });

  await t.test('broken frames end that socket, and only that', async () => {
    const witness = await api.socket();
    const breaks = [(s) => s.raw(1, Buffer.from([0xff, 0xfe])), (s) => s.raw(1, Buffer.from('{"op":"ping"}'), { masked: false }), (s) => s.raw(3, Buffer.from('x')),
      (s) => s.raw(0, Buffer.from('x')), (s) => s.raw(2, Buffer.from('binary')), (s) => s.raw(9, Buffer.alloc(200)), (s) => s.bytes(Buffer.from([0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4])), (s) => s.tcp.destroy()];
    for (const damage of breaks) {
      const socket = await api.socket();
      damage(socket);
      assert.ok([1002, 1003, 1006, 1007, 1009].includes(await socket.waitClose()), `${damage}: ${socket.closeCode}`);
    }
    witness.send({ op: 'ping' });
    await witness.waitOp('pong');
    witness.close();
    await assert.rejects(api.socket('/api/v1/ws', { Authorization: 'Bearer wrong' }), { status: 401 });
    await assert.rejects(api.socket('/api/v1/ws', { Origin: 'https://elsewhere.example' }), { status: 403 });
    await assert.rejects(api.socket('/api/v1/chat/ws?token=forged.00'), { status: 401 });
  });

  await t.test('unknown conversations, and ended ones', async () => {
    for (const [method, rest, body] of [['GET', ''], ['GET', '/events'], ['GET', '/frames'], ['POST', '/events', utterance('x', 'x')], ['POST', '/acts', { act: 'a', kind: 'message', text: 'x' }],
      ['POST', '/end', { id: 'e' }], ['POST', '/accept', {}], ['POST', '/flow', { id: 'f', action: 'undo', flow: 'P01', step: 'P01.S1' }], ['POST', '/cards/x/actions', { id: 'a', action: 'used' }], ['POST', '/wrapup', { id: 'w', wrapup: { types: [] } }]])
      problem(await api.send(method, path('nobody', rest), body), 404, 'not_found');
    await api.must(201, 'POST', '/api/v1/conversations', { id: 'over', channel: 'chat', lang: 'zh' });
    await api.must(200, 'POST', path('over', '/end'), { id: 'end' });
    problem(await api.post(path('over', '/events'), utterance('late', '还在吗')), 409, 'conflict');
    problem(await api.post('/api/v1/conversations', { id: 'over', channel: 'chat', lang: 'zh' }), 409, 'conflict');
  });

  await t.test('markup in names and messages comes back as the text it was', async () => {
    const nasty = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&\`\${7*7}{{7*7}} ');DROP TABLE events;-- \u202e\u2028 javascript:alert(1)`;
    const made = await api.post('/api/v1/conversations', { id: `n ${nasty}`.slice(0, 150), channel: 'chat', lang: 'zh', customer: { id: 'c-n', name: nasty, note: nasty }, meta: { team: nasty } });
    assert.equal(made.status, 201, made.text);
    const id = made.body.id;
    assert.equal(made.body.customer.name, nasty);
    await api.must(201, 'POST', path(id, '/events'), utterance('n1', nasty));
    const log = await events(api, id);
    assert.equal(log.find((event) => event.id === 'n1').text, nasty);
    const reply = await api.get(path(id, '/frames'));
    assert.match(reply.headers['content-type'], /^application\/json/);
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    assert.match(reply.headers['content-security-policy'], /script-src 'self'/);
    assert.ok(reply.body.items.some((frame) => frame.event?.text === nasty));
  });

  await t.test('numbers, times and repeats', async () => {
    for (const query of ['after=-1', 'after=x', 'after=99999999999999999999', 'limit=-5']) assert.equal((await api.get(path('b', `/events?${query}`))).status, 422, query);
    const first = await say(utterance('same', '一样的'));
    const again = await say(utterance('same', '一样的'));
    assert.equal(first.status, 201);
    assert.equal(again.status, 201);
    assert.deepEqual(again.body.items[0], { ...first.body.items[0], duplicate: true });
    const future = await say(utterance('future', '将来', { occurred_at: '2999-01-01T00:00:00Z' })), past = await say(utterance('past', '过去', { occurred_at: '1970-01-02T00:00:00Z' }));
    assert.equal(future.status, 201);
    assert.equal(past.status, 201);
    const log = await events(api, 'b');
    for (let i = 1; i < log.length; ++i) assert.ok(Date.parse(log[i].recorded_at) >= Date.parse(log[i - 1].recorded_at), 'recorded_at is the log’s clock and never goes back');
    assert.ok(Date.parse(log.at(-1).recorded_at) < Date.parse('2990-01-01'));
  });

  await t.test('a second server on the same data folder says so and leaves the first alone', async () => {
    const second = await run(['serve', '--port', '0', '--data', server.data], { cwd: root });
    assert.equal(second.code, 1);
    assert.match(second.err, /in use|another|other|locked|already/i);
    assert.ok(!/fenshen_session|panic|terminate/.test(second.err));
    assert.equal((await say(utterance('still', '还在'))).status, 201);
  });
  await t.test('a port in use, an address beyond this machine', async () => {
    const taken = await run(['serve', '--port', String(server.port), '--data', tempFolder()], { cwd: root });
    assert.equal(taken.code, 1);
    assert.match(taken.err, /port/);
    const open = await run(['serve', '--port', '0', '--listen', '0.0.0.0', '--data', tempFolder()], { cwd: root });
    assert.equal(open.code, 1);
    assert.match(open.err, /certificate/);
  });

  assert.ok(server.alive());
  assert.equal((await api.get('/readyz')).status, 200);
  assert.equal(await server.stop(), 0);
});

test('a pack with 20 mistakes: all are listed with file and line, the server does not start', { timeout: 60_000 }, async () => {
  const folder = tempFolder(), pack = join(folder, 'finance-cn');
  cpSync(join(root, 'packs/finance-cn'), pack, { recursive: true });
  const file = join(pack, 'rules/sales.yaml');
  let text = readFileSync(file, 'utf8'), broken = 0;
  text = text.replace(/^ {2}severity: (major|normal)$/gm, (whole) => (broken++ < 20 ? '  severity: enormous' : whole));
  writeFileSync(file, text);
  for (const args of [['pack', 'check', pack], ['serve', '--port', '0', '--data', join(folder, 'data'), '--pack', pack]]) {
    const result = await run(args, { cwd: root });
    assert.equal(result.code, 1, result.out);
    const named = new Set([...(result.out + result.err).matchAll(/sales\.yaml:(\d+)/g)].map(([, line]) => line));
    assert.equal(named.size, 20, `${args[0]} names ${named.size} lines:\n${result.err}`);
  }
});
