/** The programs and maps that an executor makes: they work on cgroups, and name only each other. */
import { CGROUP_HOOKS } from '../../domain/attach-type.ts';
import type { Call, CallOf } from '../../domain/call.ts';
import type { Capability } from '../../domain/capability.ts';
import { type MapType, mapTypeNumber, mapTypeOf } from '../../domain/map-type.ts';
import { type ProgType, progTypeNumber, progTypeOf } from '../../domain/prog-type.ts';
import { findReachingOut } from '../../native/instructions.ts';

/** Program types that attach to cgroups: those that an executor loads by default. */
export const CGROUP_PROG_TYPES: readonly ProgType[] = [
  ...new Set(Object.values(CGROUP_HOOKS).map(({ progType }) => progType)),
];

/**
 * Maps whose values are plain bytes. The values of other types are fds of the writer, and here
 * that is the executor: its sockets, and directories of this machine.
 */
const PLAIN_MAPS: readonly MapType[] = [
  ...(['hash', 'array', 'percpu_hash', 'percpu_array', 'lru_hash', 'lru_percpu_hash'] as const),
  ...(['lpm_trie', 'queue', 'stack', 'ringbuf', 'bloom_filter'] as const),
  ...(['cgroup_storage', 'percpu_cgroup_storage'] as const),
];

/** Capabilities that a cgroup program is loaded with at most: none by which it could read memory. */
const LOAD_CAPABILITIES: readonly Capability[] = ['bpf', 'net_admin'];

/** Answers why a program or a map is not made; undefined when it may be. */
export function checkMade(progTypes: readonly ProgType[], call: Call): string | undefined {
  if (call.name === 'map_create') {
    const type = mapTypeOf(mapTypeNumber(call.map_type));
    return PLAIN_MAPS.includes(type) ? undefined : `maps of the type ${type} are not made`;
  }
  if (call.name !== 'prog_load') return undefined;
  const type = progTypeOf(progTypeNumber(call.prog_type));
  if (!progTypes.includes(type)) {
    return `programs of the type ${type} are not loaded (--allow-prog-type)`;
  }
  const index = call.insns && findReachingOut(Buffer.from(call.insns, 'base64'));
  if (index === undefined || index === '') return undefined;
  return `instruction ${index} names something of the kernel, or a map otherwise than by its fd`;
}

/**
 * Limits the capabilities of a process while it loads a program. CAP_SYS_ADMIN stands for all the others of
 * bpf(2), so it is lent as the two that cgroup programs need.
 */
export function limitCaps(
  { prog_type }: CallOf<'prog_load'>,
  caps: readonly Capability[],
): readonly Capability[] {
  if (!CGROUP_PROG_TYPES.includes(progTypeOf(progTypeNumber(prog_type)))) return caps;
  return caps.includes('sys_admin')
    ? LOAD_CAPABILITIES
    : caps.filter((capability) => LOAD_CAPABILITIES.includes(capability));
}
