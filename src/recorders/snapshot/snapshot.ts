/** A snapshot of a running kernel: what was there at one time, as sightings. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { SightingLine } from '../../domain/observed/sighting.ts';

/** Kinds of things that a snapshot may tell of. */
export const THINGS = ['cgroup', 'prog', 'map', 'link', 'entry', 'pin', 'fd'] as const;
export type Thing = (typeof THINGS)[number];

/** What runs on a cgroup, as a kernel tells it. */
interface SeenArray {
  readonly cgroup: string;
  readonly attach_type: AttachType;
  /** Programs in the order in which they run; absent when there are more than are asked for. */
  readonly progs?: readonly number[];
}

export interface KernelSnapshot {
  /** RFC 3339: when the snapshot was complete. */
  readonly at: string;
  /** What `uname -r` prints there. */
  readonly release?: string;
  /** Of the boot that the snapshot is of. */
  readonly boot_id?: string;
  /** Sysctl kernel.unprivileged_bpf_disabled. */
  readonly unprivileged_bpf_disabled?: number;
  /** Kinds of which all are told: one of another kind that is missing need not be gone. */
  readonly covers: readonly Thing[];
  /** Hooks of whose lists nothing is told, though `covers` has entries; absent: all lists are told. */
  readonly unlisted?: readonly AttachType[];
  /** Each names only what stands before it. */
  readonly lines: readonly SightingLine[];
  /** What runs on the cgroups, where anything does; absent when it was not asked for. */
  readonly effective?: readonly SeenArray[];
  /** Pids of all processes; absent when that is not known. */
  readonly pids?: readonly number[];
}
