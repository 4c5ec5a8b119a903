// A host whose log is cut, beside a twin that has all of it: the same random calls, in the same bytes.

import { importBundle } from '../../src/events/bundle/import-bundle.ts';
import { writeBundle } from '../../src/events/bundle/write-bundle.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { Log } from '../../src/events/log.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { keptRows } from '../../src/projections/kept-rows.ts';
import { projector } from '../../src/projections/projector.ts';
import { trim } from '../../src/projections/retention/trim.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { randomCall } from './random-history.ts';

export interface Made {
  readonly host_id: number;
  /** Positions of its checkpoints. */
  readonly signed: readonly number[];
}

type Signer = Parameters<typeof signHead>[2];

/** A host with random calls, a second boot, and checkpoints now and then. */
export async function randomHost(
  {
    log,
    database,
    signer,
  }: { readonly log: Log; readonly database: Database; readonly signer: Signer },
  { host, seed, events }: { readonly host: string; readonly seed: number; readonly events: number },
): Promise<Made> {
  const random = randomFrom(seed, host);
  const { host_id } = await log.createHost({ name: host, actor: 'local', release: '6.18' });
  const signed: number[] = [];
  for (let position = 1; position < events; ) {
    if (position > events / 6 && position < events / 3) await rebootOnce();
    const calls = await log.withHead(host, (kernel) => {
      const pid = random.chance(0.8) ? 1 : ([...kernel.processes.keys()][0] ?? 1);
      return [{ pid, call: randomCall(kernel, pid, random) }];
    });
    const { events: made } = await log.submit(host, { actor: 'token:ci', calls });
    position = made.at(-1)?.position ?? position;
    if (position % Math.ceil(events / 12) !== 0) continue;
    signed.push((await signHead(database, { host_id, host }, signer)).position);
  }
  return { host_id, signed };

  async function rebootOnce(): Promise<void> {
    const boot = await log.withHead(host, ({ boot: { number } }) => number);
    if (boot === 1) await log.reboot(host, { actor: 'local' });
  }
}

/** A second host with the same log, byte for byte. */
export async function twinOf(
  database: Database,
  { host_id, host }: { readonly host_id: number; readonly host: string },
  name: string,
): Promise<number> {
  async function* chunks() {
    for await (const line of writeBundle(database, { host_id, host, tables: projector.tables }))
      yield Buffer.from(line);
  }
  const made = await importBundle(database, {
    ...{
      chunks: chunks(),
      projector,
      kept: keptRows,
      hostName: () => name,
      actor: 'local',
      now: systemClock.now(),
    },
  });
  return made.host_id;
}

/** Cuts the log of a host. */
export function cutAt(database: Database, name: string, position: number) {
  return trim(database, {
    ...{ name, before: { kind: 'position', position }, actor: 'root', reason: 'a test' },
    now: 1_796_000_000_000_000,
  });
}
