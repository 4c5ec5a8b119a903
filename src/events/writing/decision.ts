/** One request decided on a state: its event, and the state moved on by its effects. */
import { bootEffect } from '../../domain/boot.ts';
import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import { BOOT_PID, configFault } from '../../domain/release/config.ts';
import { releaseOf } from '../../domain/release/release.ts';
import type { BootCall, LedgerEvent } from '../event.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { AskedBoot } from '../submission.ts';
import type { NumberedRequest } from './references.ts';

/** Where the event will stand. */
export interface EventStamp {
  readonly position: number;
  /** Microseconds since the epoch. */
  readonly recorded_at: number;
  readonly actor: string;
}

/**
 * Decides `request` on `kernel` and applies its effects there.
 *
 * @throws LogRefusal `config-invalid`, before anything is applied
 */
export function decideEvent(
  kernel: Kernel,
  request: NumberedRequest,
  place: EventStamp,
): LedgerEvent {
  const { pid = BOOT_PID } = request;
  if (isSighting(request.call)) throw new Error('a sighting is not decided');
  const call = request.call.name === 'boot' ? completeBoot(kernel, request.call) : request.call;
  const process = kernel.processes.get(pid);
  const comm = request.comm ?? process?.comm ?? '';
  const { outcome, effects } =
    call.name === 'boot' ? decideBoot(kernel, call) : decide(kernel, pid, call, process);
  applyAll(kernel, effects, pid);
  return {
    position: place.position,
    recorded_at: place.recorded_at,
    at: request.at ?? place.recorded_at,
    source: 'decided',
    boot: kernel.boot.number,
    actor: place.actor,
    pid,
    comm,
    call,
    outcome,
    effects,
  };
}

function decideBoot(kernel: Kernel, call: BootCall): Decision {
  return { outcome: { ret: 0 }, effects: [bootEffect(kernel, call)] };
}

/** What stands in the log is the release's own id, which is another once a series has moved on. */
function completeBoot({ boot }: Kernel, asked: AskedBoot): BootCall {
  const { name, boot_id, release = boot.release } = asked;
  const config = { ...boot.config, ...asked.config };
  const fault = configFault(config);
  if (fault !== undefined) throw new LogRefusal({ why: 'config-invalid', fault });
  return {
    name,
    release: releaseOf(release)?.id ?? release,
    boot_id,
    config,
  };
}
