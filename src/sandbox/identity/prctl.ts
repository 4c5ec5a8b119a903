/**
 * prctl(2) as far as it is about capabilities (security/commoncap.c): the bounding and the ambient set,
 * and whether another uid keeps what root has.
 */
import {
  ALL_CAPABILITIES,
  CAPABILITY_NUMBERS,
  type Capability,
  hasAllOfRoot,
  rootsSet,
} from '../../domain/capability.ts';
import type { Process } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { Handler } from '../handlers.ts';
import { type Notified, refuse, type SyscallAnswer } from '../notified.ts';
import type { Unmodelled } from '../unmodelled.ts';
import type { LoggedCall } from '../world.ts';

const PR = {
  ...{ GET_KEEPCAPS: 7, SET_KEEPCAPS: 8, CAPBSET_READ: 23, CAPBSET_DROP: 24 },
  ...{ GET_SECUREBITS: 27, SET_SECUREBITS: 28, CAP_AMBIENT: 47 },
} as const;
const AMBIENT = { IS_SET: 1, RAISE: 2, LOWER: 3, CLEAR_ALL: 4 } as const;
const KEEP_CAPS = 1 << 4;
/** CAP_CHECKPOINT_RESTORE. */
const LAST_CAPABILITY = 40n;

const DONE: SyscallAnswer = { is: 'returned', value: 0 };
const bit = (is: boolean): SyscallAnswer => ({ is: 'returned', value: is ? 1 : 0 });

/** Who keeps capabilities when its uid becomes another than root's: what no state of the model says. */
export class Keepers {
  readonly #tgids = new Set<number>();

  has({ tgid }: Pick<Notified, 'tgid'>): boolean {
    return this.#tgids.has(tgid);
  }

  set({ tgid }: Pick<Notified, 'tgid'>, keeps: boolean): SyscallAnswer {
    if (keeps) this.#tgids.add(tgid);
    else this.#tgids.delete(tgid);
    return DONE;
  }

  /** A child keeps as its parent does; an exec ends it (`cap_bprm_creds_from_file`), and so does the end. */
  follow({ pid, call, decision }: Pick<LoggedCall, 'pid' | 'call' | 'decision'>): void {
    if (this.#tgids.size === 0 || isRefusal(decision.outcome)) return;
    if (call.name === 'exec' || call.name === 'exit') this.#tgids.delete(pid);
    if (call.name !== 'fork' || call.child_pid === undefined) return;
    // A pid may be another process's for the second time.
    if (this.#tgids.has(pid)) this.#tgids.add(call.child_pid);
    else this.#tgids.delete(call.child_pid);
  }
}

export function prctlHandler(keepers: Keepers, unmodelled: Unmodelled): Handler {
  return {
    name: 'prctl',
    when: { argument: 0, values: Object.values(PR) },
    answer(notified) {
      const [option = 0n, value = 0n] = notified.args;
      switch (Number(option & 0xffffffffn)) {
        case PR.GET_KEEPCAPS:
          return bit(keepers.has(notified));
        case PR.SET_KEEPCAPS:
          return value > 1n ? refuse('EINVAL') : keepers.set(notified, value === 1n);
        case PR.GET_SECUREBITS:
          return { is: 'returned', value: keepers.has(notified) ? KEEP_CAPS : 0 };
        case PR.SET_SECUREBITS:
          return setSecurebits(notified, keepers, unmodelled);
        case PR.CAPBSET_READ:
          if (value > LAST_CAPABILITY) return refuse('EINVAL');
          return bit(isIn(rootsSet(processOf(notified).sets.bounding), value));
        case PR.CAPBSET_DROP:
          return drop(notified, value);
        default:
          return ambient(notified);
      }
    },
  };
}

export function processOf({ kernel, tid, tgid }: Notified): Process {
  const process = kernel.processes.get(tid) ?? kernel.processes.get(tgid);
  if (process === undefined) throw new Error(`the model has no process ${tgid}`);
  return process;
}

function capabilityOf(number: bigint): Capability | undefined {
  return ALL_CAPABILITIES.find((name) => BigInt(CAPABILITY_NUMBERS[name]) === number);
}

/** What the model has no name for is in a set that holds all that it has names for. */
function isIn(set: readonly Capability[], number: bigint): boolean {
  const name = capabilityOf(number);
  return name === undefined ? set.length === ALL_CAPABILITIES.length : set.includes(name);
}

/** The other bits change what exec gives, which is not followed. */
function setSecurebits(
  notified: Notified,
  keepers: Keepers,
  unmodelled: Unmodelled,
): SyscallAnswer {
  const bits = notified.args[1] ?? 0n;
  if (!hasAllOfRoot(processOf(notified).caps)) return refuse('EPERM');
  if ((bits & ~BigInt(KEEP_CAPS)) === 0n) return keepers.set(notified, bits !== 0n);
  unmodelled.add('prctl (PR_SET_SECUREBITS)');
  return refuse('EPERM');
}

/** Whoever may drop any is root with all; of a capability that the model does not look at nothing is kept. */
function drop(notified: Notified, number: bigint): SyscallAnswer {
  const { caps, sets } = processOf(notified);
  if (!hasAllOfRoot(caps)) return refuse('EPERM');
  if (number > LAST_CAPABILITY) return refuse('EINVAL');
  const name = capabilityOf(number);
  const had = rootsSet(sets.bounding);
  if (name === undefined || !had.includes(name)) return DONE;
  return answerOf(notified, { caps, bounding: had.filter((one) => one !== name) });
}

/** `cap_task_prctl`: what is ambient is permitted and inheritable. */
function ambient(notified: Notified): SyscallAnswer {
  const [, asked = 0n, number = 0n, third = 0n, fourth = 0n] = notified.args;
  const { caps, sets } = processOf(notified);
  if (asked === BigInt(AMBIENT.CLEAR_ALL)) {
    if ((number | third | fourth) !== 0n) return refuse('EINVAL');
    return sets.ambient.length === 0 ? DONE : answerOf(notified, { caps, ambient: [] });
  }
  if (number > LAST_CAPABILITY || third !== 0n || fourth !== 0n) return refuse('EINVAL');
  const name = capabilityOf(number);
  const isSet = name !== undefined && sets.ambient.includes(name);
  switch (Number(asked)) {
    case AMBIENT.IS_SET:
      return bit(isSet);
    case AMBIENT.LOWER:
      if (!isSet) return DONE;
      return answerOf(notified, { caps, ambient: sets.ambient.filter((one) => one !== name) });
    case AMBIENT.RAISE: {
      const isInherited = name !== undefined && sets.inheritable.includes(name);
      if (!isInherited || !rootsSet(caps).includes(name)) return refuse('EPERM');
      return isSet ? DONE : answerOf(notified, { caps, ambient: [...sets.ambient, name] });
    }
    default:
      return refuse('EINVAL');
  }
}

function answerOf(
  { perform }: Notified,
  sets: Readonly<Partial<Record<'bounding' | 'ambient', readonly Capability[]>>> & {
    readonly caps: readonly Capability[];
  },
): SyscallAnswer {
  const { outcome } = perform({ name: 'capset', ...sets });
  return isRefusal(outcome) ? refuse(outcome.errno) : DONE;
}
