/** Variables of the kernel that may change while it runs, by their last name. */
export interface Sysctls {
  /** kernel.unprivileged_bpf_disabled: 0, 1 or 2. */
  readonly unprivileged_bpf_disabled: number;
}

export type SysctlName = keyof Sysctls;
