/** What a boot fixes beside its release: first ids, sysctls, and deviations for tests. */
import type { Switches } from './switches.ts';

export interface BootConfig {
  /** Id of the root cgroup. */
  readonly root_cgroup_id: number;
  readonly first_cgroup_id: number;
  readonly first_prog_id: number;
  readonly first_link_id: number;
  readonly first_map_id: number;
  /** Pid that the first spawned process gets. */
  readonly first_pid: number;
  /** sysctl kernel.unprivileged_bpf_disabled: 0, 1 or 2. */
  readonly unprivileged_bpf_disabled: number;
  /** Soft RLIMIT_NOFILE of new processes. */
  readonly nofile: number;
  /** Switches of the release that this host has otherwise (a custom build). */
  readonly switches?: Partial<Switches>;
}

export const DEFAULT_CONFIG: BootConfig = {
  root_cgroup_id: 1,
  first_cgroup_id: 2,
  first_prog_id: 1,
  first_link_id: 1,
  first_map_id: 1,
  first_pid: 2,
  unprivileged_bpf_disabled: 2,
  nofile: 1024,
};

/** The process that a call without a pid comes from: root, alive from boot on. */
export const BOOT_PID = 1;
