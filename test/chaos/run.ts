// `npm run chaos`: the long forms of test/chaos. Exit code 1 when a promise is broken.
//
//   -- --deeds 200 --seed S [--on pglite|postgresql] [--instances 3] [--only kill,terminate]
//      a storm: kills and other faults under load
//   -- --steps                      the service is killed at each step of appends of each kind
//   -- --first-starts 20 --seed S   as many first starts on PGlite are killed once, and a quarter as many
//                                   five times in a row
//
// Needs the programs of a PostgreSQL server, and the right to kill its backends.

import { parseArgs } from 'node:util';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { setup as build } from '../support/built.ts';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { seedOfRun } from '../support/seed.ts';
import { APPEND_KINDS } from './append-kinds.ts';
import { type Blow, strikeSteps } from './append-steps.ts';
import { killFirstStarts } from './first-starts.ts';
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
    steps: { type: 'boolean', default: false },
    'first-starts': { type: 'string' },
  },
});
const seed = Number(values.seed ?? seedOfRun());
build();
process.exitCode = (await long()) ? 0 : 1;

/** What the options ask for; whether every promise is kept. */
function long(): Promise<boolean> {
  if (values.steps) return longSteps();
  const firstStarts = values['first-starts'];
  return firstStarts === undefined ? longStorm() : longFirstStarts(Number(firstStarts));
}

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

/** Kills in a row of some first starts. */
const IN_A_ROW = 5;

async function longFirstStarts(count: number): Promise<boolean> {
  const once = Array.from({ length: count }, () => 1);
  const again = Array.from({ length: Math.ceil(count / 4) }, () => IN_A_ROW);
  const { struck, faults } = await killFirstStarts(seed, [...once, ...again]);
  for (const fault of faults) console.log(fault);
  const done = [...struck].map(([phase, times]) => `${times} ${phase}`).join(', ');
  console.log(
    `seed ${seed}: ${once.length} first starts killed once, ${again.length} ${IN_A_ROW} times in a row; ` +
      `struck when ${done}; ${faults.length} faults`,
  );
  return faults.length === 0;
}

async function longSteps(): Promise<boolean> {
  const stage = await onPostgresql();
  try {
    const rows: object[] = [];
    let faults = 0;
    await strikeSteps(stage, APPEND_KINDS, (kind, blows) => {
      const count = (has: (blow: Blow) => boolean) => blows.filter(has).length;
      const found = blows.flatMap((blow) => blow.faults);
      for (const fault of found) console.log(fault);
      faults += found.length;
      const from = blows.find(({ isRecorded }) => isRecorded);
      rows.push({
        kind: kind.name,
        steps: new Set(blows.map(({ step }) => step)).size,
        kills: blows.length,
        recorded: count(({ isRecorded }) => isRecorded),
        'not recorded': count(({ isRecorded }) => !isRecorded),
        answered: count(({ isAnswered }) => isAnswered),
        'recorded from': from && `${from.side} ${from.step}: ${from.frame}`,
        faults: found.length,
      });
      console.log(`${kind.name}: ${blows.length} kills, ${found.length} faults`);
    });
    console.table(rows);
    return faults === 0;
  } finally {
    await stage.close();
  }
}
