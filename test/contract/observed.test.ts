// Observed logs on both databases: whatever a recorder lost or told wrong, the tables say what the
// log says, it verifies, and a writer that opens it anew goes on from there.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import type { Log } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import type { CallRequest } from '../../src/events/submission.ts';
import { momentAt } from '../../src/projections/boots.ts';
import { holesBetween } from '../../src/projections/holes.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import {
  factsOf,
  history,
  nonsense,
  nonsenseSighting,
  observationOf,
  realKernel,
} from '../support/observed-history.ts';
import { worldOfKernel, worldOfTables } from '../support/projected-world.ts';
import { seedOfRun } from '../support/seed.ts';
import { describeStores, logOn, newHost, type Store } from './stores.ts';

const CALLS = 250;

/** What a recorder posts that loses a third, and sometimes tells what never was. */
function recording(seed: number): CallRequest[] {
  const random = randomFrom(seed);
  const real = realKernel('6.18');
  const posted: CallRequest[] = [];
  for (const done of history(real, random, CALLS)) {
    if (random.chance(0.3)) continue;
    const fds = factsOf(real, done);
    const { done: seen, ...beside } = random.chance(0.9)
      ? { ...observationOf(done), fds }
      : nonsense(done, random);
    posted.push('name' in seen ? { ...beside, call: seen } : { ...beside, ...seen });
    if (random.chance(0.05)) posted.push({ pid: 1, call: nonsenseSighting(real, random) });
  }
  return [...posted, { call: { name: 'lost', events: 7 } }];
}

describeStores('an observed log', ({ open }) => {
  let store: Store;
  let log: Log;
  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
  });
  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  describe.each([1, seedOfRun()])('(seed %i)', (seed) => {
    it('is told by the tables, verifies, and is gone on with', async () => {
      const { database } = store;
      const host = await newHost(log);
      const calls = recording(seed);
      for (let i = 0; i < calls.length; i += 20) {
        await log.submit(host, { actor: 'local', calls: calls.slice(i, i + 20) });
      }
      const { host_id, position } = await log.head(host);
      const events = await log.read(host, { from: 1, limit: 1000 });
      expect(new Set(events.map(({ source }) => source)).size).toBe(3);
      const { kernel } = await log.kernelAt(host);
      const moment = await momentAt(database, { host_id, position });
      if (moment === undefined) throw new Error('the host has booted');
      expect(await worldOfTables(database, moment)).toEqual(worldOfKernel(kernel));
      expect(await rebuild(database, { host_id, check: true })).toMatchObject({ differing: 0 });
      expect(await verifyHost(database, host_id)).toMatchObject({
        ...{ chain: { holds: true }, projections: { holds: true } },
        ...{ outcomes: { holds: true }, snapshots: { holds: true } },
      });
      const span = { host_id, from: position, to: position, limit: 1 };
      expect(await holesBetween(database, span)).toEqual([position]);
      await sealSegments(database, { host_id, events: 50 });
      const other = await logOn(database);
      const again = await other.kernelAt(host);
      expect(snapshotOf(again.kernel)).toEqual(snapshotOf(kernel));
      expect(await other.read(host, { from: 1, limit: 1000 })).toEqual(events);
      await other.close();
    });
  });
});
