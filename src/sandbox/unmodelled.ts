/** What a program asks for that the model does not know, and what it is told. */
import type { Call } from '../domain/call.ts';
import { refusal } from '../domain/decision.ts';
import type { Refusal } from '../domain/outcome.ts';
import { BPF } from '../native/commands.ts';
import type { Handler } from './handlers.ts';
import { refuse } from './notified.ts';
import { ARCHITECTURES, X32 } from './notify/system-calls.ts';
import type { WaitingCall } from './notify/waiting-call.ts';

/** Different ones that are counted one by one: a program may think of many. */
const DIFFERENT_MAX = 1000;
const OTHERS = 'others';

/** How often a program asked for each. */
export class Unmodelled {
  readonly counts = new Map<string, number>();

  add(what: string): void {
    const isKnown = this.counts.has(what) || this.counts.size < DIFFERENT_MAX;
    const counted = isKnown ? what : OTHERS;
    this.counts.set(counted, (this.counts.get(counted) ?? 0) + 1);
  }
}

/** The call, and what of it is not modelled: `map_update_elem (an element of a sockmap map)`. */
export function unmodelledText({ name }: Call, { about }: Refusal): string {
  return `${name} (${about?.what})`;
}

/** The answer of a kernel that does not have what a call asks for: of a command EINVAL, of a name ENOENT. */
export function refusalOfUnmodelled({ name }: Call, what: string): Refusal {
  const isCommand = name === 'bpf' || name === 'foreign_link_create' || name in BPF;
  return refusal(isCommand ? 'EINVAL' : 'ENOENT', 'not-modelled', { what });
}

/**
 * What a call is that is none of the program's architecture.
 *
 * @param own the architecture of this machine
 * @returns undefined of a number that no kernel has
 */
export function foreignCall(
  { architecture, number }: Pick<WaitingCall, 'architecture' | 'number'>,
  own: number,
): string | undefined {
  if (architecture !== own) return 'a 32-bit system call';
  return own === ARCHITECTURES.x64?.audit && number >= X32 ? 'an x32 system call' : undefined;
}

/**
 * System calls that a kernel can be built without, and that one of the model is: io_uring would make calls
 * that no filter sees, and the events of perf_event_open are those of the real kernel.
 */
export function absentHandlers(unmodelled: Unmodelled): readonly Handler[] {
  return (['io_uring_setup', 'perf_event_open'] as const).map((name) => {
    const answer = () => {
      unmodelled.add(name);
      return refuse('ENOSYS');
    };
    return { name, alone: answer, answer };
  });
}
