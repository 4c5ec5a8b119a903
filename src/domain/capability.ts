/**
 * The capabilities that the modelled calls look at (semantics §18): what a process of root has
 * unless told otherwise.
 */
export const ALL_CAPABILITIES = [
  'bpf',
  'net_admin',
  'sys_admin',
  'perfmon',
  'dac_override',
  'sys_resource',
] as const;

export type Capability = (typeof ALL_CAPABILITIES)[number];
