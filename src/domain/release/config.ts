/** What a boot fixes beside its release: first ids, sysctls, and deviations for tests. */
import type { Controller } from '../controller-names.ts';
import type { Switches } from './switches.ts';

export interface BootConfig {
  /** Id of the root cgroup. */
  readonly root_cgroup_id: number;
  readonly first_cgroup_id: number;
  readonly first_prog_id: number;
  readonly first_link_id: number;
  readonly first_map_id: number;
  /**
   * How many BTF objects the kernel and its modules have: their ids are 1 to this, and the first that
   * is loaded gets the next. Absent: one from 5.11 on, before none.
   */
  readonly kernel_btfs?: number;
  /** Pid that the first spawned process gets. */
  readonly first_pid: number;
  /** sysctl kernel.unprivileged_bpf_disabled: 0, 1 or 2. */
  readonly unprivileged_bpf_disabled: number;
  /** Soft RLIMIT_NOFILE of new processes. */
  readonly nofile: number;
  /** RLIMIT_MEMLOCK of new processes, in bytes; absent or -1: none. */
  readonly memlock?: number;
  /** The hierarchy of cgroups is mounted with `nsdelegate`, as systemd does; absent: it is not. */
  readonly cgroup_nsdelegate?: true;
  /** Controllers that its root has (cgroup.controllers); absent: nobody told, and none can be handed on. */
  readonly cgroup_controllers?: readonly Controller[];
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

/** sysctl fs.nr_open, by default: no process may have more fds, or a higher limit. */
export const NR_OPEN = 1_048_576;
/** From here on the ids of cgroups are the log's own (observed/unknown-cgroup.ts). */
export const OWN_CGROUP_IDS = 2 ** 52;
/** The highest id of a cgroup that is told: those that are counted on from it are below the log's own. */
export const CGROUP_ID_MAX = 2 ** 51;

/** What is wrong with a configuration: with which field, and what it must be. */
export interface ConfigFault {
  readonly field: keyof BootConfig;
  readonly message: string;
  readonly limit: number;
}

/**
 * What is wrong with the ids that a boot gives to cgroups, if anything: one that has the id of the
 * root, or of another, would be its own ancestor.
 */
export function configFault({
  root_cgroup_id: root,
  first_cgroup_id: first,
}: BootConfig): ConfigFault | undefined {
  const field = 'first_cgroup_id';
  if (first <= root) {
    const message = `is ${first}, but must be greater than root_cgroup_id, which is ${root}`;
    return { field, message, limit: root + 1 };
  }
  if (first <= CGROUP_ID_MAX) return undefined;
  const message = `must be at most ${CGROUP_ID_MAX}`;
  return { field, message, limit: CGROUP_ID_MAX };
}

/** The process that a call without a pid comes from: root, alive from boot on. */
export const BOOT_PID = 1;
