// Two hosts to attack: `busy`, a tree of 1,000 cgroups with a long log, and `wide`, a flat tree of
// very many cgroups with programs at its root, changed at its very end.

import { randomBytes } from 'node:crypto';
import { recordTreeLog } from '../../bench/logs/tree-log.ts';
import type { Call } from '../../src/domain/call.ts';
import { systemClock } from '../../src/events/clock.ts';
import { type Log, openLog } from '../../src/events/log.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { projector } from '../../src/projections/projector.ts';

export interface Sizes {
  /** Events of `busy`. */
  readonly events: number;
  /** Cgroups of `wide`. */
  readonly cgroups: number;
}

/** Records both hosts in an empty database. */
export async function recordHosts(database: Database, { events, cgroups }: Sizes): Promise<void> {
  await migrate(database);
  const log = await openLog({ database, clock: systemClock, projector, randomBytes });
  await recordTreeLog(log, 'busy', events);
  await recordWide(log, cgroups);
  await log.close();
}

/** Calls that are recorded in one request. */
const LIST = 1000;

async function recordWide(log: Log, cgroups: number): Promise<void> {
  await log.createHost({ name: 'wide', actor: 'local', release: '6.18' });
  const calls: Call[] = Array.from({ length: cgroups }, (_, i) => ({
    name: 'mkdir',
    path: `/pod-${i}`,
  }));
  const egress = 'cgroup_inet_egress';
  for (let fd = 3; fd < 7; fd++) {
    calls.push({ name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: egress });
    calls.push({
      name: 'prog_attach',
      attach_bpf_fd: fd,
      target_path: '/',
      attach_type: egress,
      flags: ['multi'],
    } as Call);
  }
  for (let i = 0; i < calls.length; i += LIST) {
    const list = calls.slice(i, i + LIST).map((call) => ({ call }));
    await log.submit('wide', { actor: 'local', calls: list });
  }
}
