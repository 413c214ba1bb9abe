// Who may do what, over the wire: nobody without a session, no write without the CSRF token, no role beyond its own, no
// session after it ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Server } from './lib/server.mjs';
import { raw } from './lib/http.mjs';

const path = (id, rest = '') => `/api/v1/conversations/${id}${rest}`;

test('sessions and roles', { timeout: 120_000 }, async (t) => {
  const server = await new Server().start();
  const api = server.api(), rep = await server.as('xiaowang'), supervisor = await server.as('xu'), editor = await server.as('editor');
  await api.must(201, 'POST', '/api/v1/conversations', { id: 'waiting', channel: 'chat', lang: 'zh', meta: { team: '综合一组', queue: 'chat' } });
  const own = (await rep.must(201, 'POST', '/api/v1/conversations', { channel: 'voice', lang: 'zh' })).id;

  await t.test('a stranger gets health, the description and the sign-in, nothing else', async () => {
    const stranger = server.stranger();
    for (const open of ['/healthz', '/readyz', '/api/v1/openapi.json']) assert.equal((await stranger.get(open)).status, 200, open);
    const document = (await stranger.get('/api/v1/openapi.json')).body;
    const closed = Object.entries(document.paths).flatMap(([address, item]) =>
      Object.entries(item).filter(([method, operation]) => /^(get|post|put|delete)$/.test(method) && operation.security?.length > 0).map(([method]) => [method.toUpperCase(), address]));
    assert.ok(closed.length > 20);
    for (const [method, address] of closed) {
      let status = 429;  // strangers share a small allowance: wait for it
      for (let i = 0; i < 100 && status === 429; ++i) {
        status = (await stranger.send(method, address.replace(/\{\w+\}/g, 'waiting'), method === 'GET' || method === 'DELETE' ? undefined : {})).status;
        if (status === 429) await new Promise((done) => setTimeout(done, 200));
      }
      assert.equal(status, 401, `${method} ${address}`);
    }
  });

  await t.test('a write without the CSRF token, with another’s, or from another site is refused', async () => {
    for (const headers of [{ 'X-CSRF-Token': null }, { 'X-CSRF-Token': 'x' }, { 'X-CSRF-Token': supervisor.csrf }, { Origin: 'https://elsewhere.example' }]) {
      const reply = await rep.post('/api/v1/conversations', { channel: 'voice', lang: 'zh' }, headers);
      assert.equal(reply.status, 403, JSON.stringify(headers));
      assert.equal(reply.body.code, 'csrf');
    }
    assert.equal((await rep.post('/api/v1/conversations', { channel: 'voice', lang: 'zh' }, { Origin: `http://127.0.0.1:${server.port}` })).status, 201);
  });

  await t.test('each role does its own work and no other', async () => {
    const article = (await editor.must(200, 'GET', '/api/v1/content/article/yj-f01'));
    const publish = { text: article.text + '\n# x\n', expected_version: article.version, comment: 'x' };
    const forbidden = [[rep, 'GET', '/api/v1/content?kind=article'], [rep, 'GET', '/api/v1/content/article/yj-f01'], [rep, 'PUT', '/api/v1/content/article/yj-f01', publish],
      [rep, 'DELETE', '/api/v1/content/article/yj-f01/edit'], [rep, 'POST', '/api/v1/content/check', { kind: 'article', text: 'x' }],
      [rep, 'POST', '/api/v1/content/try', { kind: 'article', id: 'yj-f01', text: article.text, sample: 'sample-01' }], [rep, 'GET', '/api/v1/console/conversations'],
      [supervisor, 'PUT', '/api/v1/content/article/yj-f01', publish], [supervisor, 'POST', path(own, '/acts'), { act: 'a', kind: 'message', text: 'x' }],
      [supervisor, 'POST', path(own, '/end'), { id: 'e' }], [supervisor, 'POST', '/api/v1/conversations', { channel: 'voice', lang: 'zh' }],
      [editor, 'GET', '/api/v1/quality/conversations'], [editor, 'GET', '/api/v1/alerts'], [rep, 'GET', '/api/v1/alerts'], [rep, 'POST', '/api/v1/quality/samples', {}], [editor, 'POST', path('waiting', '/accept'), {}], [editor, 'GET', '/api/v1/console/conversations'],
      [api, 'PUT', '/api/v1/content/article/yj-f01', publish]];
    for (const [who, method, address, body] of forbidden) assert.equal((await who.send(method, address, body)).status, 403, `${method} ${address}`);
    assert.equal((await supervisor.get(path(own))).status, 200);
    assert.equal((await rep.get(path(own))).status, 200);
    await api.must(201, 'POST', path(own, '/events'), { id: 'card', type: 'utterance', speaker: 'customer', text: '我的卡号是6222021234567894321' });
    assert.match((await rep.get(path(own, '/events'))).text, /6222021234567894321/);
    const masked = (await editor.get(path(own, '/events'))).text;  // who writes rules reads what they speak about, masked
    assert.match(masked, /•{15}4321/);
    assert.doesNotMatch(masked, /6222021234567894321/);
    assert.equal((await rep.get('/metrics')).status, 200);  // from this machine
    assert.equal((await editor.get('/api/v1/content/article/yj-f01')).body.version, article.version, 'a refused edit has changed something');
  });

  await t.test('a rep speaks through the gate only', async () => {
    const reply = await rep.post(path(own, '/events'), { id: 'x', type: 'utterance', speaker: 'rep', text: '绕过' });
    assert.equal(reply.status, 422);
    assert.equal((await rep.post(path(own, '/acts'), { act: 'a1', kind: 'message', text: '您好' })).body.decision, 'allowed');
  });

  await t.test('wrong, forged and ended sessions', async () => {
    assert.equal((await server.stranger().get('/api/v1/session', { Cookie: 'fenshen_session=forged' })).status, 401);
    const cookie = (await rep.get('/api/v1/session')) && rep.headers.Cookie;
    assert.match((await raw(server.port, `GET /api/v1/session HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}x\r\nConnection: close\r\n\r\n`)), /^HTTP\/1\.1 401 /);
    const socket = await rep.socket();
    socket.send({ op: 'list', scope: 'mine' });
    await socket.wait(() => socket.texts.length > 0, 5_000, 'the list');
    assert.equal((await rep.send('DELETE', '/api/v1/session')).status, 204);
    await socket.wait(() => socket.closeCode !== null, 5_000, 'the socket to end with its session');
    assert.equal(socket.closeCode, 4401);
    assert.equal((await rep.get('/api/v1/session')).status, 401);
    assert.equal((await rep.get(path(own))).status, 401);
    await assert.rejects(rep.socket(), { status: 401 });
    socket.close();
  });

  await t.test('a password is not guessed at leisure', async () => {
    const thief = server.stranger();
    let limited = 0;
    for (let i = 0; i < 15; ++i) {
      const reply = await thief.post('/api/v1/session', { username: 'xu', password: 'guess' + i });
      assert.ok(reply.status === 401 || reply.status === 429, reply.text);
      if (reply.status === 429) { ++limited; assert.ok(Number(reply.headers['retry-after']) > 0); }
    }
    assert.ok(limited > 0);
    assert.equal((await supervisor.get('/api/v1/session')).status, 200, 'who is signed in stays so');
  });
  assert.equal(await server.stop(), 0);
});
