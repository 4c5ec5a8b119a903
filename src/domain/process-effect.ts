/** The effects on processes: their credentials, limits and namespaces. */
import type { Capability } from './capability.ts';
import type { NamespaceKind } from './namespace-row.ts';
import type { SysctlName } from './sysctls.ts';

export interface ProcessEffects {
  ProcessSpawned: {
    readonly pid: number;
    readonly comm: string;
    readonly uid: number;
    readonly caps: readonly Capability[];
  };
  ProcessForked: {
    readonly pid: number;
    readonly uid: number;
    readonly caps: readonly Capability[];
    /** It has the caller's fd table, not a copy. */
    readonly clone_files?: true;
    /** It is a thread of the caller's process. */
    readonly clone_thread?: true;
  };
  ProcessExecuted: {
    readonly comm: string;
    readonly caps: readonly Capability[];
    /** The pid that the thread goes on under: that of its process, when it was not its leader. */
    readonly pid?: number;
  };
  /** The fd table that the process shared is its own from now on: a copy. */
  FilesUnshared: Record<never, never>;
  /** The umask and root directory that the thread shared are its own from now on: a copy. */
  FsUnshared: Record<never, never>;
  NamespaceMade: {
    readonly namespace_id: number;
    readonly kind: NamespaceKind;
    /** The root of a cgroup namespace. */
    readonly cgroup_id?: number;
    /** The user namespace of who made it; absent for the host's. */
    readonly user_id?: number;
    /** Who made a user namespace; absent for root. */
    readonly uid?: number;
  };
  /**
   * The caller, or `pid`, is in it from now on; 0 is the namespace that the host booted with. Of a user
   * namespace it has all capabilities.
   */
  NamespaceEntered: {
    readonly namespace_id: number;
    readonly kind: NamespaceKind;
    readonly pid?: number;
  };
  /** The caller ended, or `pid`. */
  ProcessExited: { readonly pid?: number };
  CredentialsChanged: {
    readonly uid: number;
    readonly caps: readonly Capability[];
    /** The sets that count at exec; absent ones are as before. */
    readonly bounding?: readonly Capability[];
    readonly inheritable?: readonly Capability[];
    readonly ambient?: readonly Capability[];
  };
  /** A variable of the kernel has another value (sysctl). */
  SysctlSet: { readonly variable: SysctlName; readonly value: number };
  NofileLimited: { readonly nofile: number };
  /** RLIMIT_MEMLOCK of the process, in bytes; -1 is none. */
  MemlockLimited: { readonly memlock: number };
  UmaskSet: { readonly mask: number };
  /** The caller moved, or `pid`. */
  ProcessMoved: { readonly cgroup_id: number; readonly pid?: number };
}
