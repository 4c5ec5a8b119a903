/** The capabilities that the modelled calls look at (semantics §18). */
export const CAPABILITY_NAMES = [
  'bpf',
  'net_admin',
  'sys_admin',
  'perfmon',
  'dac_override',
  'sys_resource',
] as const;

export type Capability = (typeof CAPABILITY_NAMES)[number];

/** Every capability that the model knows: what a process of root has unless told otherwise. */
export const ALL_CAPABILITIES: readonly Capability[] = CAPABILITY_NAMES;
