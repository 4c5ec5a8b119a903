/** Where a mount stands: on a name as another mount shows it, or outside in a namespace. */
export function placeKey({
  parent,
  at,
  namespace,
}: Pick<Mount, 'parent' | 'at' | 'namespace'>): string {
  return parent === 0 ? `@${namespace}` : `${parent}${at}`;
}

/** Of an instance that was mounted by fsmount(2): whose it is, and what its tokens allow. */
export interface Delegation {
  /** The user namespace of its maker. */
  readonly user: number;
  /** Sets of commands and types, by their numbers. */
  readonly cmds: string;
  readonly maps: string;
  readonly progs: string;
  readonly attachs: string;
}

/** A mount of a bpffs, or of a part of one. */
export interface Mount {
  readonly id: number;
  /** The mount that it stands on; 0 is outside of every bpffs. */
  readonly parent: number;
  /** The key of the name that it is mounted on; empty outside. */
  at: string;
  /** The key of what is seen there. */
  root: string;
  /** Paths lead into it; after a lazy umount only open directories do. */
  attached: boolean;
  /** Open directories, and its place in the tree while it is attached. */
  refs: number;
  /** The mount namespace that it was mounted in. */
  readonly namespace: number;
  /** Undefined of an instance of the host that mount(2) made. */
  readonly delegation: Delegation | undefined;
}
