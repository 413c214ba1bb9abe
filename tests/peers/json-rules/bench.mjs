// json-rules-engine as a peer of the rules stage: N rules that each wait for a pattern, and utterances that each hit 23
// (what `fenshen bench fold --rules 5000 --patterns 10000` has). It can express "said", and/or and comparisons; order,
// absence with a deadline and counts over a conversation it cannot, so only forbidden phrases are compared.
import {Engine} from 'json-rules-engine';

const rules = Number(process.argv[2] ?? 5000), utterances = Number(process.argv[3] ?? 200), hits = 23;
let seed = 20261122;
const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;

const engine = new Engine([], {allowUndefinedFacts: true});
let start = process.cpuUsage();
for (let id = 0; id < rules; ++id)
  engine.addRule({conditions: {all: [{fact: 'speaker', operator: 'equal', value: 'rep'}, {fact: 'hits', operator: 'contains', value: id}]},
    event: {type: `rule-${id}`}});
const micros = (since) => { const spent = process.cpuUsage(since); return spent.user + spent.system; };
const compile = micros(start) / 1000;

const facts = Array.from({length: utterances}, () => ({speaker: 'rep', hits: Array.from({length: hits}, () => random(rules))}));
for (const one of facts.slice(0, 10)) await engine.run(one);
start = process.cpuUsage();
let fired = 0;
for (const one of facts) fired += (await engine.run(one)).events.length;
const us = micros(start) / utterances;
console.log(`json-rules-engine: ${rules} rules, ${compile.toFixed(0)} ms to add them, ${us.toFixed(0)} µs CPU an utterance, ${(fired / utterances).toFixed(1)} fired`);
console.log(JSON.stringify({peer: 'json-rules-engine', rules, compile_ms: Math.round(compile), us: Math.round(us)}));
