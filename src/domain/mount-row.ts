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
