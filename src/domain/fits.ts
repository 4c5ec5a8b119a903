/**
 * Whether a program fits an attach type (semantics §2.3; `bpf_prog_attach_check_attach_type`).
 */
import {
  type AttachType,
  type AttachTypeName,
  attachTypeNumber,
  CGROUP_HOOKS,
  FOREIGN_HOOKS,
} from './attach-type.ts';
import { refusal } from './decision.ts';
import type { Program } from './kernel.ts';
import type { Refusal } from './outcome.ts';
import type { ProgTypeName } from './prog-type.ts';
import type { Switches } from './release/switches.ts';

interface HookOfCgroups {
  /** Of the attach type. */
  readonly number: number;
  readonly progType: ProgTypeName;
}

/** One lookup for the number of an attach type and for what it takes: each load and attach asks. */
const HOOKS = new Map<AttachType, HookOfCgroups>(
  Object.entries({ ...CGROUP_HOOKS, lsm_cgroup: { progType: 'lsm' } as const }).map(
    ([name, { progType }]) => {
      const type = name as AttachTypeName;
      return [type, { number: attachTypeNumber(type), progType }];
    },
  ),
);

/** The program type of a cgroup attach type that this kernel knows. */
export function cgroupProgType(switches: Switches, type: AttachType): ProgTypeName | undefined {
  const hook = HOOKS.get(type);
  return hook === undefined || hook.number >= switches.attach_type_count
    ? undefined
    : hook.progType;
}

/** The program type of another subsystem's attach type that this kernel knows. */
export function foreignProgType(switches: Switches, type: AttachType): ProgTypeName | undefined {
  if (attachTypeNumber(type) >= switches.attach_type_count) return undefined;
  const wanted = typeof type === 'string' ? FOREIGN_HOOKS[type] : undefined;
  const isTracing = wanted === 'tracing' || type === 'lsm_mac';
  return isTracing && !switches.attach_knows_tracing ? undefined : wanted;
}

/** Whether the program's expected attach type allows this hook. */
export function expectedTypeFits(program: Program, type: AttachType): boolean {
  const hook = typeof type === 'string' ? CGROUP_HOOKS[type] : undefined;
  switch (hook?.expected) {
    case 'equal':
      return program.expected_attach_type === type;
    case 'enforced-only':
      return !program.enforced || program.expected_attach_type === type;
    default:
      return true;
  }
}

/** The refusal of a program that does not fit. */
export function expectedTypeDiffers(program: Program, type: AttachType): Refusal {
  const about = { prog_id: program.id, expected: program.expected_attach_type, attach_type: type };
  return refusal('EINVAL', 'expected-type-differs', about);
}
