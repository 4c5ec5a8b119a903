// `npm run chaos`: the long forms of test/chaos. Exit code 1 when a promise is broken.
//
//   -- --deeds 200 --seed S [--on pglite|postgresql] [--instances 3] [--only kill,terminate]   a storm
//
// Needs the programs of a PostgreSQL server, and the right to kill its backends.

import { parseArgs } from 'node:util';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { setup as build } from '../support/built.ts';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { seedOfRun } from '../support/seed.ts';
import { onPglite, onPostgresql, type Stage } from './stage.ts';
import { type Deed, storm } from './storm.ts';

endsOnSignals();
const { values } = parseArgs({
  options: {
    deeds: { type: 'string', default: '40' },
    only: { type: 'string' },
    seed: { type: 'string' },
    on: { type: 'string', default: 'postgresql' },
    instances: { type: 'string', default: '3' },
  },
});
const seed = Number(values.seed ?? seedOfRun());
build();
process.exitCode = (await longStorm()) ? 0 : 1;

/** The deeds that a storm draws from. */
function deedsOf({ deeds }: Stage): readonly Deed[] {
  if (values.only === undefined) return deeds;
  const names = values.only.split(',');
  const meant = deeds.filter((deed) => names.includes(deed));
  const unknown = names.filter((name) => !deeds.some((deed) => deed === name));
  if (unknown.length > 0) {
    throw new Error(`${values.on} has no deed ${unknown.join()}: ${[...new Set(deeds)].join()}`);
  }
  return meant;
}

async function longStorm(): Promise<boolean> {
  const isEmbedded = values.on === 'pglite';
  const stage = await (isEmbedded ? onPglite() : onPostgresql());
  try {
    const random = randomFrom(seed, 'deeds');
    const deeds = deedsOf(stage);
    const counts = new Map<string, number>();
    const aftermath = await storm({
      ...stage,
      seed,
      deeds: Array.from({ length: Number(values.deeds) }, () => random.pick(deeds)),
      instances: isEmbedded ? 1 : Number(values.instances),
      clients: 6,
      onDeed(deed, done) {
        counts.set(deed, (counts.get(deed) ?? 0) + 1);
        if (done % 20 === 0) console.log(`${done} deeds`);
      },
    });
    const { acknowledged, failed, struck } = aftermath;
    await aftermath.stop();
    const faults = [...aftermath.faults, ...(await stage.faults())];
    for (const fault of faults) console.log(fault);
    const done = [...counts].map(([deed, count]) => `${count} ${deed}`).join(', ');
    console.log(
      `seed ${seed} on ${values.on}: ${done}; ${acknowledged} acknowledged, ${failed} attempts without ` +
        `an answer, ${struck} requests under way at a kill, ${faults.length} faults`,
    );
    return faults.length === 0;
  } finally {
    await stage.close();
  }
}
