/** The calls that make, change and end processes. */
import type { Capability } from './capability.ts';
import type { SysctlName } from './sysctls.ts';

export interface ProcessCalls {
  /** A new process without a parent's fds: 0, 1 and 2 are open and are not BPF objects. */
  spawn: {
    readonly child_pid?: number;
    readonly comm?: string;
    readonly uid?: number;
    readonly caps?: readonly Capability[];
  };
  /** A child that shares the caller's open file descriptions. */
  fork: {
    readonly child_pid?: number;
    readonly uid?: number;
    readonly caps?: readonly Capability[];
    /** clone(2) with CLONE_FILES: one fd table for both. */
    readonly clone_files?: true;
    /** clone(2) with CLONE_THREAD: a thread of the caller's process; `child_pid` is its tid. */
    readonly clone_thread?: true;
    /** With CLONE_NEWNS, CLONE_NEWCGROUP: the child is in a new namespace. */
    readonly clone_newns?: true;
    readonly clone_newcgroup?: true;
    /** With CLONE_NEWUSER: in a new user namespace, with all capabilities in it and none outside. */
    readonly clone_newuser?: true;
  };
  /**
   * unshare(2): CLONE_FILES is a table of the caller's own, with the same fds; CLONE_NEWNS,
   * CLONE_NEWCGROUP and CLONE_NEWUSER are a new namespace of mounts, of cgroups and of users.
   */
  unshare: {
    readonly clone_files?: true;
    readonly clone_newns?: true;
    readonly clone_newcgroup?: true;
    readonly clone_newuser?: true;
  };
  /** setns(2) with a pidfd of another process, which the caller holds (5.8). */
  setns: {
    readonly target_pid: number;
    readonly clone_newns?: true;
    readonly clone_newcgroup?: true;
  };
  /** execve(2): close-on-exec fds go. */
  exec: { readonly comm?: string };
  /** exit_group(2), or a death by a signal; with `thread`, exit(2) of the calling thread alone. */
  exit: { readonly thread?: true };
  /** kill(2) with a signal that ends the process, all its threads. */
  kill: { readonly to_pid: number };
  /** Give up privileges: become `uid` with exactly `caps`. */
  capset: {
    readonly uid?: number;
    readonly caps: readonly Capability[];
    /** What no exec gives back any more (PR_CAPBSET_DROP). */
    readonly bounding?: readonly Capability[];
    readonly inheritable?: readonly Capability[];
    /** What exec leaves to a process that is not root (PR_CAP_AMBIENT). */
    readonly ambient?: readonly Capability[];
  };
  umask: { readonly mask: number };
  /** A write to a file of /proc/sys/kernel. */
  sysctl: { readonly variable: SysctlName; readonly value: number };
  setrlimit: {
    /** The soft limit of RLIMIT_NOFILE. */
    readonly nofile?: number;
    /** Both limits of RLIMIT_MEMLOCK, in bytes; -1 is RLIM_INFINITY. */
    readonly memlock?: number;
  };
  /** Move the caller, or another process, into a cgroup: a write to its cgroup.procs. */
  join: { readonly path: string; readonly target_pid?: number };
}
