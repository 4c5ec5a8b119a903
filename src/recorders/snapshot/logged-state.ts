/** The state of a log as the service tells it (GET …/state), as far as a snapshot is compared with it. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { FileKind, ObjectKind } from '../../domain/effect.ts';
import type { Mode } from '../../domain/flags.ts';

export interface LoggedEntry {
  readonly prog_id: number;
  readonly link_id?: number;
}

/** Holders that no snapshot sees: copies of fds that nobody has received yet. */
export interface LoggedHolders {
  readonly in_flight_to: readonly number[];
}

export interface LoggedState {
  readonly boot: { readonly boot_id: string; readonly release: string };
  readonly cgroups: readonly {
    readonly cgroup_id: number;
    readonly path: string;
    readonly attached: readonly {
      readonly attach_type: AttachType;
      readonly mode: Mode;
      readonly entries: readonly LoggedEntry[];
    }[];
    /** What is derived of the lists: what runs. */
    readonly effective: readonly {
      readonly attach_type: AttachType;
      readonly slots: readonly { readonly prog_id: number }[];
    }[];
  }[];
  readonly programs: readonly {
    readonly prog_id: number;
    readonly map_ids: readonly number[];
    readonly refs: number;
    readonly held_by: LoggedHolders;
  }[];
  readonly links: readonly {
    readonly link_id: number;
    readonly prog_id: number;
    readonly attach_type: AttachType;
    readonly cgroup_id: number;
    readonly held_by: LoggedHolders;
  }[];
  readonly maps: readonly {
    readonly map_id: number;
    readonly refs: number;
    readonly held_by: LoggedHolders;
  }[];
  readonly bpffs: readonly {
    readonly path: string;
    readonly kind: ObjectKind | 'dir' | 'symlink';
    readonly object_id: number;
  }[];
  readonly processes: readonly {
    readonly pid: number;
    readonly cgroup_id: number;
    readonly fds: readonly {
      readonly fd: number;
      readonly kind: FileKind;
      readonly id: number;
      readonly cloexec: boolean;
    }[];
  }[];
}
