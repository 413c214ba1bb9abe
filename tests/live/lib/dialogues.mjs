// Varied dialogues from a seed: the packs' own samples and tests, cut, joined and mixed with business events.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './server.mjs';

export function random(seed) {  // mulberry32
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (n) => Math.floor(next() * n), pick: (list) => list[Math.floor(next() * list.length)], chance: (p) => next() < p };
}

// Turns of the tests inside the packs, grouped by test: [{speaker, text} …]. Read line by line, without a YAML parser:
// what is not a plain one-line turn is left out.
export function packTurns() {
  const groups = [];
  for (const pack of ['finance-cn', 'yunjiang']) {
    const folder = join(root, 'packs', pack, 'tests');
    for (const file of readdirSync(folder).sort()) {
      let group = [];
      for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
        if (/^- /.test(line)) { if (group.length > 0) groups.push(group); group = []; }
        for (const [, who, quoted, plain] of line.matchAll(/\{(c|r|b): (?:"((?:[^"\\]|\\.)*)"|([^"'{}\[\],][^{}\[\],]*))/g)) {
          group.push({ speaker: { c: 'customer', r: 'agent', b: 'bot' }[who], text: (quoted ?? plain).trim() });
        }
      }
      if (group.length > 0) groups.push(group);
    }
  }
  return groups;
}

const kEvents = [
  ['idv.passed', { level: 2 }], ['idv.passed', { level: 3 }], ['card.loss_temp', { card_tail: '4821', days: 5 }], ['card.loss_formal', { card_tail: '4821' }],
  ['complaint.created', { no: 'T1', handler: 'u8', accused: 'u7' }], ['ivr.recording_notice', {}], ['product.selected', { code: 'W1', class: 'wealth', risk: 'R4' }],
  ['transfer.limit_changed', { amount: 50000, before: { day: 20000, list: [1, 2] } }], ['unknown.event', { 'a': { b: [1, { c: '深' }] } }],
];
const kChannels = ['voice', 'chat', 'wx_kf', 'app', 'counter', 'outbound', 'email'];
const kExtras = ['', '嗯', '……', '👍🏽 好的', 'OK, thanks!', '<b>x</b>&amp;"\\', '１２３４５６元整', '我的卡号是 6222 0000 1234 5678', 'a\u0301é 組合'];

// `count` dialogues; `seconds`: how long the longest lasts at speed 1.
export function dialogues(samples, seed, count, { seconds = 60, prefix = 'd', spice = [] } = {}) {
  const groups = packTurns();
  const rnd = random(seed);
  return Array.from({ length: count }, (_, index) => {
    const sample = rnd.pick(samples);
    let turns = rnd.chance(0.4) ? sample.turns.map(({ speaker, text, event }) => ({ speaker, text, event })) : [];
    if (turns.length > 0 && rnd.chance(0.5)) turns = turns.slice(0, 6 + rnd.below(turns.length));
    while (turns.length < 8 || rnd.chance(0.4)) turns.splice(rnd.below(turns.length + 1), 0, ...rnd.pick(groups).slice(0, 12).map((turn) => ({ ...turn })));
    turns = turns.slice(0, 40).flatMap((turn) => {
      const out = [turn];
      if (rnd.chance(0.08)) out.push({ speaker: rnd.pick(['customer', 'agent']), text: rnd.pick(kExtras) });
      if (rnd.chance(0.08)) { const [name, data] = rnd.pick(kEvents); out.push({ speaker: 'system', event: { name, data } }); }
      if (rnd.chance(0.03)) { const [name, data] = rnd.pick(kEvents); out.push({ speaker: 'agent', text: '好的，马上办理', event: { name, data } }); }
      if (rnd.chance(0.02)) out.push({ speaker: 'system' });  // neither text nor event: keeps its index
      return out;
    });
    for (const text of spice) turns.splice(Math.floor(turns.length * (0.6 + rnd.next() * 0.4)), 0, { speaker: text.speaker, text: text.text });
    const length = seconds * (0.6 + 0.4 * rnd.next());
    turns = turns.map((turn, i) => ({ ...JSON.parse(JSON.stringify(turn)), ts: Math.round((length * (i + rnd.next() * 0.9)) / turns.length * 10) / 10 }));
    for (let i = 1; i < turns.length; ++i) turns[i].ts = Math.max(turns[i].ts, turns[i - 1].ts);
    return {
      id: `${prefix}${seed}-${index}${rnd.chance(0.1) ? ' 会话/ü' : ''}`,
      channel: rnd.pick(kChannels),
      lang: sample.lang ?? 'zh',
      started_at: `2026-11-2${1 + rnd.below(3)}T1${rnd.below(10)}:0${rnd.below(10)}:00+08:00`,
      customer: { id: `c${rnd.below(count)}`, name: rnd.pick(['张三', '李四', 'Ann <i>', '欧阳']), tier: rnd.pick(['T1', 'T2', 'T3']), risk: rnd.pick(['C1', 'C2', 'C4']), risk_valid_to: rnd.pick(['2026-12-31', '2026-10-01']), age: 20 + rnd.below(60) },
      meta: { team: '综合一组', direction: rnd.pick(['in', 'out']) },
      turns,
    };
  });
}

// What `play` sends of a dialogue, as event ids in order.
export const sentIds = (dialogue) =>
  dialogue.turns.flatMap((turn, i) => [...(turn.text ? [`t${i}`] : []), ...(turn.event ? [`t${i}e`] : [])]);

export const toLines = (list) => list.map((one) => JSON.stringify(one) + '\n').join('');
