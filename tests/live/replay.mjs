// Live = replay: interleaved conversations over API and WebSocket, content changed twice and the server killed in between;
// what the desk received is, byte for byte, what another process replays from the log.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, long, root, run, sleep, tempFolder } from './lib/server.mjs';
import { dialogues, sentIds, toLines } from './lib/dialogues.mjs';
import { each, events } from './lib/http.mjs';
import { edit, replacing } from './lib/studio.mjs';

const kConversations = long ? 1_000 : 200;
const kSeconds = long ? 60 : 14;      // the longest conversation
const kSeed = Number(process.env.FENSHEN_SEED ?? 20261121);
const kLost = '我的银行卡丢了，怎么办，先帮我停住';
const kPromise = '这款产品铁板钉钉涨给您看';  // no rule knows these words before the edit

async function samples(api) {
  const { items } = await api.must(200, 'GET', '/api/v1/samples');
  return Promise.all(items.map(({ id }) => api.must(200, 'GET', `/api/v1/samples/${id}`)));
}

async function replay(data, threads) {
  const out = join(tempFolder(), 'cards.jsonl');
  const result = await run(['replay', '--data', data, '--threads', String(threads), '--out', out], { cwd: root });
  assert.equal(result.code, 0, result.err);
  return readFileSync(out);
}

const sha = (server, api) => api.must(200, 'GET', '/api/v1/content/status').then((status) => status.hash);

test(`live = replay, ${kConversations} conversations, seed ${kSeed}`, { timeout: 600_000 }, async (t) => {
  const server = await new Server({ args: ['--shards', '2', '--threads', '2'] }).start();
  const api = server.api();
  const list = dialogues(await samples(api), kSeed, kConversations, { seconds: kSeconds, spice: [{ speaker: 'customer', text: kLost }, { speaker: 'agent', text: kPromise }] });
  const folder = tempFolder();
  const inFile = join(folder, 'dialogues.jsonl'), played = join(folder, 'played.jsonl');
  writeFileSync(inFile, toLines(list));
  const turns = list.reduce((sum, dialogue) => sum + sentIds(dialogue).length, 0);
  const hashes = [await sha(server, api)];

  const begin = Date.now();
  const play = run(['play', '--url', server.url, '--in', inFile, '--speed', '1', '--out', played], { cwd: root });
  const at = (part) => sleep(Math.max(0, begin + part * kSeconds * 1000 - Date.now()));
  await at(0.3);
  await edit(await server.as('editor'), 'article', 'yj-f01', replacing(/zh: 借记卡丢了怎么临时挂失/, 'zh: 借记卡丢了怎么临时挂失〔新〕'));
  hashes.push(await sha(server, api));
  await at(0.45);
  assert.equal(await server.kill9(), 'SIGKILL');
  await sleep(700);
  await server.start();
  await at(0.6);
  await edit(await server.as('editor'), 'class', 'promise_principal', replacing(/phrases:\n/, 'phrases:\n  - 铁板钉钉涨给您看\n'));
  hashes.push(await sha(server, api));
  await at(0.8);
  const early = await replay(server.data, 2);  // beside the running server, in the middle of things

  const result = await play;
  assert.equal(result.code, 0, result.err);
  const cards = readFileSync(played);
  await t.test('both edits were in force, one after the other', () => {
    assert.equal(new Set(hashes).size, 3);
    assert.match(cards.toString(), /借记卡丢了怎么临时挂失〔新〕/);
    const promised = cards.toString().split('\n').filter((line) => line.includes('"item":"SAL-01"') && line.includes('铁板钉钉'));
    assert.ok(promised.length > 0, 'no card of the new phrase');
    assert.ok(promised.length < kConversations, 'the phrase was known before it was published');
  });
  await t.test('replay in other processes gives the same bytes', async () => {
    const four = await replay(server.data, 4), one = await replay(server.data, 1);
    assert.ok(four.equals(cards), 'played and replayed cards differ');
    assert.ok(one.equals(four), 'one thread and four differ');
    const lines = cards.toString().trim().split('\n');
    assert.ok(early.length > 0 && early.length < cards.length);
    assert.ok(lines.length > kConversations * 5, `only ${lines.length} cards`);
    t.diagnostic(`${kConversations} conversations, ${turns} events sent, ${lines.length} cards, ${cards.length} bytes`);
  });
  await t.test('nothing is lost, doubled or out of order', async () => {
    await each(list, 16, async (dialogue) => {
      const log = await events(api, dialogue.id);
      log.forEach((event, i) => assert.equal(event.seq, i + 1));
      assert.deepEqual(log.map((event) => event.id).filter((id) => /^t\d+e?$/.test(id)), sentIds(dialogue), dialogue.id);
      assert.equal(log.filter((event) => event.type === 'conversation.ended').length, 1);
      for (let i = 1; i < log.length; ++i) assert.ok(Date.parse(log[i].recorded_at) >= Date.parse(log[i - 1].recorded_at), 'recorded_at went back');
    });
    const all = (await Promise.all(list.slice(0, 40).map((dialogue) => events(api, dialogue.id)))).flat();
    const bound = new Set(all.filter((event) => event.type === 'pack.bound').map((event) => event.pack_hash));
    assert.deepEqual([...bound].sort(), [...hashes].sort());
  });
  assert.equal(await server.stop(), 0);
  await t.test('after the end of the server the store replays to the same', async () => {
    assert.ok((await replay(server.data, 4)).equals(cards));
  });
});
