// The timeline of an effective array against the model: at every position of random logs, with
// reboots, removed and made cgroups, and the arrays that a kernel bug wrote.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectiveArray, type Slot } from '../../src/domain/effective.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { type ArrayVersion, arrayTimeline } from '../../src/time-travel/array-timeline.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';

const TYPES = ['cgroup_inet_ingress', 'cgroup_inet_egress'] as const;
const PATHS = ['/', '/a', '/b', '/a/b'] as const;
const EVENTS = 400;

interface Seen {
  readonly cgroup_id: number | undefined;
  readonly slots: readonly Slot[];
}

let database: Database;
beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
});
afterAll(() => database?.close());

/** The version that holds at a position. */
function at(versions: readonly ArrayVersion[], position: number): Seen {
  const version = versions.findLast((one) => one.position <= position);
  if (version === undefined) throw new Error(`no version at ${position}`);
  return { cgroup_id: version.cgroup_id, slots: version.slots };
}

describe('the timeline of an effective array', () => {
  it.each([
    [1, '6.18'],
    [2, '6.17.13'],
    [3, '5.7'],
  ])('is what the kernel ran at every position, seed %i on %s', async (seed, release) => {
    const host_id = await addHost(database, `timeline-${seed}`);
    const seen: Map<string, Seen>[] = [new Map()];
    const steps = randomHistory({ seed, events: EVENTS, rebootEvery: 130, release });
    await appendHistory(database, host_id, steps, {
      sizeOf: () => 7,
      onStep({ kernel }) {
        const world = new Map<string, Seen>();
        for (const path of PATHS) {
          const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
          for (const type of TYPES) {
            const slots = cgroup === undefined ? [] : effectiveArray(kernel, cgroup, type);
            world.set(`${path} ${type}`, { cgroup_id: cgroup?.id, slots });
          }
        }
        seen.push(world);
      },
    });
    let filled = 0;
    for (const path of PATHS) {
      for (const attach_type of TYPES) {
        for (const [from, to] of [
          [1, EVENTS],
          [150, 260],
          [300, 300],
        ] as const) {
          const place = { path, attach_type };
          const versions = await arrayTimeline(database, { host_id, from, to }, place);
          expect(versions[0]?.position).toBe(from);
          for (let position = from; position <= to; position++) {
            const expected = seen[position]?.get(`${path} ${attach_type}`);
            const hint = `seed ${seed}, ${path} ${attach_type} at ${position} of ${from}..${to}`;
            expect(at(versions, position), hint).toEqual(expected);
            filled += expected?.slots.length ? 1 : 0;
          }
        }
      }
    }
    expect(filled).toBeGreaterThan(100);
  });
});
