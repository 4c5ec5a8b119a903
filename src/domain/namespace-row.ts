/** Rows about namespaces (kernel/nsproxy.c; semantics §29). */

/** Kinds of namespaces that are modelled. */
export type NamespaceKind = 'mount' | 'cgroup' | 'user';

/** Which namespaces a process is in, by their ids: nearly all in those of the host, so they share one. */
export type Namespaces = Readonly<Record<NamespaceKind, number>>;

/** Stands for the namespace that a host boots with, of any kind; it has no row and never ends. */
export const HOSTS_NAMESPACE = 0;

/** The id of the first namespace that a process makes. */
export const FIRST_NAMESPACE = 1;

/** What a process is in that never left its namespaces, nor did its ancestors. */
export const HOSTS_NAMESPACES: Namespaces = {
  mount: HOSTS_NAMESPACE,
  cgroup: HOSTS_NAMESPACE,
  user: HOSTS_NAMESPACE,
};

/** A namespace that a process made. */
export interface Namespace {
  readonly id: number;
  readonly kind: NamespaceKind;
  /** Of a cgroup namespace: its root, the cgroup of who made it; else 0. */
  readonly cgroup_id: number;
  /** Processes in it, each thread counted; with the last one it ends. */
  processes: number;
  /** The user namespace of who made it; of a user namespace the host's. */
  readonly user: number;
  /** Of a user namespace: who made it, and has all capabilities in it; else 0. */
  readonly uid: number;
  /** What keeps a user namespace beside processes: namespaces, a bpffs, programs loaded with a token. */
  kept: number;
}
