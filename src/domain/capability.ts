/**
 * The capabilities that the modelled calls look at (semantics §18): what a process of root has
 * unless told otherwise.
 */
export const ROOT_CAPABILITIES = [
  'bpf',
  'net_admin',
  'sys_admin',
  'perfmon',
  'dac_override',
  'sys_resource',
] as const;

/** Those that files and directories alone look at (`fs/namei.c`, `fs/attr.c`). */
export const FILE_CAPABILITIES = ['dac_read_search', 'chown', 'fowner', 'fsetid'] as const;

/** Every capability that can be told. New ones go to the end: sets are told in this order. */
export const ALL_CAPABILITIES = [...ROOT_CAPABILITIES, ...FILE_CAPABILITIES] as const;

export type Capability = (typeof ALL_CAPABILITIES)[number];

/** Their numbers, which are bits of a set (`include/uapi/linux/capability.h`). */
export const CAPABILITY_NUMBERS: Readonly<Record<Capability, number>> = {
  chown: 0,
  dac_override: 1,
  dac_read_search: 2,
  fowner: 3,
  fsetid: 4,
  net_admin: 12,
  sys_admin: 21,
  sys_resource: 24,
  perfmon: 38,
  bpf: 39,
};

export type FileCapability = (typeof FILE_CAPABILITIES)[number];

/**
 * What a set of root's stands for. Root with all of `ROOT_CAPABILITIES` has every capability of Linux,
 * as it is told since the first release; where one of `FILE_CAPABILITIES` is told too, it has of them
 * what is told.
 */
export function rootsSet(told: readonly Capability[]): readonly Capability[] {
  return hasAllOfRoot(told) && told.length === ROOT_CAPABILITIES.length ? ALL_CAPABILITIES : told;
}

/** Whether a set of root's has what root has unless told otherwise. */
export function hasAllOfRoot(told: readonly Capability[]): boolean {
  return ROOT_CAPABILITIES.every((name) => told.includes(name));
}

/** How a set of root's is told: without the names that all of `ROOT_CAPABILITIES` stand for. */
export function shortenRootCaps(caps: readonly Capability[]): readonly Capability[] {
  return caps.length === ALL_CAPABILITIES.length ? ROOT_CAPABILITIES : caps;
}
