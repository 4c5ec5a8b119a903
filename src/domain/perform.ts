/** `perform`: a call is made on a kernel that its caller owns. It is decided, then its effects apply. */
import type { Call } from './call.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { applyAll } from './evolve.ts';
import type { Kernel } from './kernel.ts';

/** Makes `call` as process `pid`: the answer, and `kernel` as it is after the call. */
export function perform(kernel: Kernel, pid: number, call: Call): Decision {
  const decision = decide(kernel, pid, call);
  applyAll(kernel, decision.effects, pid);
  return decision;
}
