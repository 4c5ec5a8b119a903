/** Where a mount stands: on a name as another mount shows it, or outside in a namespace. */
export function placeKey({
  parent,
  at,
  namespace,
}: Pick<Mount, 'parent' | 'at' | 'namespace'>): string {
  return parent === 0 ? `@${namespace}` : `${parent}${at}`;
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
}
