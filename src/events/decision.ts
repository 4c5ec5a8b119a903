/** One request decided on a state: its event, and the state moved on by its effects. */
import { bootEffect } from '../domain/boot.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { evolve } from '../domain/evolve.ts';
import type { Kernel } from '../domain/kernel.ts';
import type { Outcome } from '../domain/outcome.ts';
import { BOOT_PID } from '../domain/release/config.ts';
import type { LedgerEvent } from './event.ts';
import { hasReferences, resolveCall, resolvePid } from './references.ts';
import type { CallRequest } from './submission.ts';

/** Where the event will stand. */
export interface Place {
  readonly position: number;
  /** Microseconds since the epoch. */
  readonly recorded_at: number;
  readonly actor: string;
  /** The answers to the earlier calls of the same submission. */
  readonly outcomes: readonly Outcome[];
}

/**
 * Decides `request` on `kernel` and applies its effects there.
 *
 * @throws LogRefusal `reference-invalid`
 */
export function decideEvent(kernel: Kernel, request: CallRequest, place: Place): LedgerEvent {
  const { outcomes } = place;
  const pid = resolvePid(request.pid, outcomes.length, outcomes) ?? BOOT_PID;
  const call = hasReferences(request)
    ? resolveCall(request.call, outcomes.length, outcomes)
    : (request.call as LedgerEvent['call']);
  const comm = request.comm ?? kernel.processes.get(pid)?.comm ?? '';
  const { outcome, effects } = answer(kernel, pid, call);
  for (const effect of effects) evolve(kernel, effect, pid);
  return {
    position: place.position,
    recorded_at: place.recorded_at,
    at: request.at ?? place.recorded_at,
    source: request.source ?? 'decided',
    boot: kernel.boot.number,
    actor: place.actor,
    pid,
    comm,
    call,
    outcome,
    effects,
  };
}

function answer(kernel: Kernel, pid: number, call: LedgerEvent['call']): Decision {
  if (call.name !== 'boot') return decide(kernel, pid, call);
  return { outcome: { ret: 0 }, effects: [bootEffect(kernel, call)] };
}
