// Whole dialogue files of third parties through `replay --in` and, as fast as it goes, through the live API: no error, no
// lost event, and a server whose memory does not grow with what it has already seen.
import assert from 'node:assert/strict';
import test from 'node:test';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, long, root, run, skip, sleep, tempFolder } from './lib/server.mjs';
import { sentIds, toLines } from './lib/dialogues.mjs';
import { each, events } from './lib/http.mjs';

const corpora = process.env.FENSHEN_CORPORA;
if (!corpora) skip('corpora through replay and play (FENSHEN_CORPORA is not set)');
const names = ['csds/dev', 'stc3_helpdesk/dev', 'stc3_helpdesk/dev_en', 'star_bank/dev', 'teleantifraud/dev',
  ...(long ? ['csds/train', 'stc3_helpdesk/train', 'stc3_helpdesk/train_en', 'star_bank/train', 'teleantifraud/train'] : [])];
const files = names.map((name) => join(corpora, name + '.jsonl'));
for (const file of files) if (!existsSync(file)) skip(`corpora: ${file} is not there`);
const read = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
// dev and dev_en hold the same ids: the file's number makes them differ.
const list = files.flatMap((file, i) => read(file).map((dialogue) => ({ ...dialogue, id: `${i}/${dialogue.id}` })));

test(`replay --in: ${names.join(', ')}`, { timeout: 600_000 }, async (t) => {
  for (const file of files) {
    const out = join(tempFolder(), 'cards.jsonl'), signals = join(tempFolder(), 'signals.jsonl');
    const result = await run(['replay', '--in', file, '--out', out, '--signals', signals], { cwd: root });
    assert.equal(result.code, 0, `${file}: ${result.err}`);
    const dialogues = read(file), cards = readFileSync(out, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
    assert.deepEqual(cards.filter((card) => card.kind === 'wrapup').map((card) => card.conversation), dialogues.map((dialogue) => dialogue.id), 'one wrap-up a dialogue, in order');
    const spoken = dialogues.flatMap((dialogue) => dialogue.turns).filter((turn) => turn.text && ['customer', 'agent', 'rep'].includes(turn.speaker));
    assert.equal(readFileSync(signals, 'utf8').split('\n').filter(Boolean).length, spoken.length, 'a line of signals for each customer or rep turn');
    t.diagnostic(`${file.slice(corpora.length + 1)}: ${dialogues.length} dialogues, ${spoken.length} turns, ${cards.length} cards`);
  }
});

test('play --speed max, several times over: no error, nothing lost, memory flat', { timeout: 3_000_000 }, async (t) => {
  const server = await new Server().start();
  const api = server.api();
  const started = server.rssMb(), rounds = [], times = long ? 6 : 3;
  for (let round = 0; round < times; ++round) {
    const dialogues = list.map((dialogue) => ({ ...dialogue, id: `${round}/${dialogue.id}` }));
    const folder = tempFolder(), inFile = join(folder, 'in.jsonl'), played = join(folder, 'cards.jsonl');
    writeFileSync(inFile, toLines(dialogues));
    let peak = 0;
    const sampling = setInterval(() => { if (server.alive()) peak = Math.max(peak, server.rssMb()); }, 100);
    const result = await run(['play', '--url', server.url, '--in', inFile, '--speed', 'max', '--out', played], { cwd: root });
    clearInterval(sampling);
    assert.equal(result.code, 0, result.err);
    assert.equal(readFileSync(played, 'utf8').split('\n').filter((line) => line.includes('"kind":"wrapup"')).length, dialogues.length);
    const sent = dialogues.reduce((sum, dialogue) => sum + sentIds(dialogue).length, 0);
    const some = round === 0 ? dialogues : dialogues.filter((_, i) => i % 10 === round % 10);  // all once, then a tenth
    await each(some, 16, async (dialogue) => {
      assert.deepEqual((await events(api, dialogue.id)).map((event) => event.id).filter((id) => /^t\d+e?$/.test(id)), sentIds(dialogue), dialogue.id);
    });
    if (round > 0) await sleep(17_500);  // what has ended leaves memory after 15 s, looked at every 2
    rounds.push({ seconds: Math.round(result.last.seconds * 10) / 10, sent, peak: Math.round(peak), after: Math.round(server.rssMb()) });
    t.diagnostic(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))} MB, store ${Math.round(statSync(join(server.data, 'events.db')).size / 1e6)} MB`);
  }
  t.diagnostic(`at the start ${Math.round(started)} MB; ${list.length} dialogues a round`);
  // The directory keeps a summary of every conversation; state and frames of ended ones must go.
  const first = rounds[1], last = rounds.at(-1);
  assert.ok(last.peak <= first.peak * 1.15 + 5, `peak grew from ${first.peak} to ${last.peak} MB`);
  assert.ok(last.after <= first.after * 1.15 + 5, `memory grew from ${first.after} to ${last.after} MB`);
  assert.equal(await server.stop(), 0);
});
