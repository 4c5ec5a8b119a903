// `npm run chaos -- --deeds 200 --seed S [--on pglite|postgresql] [--instances 3]`: the long form of
// test/chaos. Needs the programs of a PostgreSQL server, and the right to kill its backends.

import { parseArgs } from 'node:util';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { seedOfRun } from '../support/seed.ts';
import { onPglite, onPostgresql } from './stage.ts';
import { storm } from './storm.ts';

endsOnSignals();
const { values } = parseArgs({
  options: {
    deeds: { type: 'string', default: '40' },
    seed: { type: 'string' },
    on: { type: 'string', default: 'postgresql' },
    instances: { type: 'string', default: '3' },
  },
});
const seed = Number(values.seed ?? seedOfRun());
const isEmbedded = values.on === 'pglite';
const stage = await (isEmbedded ? onPglite() : onPostgresql());
const random = randomFrom(seed, 'deeds');
const counts = new Map<string, number>();
const aftermath = await storm({
  ...stage,
  seed,
  deeds: Array.from({ length: Number(values.deeds) }, () => random.pick(stage.deeds)),
  instances: isEmbedded ? 1 : Number(values.instances),
  clients: 6,
  onDeed(deed, done) {
    counts.set(deed, (counts.get(deed) ?? 0) + 1);
    if (done % 20 === 0) console.log(`${done} deeds`);
  },
});
const { faults, acknowledged, failed } = aftermath;
await aftermath.stop();
const differing = await stage.differing();
if (differing > 0) console.log(`${differing} rows of the projections are not those of a rebuild`);
for (const fault of faults) console.log(fault);
const done = [...counts].map(([deed, count]) => `${count} ${deed}`).join(', ');
console.log(
  `seed ${seed} on ${values.on}: ${done}; ${acknowledged} acknowledged, ${failed} attempts without an answer, ` +
    `${faults.length} faults`,
);
await stage.close();
process.exitCode = faults.length > 0 || differing > 0 ? 1 : 0;
