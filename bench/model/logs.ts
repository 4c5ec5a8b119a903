/** Logs to fold: what an agent does all day, and what real kernels were asked. */
import { fileURLToPath } from 'node:url';
import { bootEffect, unbooted } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import { decodeEvent, encodeEvent } from '../../src/events/codec.ts';
import { decideEvent } from '../../src/events/decision.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { goldenEvents } from '../../test/support/golden-log.ts';
import { AGENT_PID, EGRESS_LOAD } from './world.ts';

const UPDATES_A_POD = 8;
/** Pods that live at once: each new one ends the oldest. */
const PODS = 100;

/** About `events` events of an agent that gives every pod a program and updates it. */
export function agentLog(events: number): readonly LedgerEvent[] {
  const kernel = unbooted();
  const log: LedgerEvent[] = [];
  const make = (call: LedgerEvent['call'], pid = AGENT_PID): number => {
    const place = { position: log.length + 1, recorded_at: log.length, actor: 'local' };
    const event = decideEvent(kernel, { pid, call }, { ...place, outcomes: [] });
    log.push(event);
    if ('errno' in event.outcome) throw new Error(`${call.name}: ${event.outcome.errno}`);
    return event.outcome.ret;
  };
  const { config } = bootEffect(kernel, { release: '6.18', boot_id: '' });
  make({ name: 'boot', release: '6.18', boot_id: '', config }, BOOT_PID);
  make({ name: 'spawn', child_pid: AGENT_PID, comm: 'agent' }, BOOT_PID);
  make({ name: 'mkdir', path: '/pods' });
  const living: Pod[] = [];
  for (let pod = 0; log.length < events; pod++) {
    living.push(startPod(make, `/pods/${pod}`));
    if (living.length > PODS) endPod(make, living.shift() as Pod);
  }
  return decoded(log);
}

interface Pod {
  readonly path: string;
  readonly prog: number;
  readonly link: number;
}

type Make = (call: Call) => number;

function startPod(make: Make, path: string): Pod {
  const place = { target_path: path, attach_type: 'cgroup_inet_egress' } as const;
  make({ name: 'mkdir', path });
  let prog = make(EGRESS_LOAD);
  const link = make({ name: 'link_create', prog_fd: prog, ...place });
  for (let i = 0; i < UPDATES_A_POD; i++) {
    const next = make(EGRESS_LOAD);
    make({ name: 'link_update', link_fd: link, new_prog_fd: next });
    make({ name: 'close', fd: prog });
    make({ name: 'prog_query', ...place });
    prog = next;
  }
  return { path, prog, link };
}

function endPod(make: Make, { path, prog, link }: Pod): void {
  make({ name: 'close', fd: link });
  make({ name: 'close', fd: prog });
  make({ name: 'rmdir', path });
}

/** What Linux 6.18 was asked in the recordings, scenario after scenario. */
export async function recordedLog(): Promise<readonly LedgerEvent[]> {
  const path = fileURLToPath(new URL('../../test/histories/6.18.jsonl.br', import.meta.url));
  return decoded(await goldenEvents(await readGolden(path)));
}

/** Events as they come out of the log, rather than as `decide` made them. */
function decoded(log: readonly LedgerEvent[]): readonly LedgerEvent[] {
  return log.map((event) => decodeEvent({ ...event, body: encodeEvent(event) }));
}
