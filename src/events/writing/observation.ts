/** One observation on a state: its events, those that are inferred for it first. */
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel } from '../../domain/kernel.ts';
import type { Observation } from '../../domain/observed/observation.ts';
import { observe } from '../../domain/observed/observe.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import type { LedgerEvent } from '../event.ts';
import type { EventStamp } from './decision.ts';
import type { NumberedRequest } from './references.ts';

/** Whether a request reports what a real kernel did, and asks nothing. */
export function isObservation({ outcome, call }: NumberedRequest): boolean {
  return outcome !== undefined || isSighting(call);
}

/**
 * The events of an observation, in order. Each is yielded when its effects, and no later ones, are
 * applied to `kernel`.
 *
 * @param place of the first of them
 */
export function* observeEvents(
  kernel: Kernel,
  request: NumberedRequest,
  place: EventStamp,
): Generator<LedgerEvent> {
  const { position: first, recorded_at, actor } = place;
  const { at = recorded_at, since, tid, uid, cgroup } = request;
  const identity = {
    ...(tid !== undefined && { tid }),
    ...(uid !== undefined && { uid }),
    ...(cgroup !== undefined && { cgroup }),
  };
  // The recorder cannot vouch for more than it reports.
  const from = since === undefined ? undefined : Math.min(since, at);
  const between = { ...(from !== undefined && { from }), to: at };
  let position = first;
  for (const { source, pid, call, outcome, expected, effects } of observe(
    kernel,
    observationOf(request),
  )) {
    const isOwn = source === 'observed' && request.comm !== undefined;
    const comm = isOwn ? request.comm : (kernel.processes.get(pid)?.comm ?? request.comm ?? '');
    applyAll(kernel, effects, pid);
    yield {
      position: position++,
      recorded_at,
      at,
      source,
      boot: kernel.boot.number,
      actor,
      pid,
      comm: comm ?? '',
      call,
      outcome,
      effects,
      ...(expected !== undefined && { expected }),
      ...(source === 'inferred' ? { between } : identity),
    };
  }
}

function observationOf(request: NumberedRequest): Observation {
  const { call, outcome, comm, uid, cgroup, fds } = request;
  const told = {
    pid: request.pid ?? BOOT_PID,
    ...(comm !== undefined && { comm }),
    ...(uid !== undefined && { uid }),
    ...(cgroup !== undefined && { cgroup }),
    ...(fds !== undefined && { fds }),
  };
  if (isSighting(call)) return { ...told, done: call };
  if (call.name === 'boot' || outcome === undefined) throw new Error('a boot is not observed');
  return { ...told, done: { call, outcome } };
}
