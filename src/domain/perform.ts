/** `perform` makes a call on a kernel that its caller owns: it decides, then applies the effects. */
import type { Call } from './call.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { applyAll } from './evolve.ts';
import type { Kernel } from './kernel.ts';

/** Makes `call` as process `pid`: returns the decision and moves `kernel` to the state after it. */
export function perform(kernel: Kernel, pid: number, call: Call): Decision {
  const decision = decide(kernel, pid, call);
  applyAll(kernel, decision.effects, pid);
  return decision;
}
