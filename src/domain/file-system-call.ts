/** The calls about names: cgroup directories and their files, and the bpffs with its mounts. */

export interface FileSystemCalls {
  mkdir: { readonly path: string };
  rmdir: { readonly path: string };
  /** chown(2) and chmod(2) of a cgroup's directory, or of one of its control files. */
  cgroup_chown: { readonly path: string; readonly uid: number };
  cgroup_chmod: { readonly path: string; readonly mode: number };
  /** A write of `value` to a control file, such as `/pods/cgroup.kill`. */
  cgroup_write: { readonly path: string; readonly value: string };
  /** `mode`: 0777 when absent; the umask takes from it. */
  bpffs_mkdir: { readonly path: string; readonly mode?: number };
  bpffs_rmdir: { readonly path: string };
  unlink: { readonly path: string };
  /** renameat2(2); `flags`: 0, RENAME_NOREPLACE (1) or RENAME_EXCHANGE (2). */
  rename: { readonly path: string; readonly to: string; readonly flags?: number };
  /** link(2): a second name of a pin. */
  link: { readonly path: string; readonly to: string };
  /**
   * symlink(2): the new name `path`, which leads to `target`: as from its directory, or, where that
   * begins with a slash, to a path of this log.
   */
  symlink: { readonly path: string; readonly target: string };
  chown: { readonly path: string; readonly uid: number };
  chmod: { readonly path: string; readonly mode: number };
  /**
   * mount(2) on the directory `path`: of a new bpffs, whose top has `mode` (01777 when absent), or
   * with `from` of what stands there (MS_BIND).
   */
  mount: { readonly path: string; readonly from?: string; readonly mode?: number };
  /**
   * fsopen(2) of a bpffs and fsmount(2) by the caller, and an open of its top, which no path leads to. In
   * between the process `by_pid`, the caller when absent, sets the options and creates it. A set is
   * `any`, or a hexadecimal number such as 0x21 with a bit for each command or type.
   */
  fsmount: {
    readonly by_pid?: number;
    readonly mode?: number;
    readonly delegate_cmds?: string;
    readonly delegate_maps?: string;
    readonly delegate_progs?: string;
    readonly delegate_attachs?: string;
  };
  /** umount2(2); `flags`: MNT_FORCE (1), MNT_DETACH (2), UMOUNT_NOFOLLOW (8). */
  umount: { readonly path: string; readonly flags?: number };
}
