/** The observable state of a live kernel, by the log's ids (in the shape of a recording). */
import type { AttachType } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import type { Mode } from '../../domain/flags.ts';

export interface LiveList {
  readonly mode: Mode;
  readonly revision: number;
  readonly attached: readonly number[];
  readonly effective: readonly number[];
}

export interface LiveLink {
  readonly id: number;
  readonly prog_id: number;
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
}

export interface LiveMap {
  readonly id: number;
  /** Of storage maps alone: the keys, newest first. */
  readonly storages?: readonly MapKey[];
}

/** A name on what is mounted of the log's bpffs. */
export interface LiveName {
  /** In another mount namespace after the pid of its first process and a colon. */
  readonly path: string;
  readonly is: 'dir' | 'pin' | 'symlink';
  /** Of a symlink where it leads. */
  readonly target?: string;
  readonly uid: number;
  readonly mode: number;
}

export interface LiveWorld {
  readonly cgroups: readonly { readonly id: number; readonly path: string }[];
  readonly programs: readonly number[];
  readonly links: readonly LiveLink[];
  readonly maps: readonly LiveMap[];
  list(cgroupId: number, type: AttachType): LiveList;
  names(): readonly LiveName[];
}
