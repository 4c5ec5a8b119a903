// Explanations and blame against the model, for every program on every cgroup at positions of random
// logs: what is called effective runs, what ended ended by the event that is named, and each slot
// was put there by the last event that did so.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachType } from '../../src/domain/attach-type.ts';
import type { Effect } from '../../src/domain/effect.ts';
import { effectiveArray, levelsOf, type Slot } from '../../src/domain/effective.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { listOf, progIdOf } from '../../src/domain/list.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { type Log, openLog } from '../../src/events/log.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { momentAt } from '../../src/projections/boots.ts';
import type { Moment } from '../../src/projections/moment.ts';
import { projector } from '../../src/projections/projector.ts';
import { blameSlots, linkHolders } from '../../src/time-travel/blame/blame.ts';
import { answerExplain } from '../../src/time-travel/explain/asked-explanation.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';

const TYPES = ['cgroup_inet_ingress', 'cgroup_inet_egress'] as const;
const PATHS = ['/', '/a', '/a/b', '/c'] as const;
const EVENTS = 360;

let database: Database;
let log: Log;
beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
  log = await openLog({ database, clock: systemClock, projector, randomBytes });
});
afterAll(async () => {
  await log?.close();
  await database?.close();
});

/** Programs in the lists of a path and those above it. */
function standing(kernel: Kernel, path: string, type: (typeof TYPES)[number]): Set<number> {
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
  const found = new Set<number>();
  if (cgroup === undefined) return found;
  for (const level of levelsOf(kernel, cgroup)) {
    for (const entry of listOf(level, type).entries) found.add(progIdOf(kernel, entry));
  }
  return found;
}

interface Asked {
  readonly moment: Moment;
  readonly attach_type: AttachType;
  readonly cgroup_id: number;
}

/** The last event that put a slot there, found by going through all events. */
function lastPut(
  events: readonly LedgerEvent[],
  { moment, attach_type, cgroup_id }: Asked,
  slot: Slot,
): LedgerEvent | undefined {
  const puts = (effect: Effect): boolean => {
    if (!('attach_type' in effect) || effect.attach_type !== attach_type) return false;
    if (slot.cgroup_id === undefined) {
      return effect.type === 'EffectiveSlotWritten' && effect.cgroup_id === cgroup_id;
    }
    if (effect.type !== 'EntryInserted' && effect.type !== 'EntryReplaced') return false;
    if (effect.cgroup_id !== slot.cgroup_id) return false;
    if (slot.link_id === undefined) return 'prog_id' in effect && effect.prog_id === slot.prog_id;
    return 'link_id' in effect && effect.link_id === slot.link_id;
  };
  return events.findLast(
    ({ boot, position, effects }) =>
      boot === moment.boot && position <= moment.position && effects.some(puts),
  );
}

const ENDED = [
  ...['detached', 'link_detached', 'link_freed', 'replaced', 'link_updated'],
  ...['cgroup_removed', 'attach_refused'],
];

describe('explanations of a random log', () => {
  it.each([
    [21, '6.18'],
    [22, '6.17.13'],
    [23, '5.10'],
  ])('agree with the model, seed %i on %s', async (seed, release) => {
    const host = `explained-${seed}`;
    const host_id = await addHost(database, host);
    /** Programs that ever stood at a place in the boot so far, by position. */
    const stood: Map<string, Set<number>>[] = [];
    const steps = randomHistory({ seed, events: EVENTS, rebootEvery: 170, release });
    const events: LedgerEvent[] = [];
    await appendHistory(database, host_id, steps, {
      sizeOf: () => 9,
      onStep({ event, kernel }) {
        events.push(event);
        const before = event.call.name === 'boot' ? undefined : stood[event.position - 1];
        const now = new Map<string, Set<number>>();
        for (const path of PATHS) {
          for (const type of TYPES) {
            const known = before?.get(`${path} ${type}`) ?? [];
            now.set(`${path} ${type}`, new Set([...known, ...standing(kernel, path, type)]));
          }
        }
        stood[event.position] = now;
      },
    });
    const seen = new Map<string, number>();
    for (let position = 20; position <= EVENTS; position += 68) {
      const { kernel } = await log.kernelAt(host, position);
      const moment = await momentAt(database, { host_id, position });
      if (moment === undefined) throw new Error('a log has a boot');
      const loaded = loadedUntil(events, moment);
      for (const path of PATHS) {
        for (const attach_type of TYPES) {
          const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
          const slots = cgroup === undefined ? [] : effectiveArray(kernel, cgroup, attach_type);
          const held = standing(kernel, path, attach_type);
          const ever = stood[position]?.get(`${path} ${attach_type}`);
          for (let program = 1; program < kernel.counters.prog + 1; program++) {
            const place = { path, attach_type };
            const told = await answerExplain({ log, database }, { host, moment, place, program });
            const { why, event, entry } = told.explanation;
            const hint = `seed ${seed}: program ${program} on ${path} for ${attach_type} at ${position}: ${why}`;
            seen.set(why, (seen.get(why) ?? 0) + 1);
            expect(event?.position ?? 1, hint).toBeLessThanOrEqual(position);
            const runs = slots.some(({ prog_id }) => prog_id === program);
            expect(why === 'effective', hint).toBe(runs);
            if (runs) continue;
            expect(why === 'never_loaded', hint).toBe(!loaded.has(program));
            if (!loaded.has(program)) continue;
            if (cgroup === undefined)
              expect(['no_such_cgroup', 'cgroup_removed'], hint).toContain(why);
            else if (held.has(program)) expect(['overridden', 'kernel_bug'], hint).toContain(why);
            else if (ever?.has(program)) {
              expect(ENDED, hint).toContain(why);
              if (why !== 'attach_refused') expect(entry?.prog_id, hint).toBe(program);
            } else expect(['never_attached', 'attach_refused'], hint).toContain(why);
          }
          if (cgroup === undefined) continue;
          const holders = linkHolders(kernel, slots);
          const cgroup_id = cgroup.id;
          const asked = { moment, attach_type, cgroup_id, slots, holders };
          const eventsAt = (positions: readonly number[]) => log.eventsAt(host, positions);
          for (const slot of await blameSlots(database, eventsAt, asked)) {
            const { put_by, updated_by } = slot;
            const last = lastPut(events, asked, slot);
            const hint = `seed ${seed}: ${JSON.stringify(slot)} at ${position}`;
            expect(put_by.position, hint).toBe(last?.position);
            if (updated_by !== undefined) expect(updated_by.call, hint).toBe('link_update');
          }
        }
      }
    }
    expect([...seen.keys()].length, JSON.stringify([...seen])).toBeGreaterThan(5);
  });
});

/** The programs that were loaded in the boot of a moment until then. */
function loadedUntil(
  events: readonly LedgerEvent[],
  { boot, position }: { readonly boot: number; readonly position: number },
): Set<number> {
  const until = events.filter((event) => event.boot === boot && event.position <= position);
  const effects = until.flatMap((event) => event.effects);
  return new Set(effects.flatMap((one) => (one.type === 'ProgLoaded' ? [one.prog_id] : [])));
}
