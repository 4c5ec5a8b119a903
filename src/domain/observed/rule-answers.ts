/** The rules asked about an observed call, with the numbers that the kernel gave. */
import type { Call } from '../call.ts';
import type { Caller } from '../caller.ts';
import { decideFor } from '../decide.ts';
import type { Decision } from '../decision.ts';
import type { Counters, Kernel, Process } from '../kernel.ts';
import type { Success } from '../outcome.ts';
import { decideLeniently } from './lenient.ts';
import { returnKind } from './returns.ts';

/** A call with the state that its caller saw; `outcome` when it succeeded. */
export interface CallerAndCall {
  readonly caller: Caller;
  readonly call: Call;
}

/** Puts the fd, the pid and the ids that the kernel gave where the rules take the next ones from. */
export function putNumbers(
  kernel: Kernel,
  process: Process,
  call: Call,
  outcome: Success | undefined,
): CallerAndCall {
  const seen = outcome === undefined ? kernel : withIds(kernel, call, outcome);
  const granted = outcome !== undefined && returnKind(call) === 'fd' ? outcome.ret : undefined;
  return {
    caller: { kernel: seen, process, opened: undefined, granted },
    call: outcome === undefined ? call : succeeding(call, outcome),
  };
}

/** The call as it must have been, since it succeeded. */
function succeeding(call: Call, { ret }: Success): Call {
  if (call.name === 'fork' || call.name === 'spawn') return { ...call, child_pid: ret };
  // Instructions that nobody told are taken to name their maps, and to do nothing that is refused.
  const isUnread = call.name === 'prog_load' && call.insns === undefined;
  return isUnread ? { ...call, map_ref_only: true } : call;
}

/** An id that lives all the same, as the root cgroup's, is not given a second time. */
function withIds(kernel: Kernel, { name }: Call, outcome: Success): Kernel {
  const { prog_id: prog, link_id: link, map_id: map, cgroup_id: cgroup } = outcome;
  const counters: Counters = { ...kernel.counters };
  if (name === 'prog_load' && prog !== undefined && !kernel.programs.has(prog))
    counters.prog = prog;
  if (name === 'link_create' && link !== undefined && !kernel.links.has(link)) counters.link = link;
  if (name === 'map_create' && map !== undefined && !kernel.maps.has(map)) counters.map = map;
  if (name === 'mkdir' && cgroup !== undefined && !kernel.cgroups.has(cgroup)) {
    counters.cgroup = cgroup;
  }
  return { ...kernel, counters };
}

/** What the host's own rules answer. */
export function strictAnswer({ caller, call }: CallerAndCall): Decision {
  return decideFor(caller, call);
}

/** What follows when nothing is forbidden. */
export function lenientAnswer({ caller, call }: CallerAndCall): Decision {
  return decideLeniently(caller.kernel, caller.process, call, caller.granted);
}
