/**
 * Sightings: what a recorder knows that no call tells. Something was found that is there, or is
 * gone that was there, or a stretch of the record is lost. How it came about is not known, and a
 * sighting does not pretend to: it stands in an event in the place of a call.
 */
import type { AttachType } from '../attach-type.ts';
import type { Capability } from '../capability.ts';
import type { ObjectKind } from '../effect.ts';
import type { Mode } from '../flags.ts';
import type { MapType } from '../map-type.ts';
import type { ProgType } from '../prog-type.ts';

/** What may be found. A field that is absent is not known. */
export interface FoundThings {
  /** The process that the sighting is of. */
  process: {
    readonly uid?: number;
    readonly caps?: readonly Capability[];
    /** Path of its cgroup. */
    readonly cgroup?: string;
  };
  cgroup: { readonly path: string; readonly id?: number };
  prog: {
    readonly id: number;
    readonly prog_type?: ProgType;
    readonly expected_attach_type?: AttachType;
    readonly prog_name?: string;
    readonly tag?: string;
    readonly uid?: number;
    readonly map_ids?: readonly number[];
  };
  map: {
    readonly id: number;
    readonly map_type?: MapType;
    readonly key_size?: number;
    readonly value_size?: number;
    readonly max_entries?: number;
    readonly map_name?: string;
  };
  /** A program that is attached directly; at the end of the list when no index is told. */
  entry: {
    readonly cgroup: string;
    readonly attach_type: AttachType;
    readonly mode: Mode;
    readonly prog_id: number;
    readonly index?: number;
    readonly preorder?: true;
  };
  /** With its entry; without a cgroup it is defunct. */
  link: {
    readonly id: number;
    readonly prog_id: number;
    readonly attach_type: AttachType;
    readonly cgroup?: string;
    readonly index?: number;
    readonly preorder?: true;
  };
  /** A name on the bpffs; the id of a directory is 0. */
  pin: { readonly path: string; readonly kind: ObjectKind | 'dir'; readonly id: number };
  /** An fd of the process that the sighting is of; what it is open on has no id when `other`. */
  fd: {
    readonly fd: number;
    readonly kind: ObjectKind | 'cgroup' | 'other';
    readonly id?: number;
    /** Of a cgroup. */
    readonly path?: string;
    readonly cloexec?: boolean;
  };
}

/** What may be gone, and how it is named. */
export interface GoneThings {
  process: Record<never, never>;
  /** With all below it. */
  cgroup: { readonly path: string };
  prog: { readonly id: number };
  map: { readonly id: number };
  link: { readonly id: number };
  entry: { readonly cgroup: string; readonly attach_type: AttachType; readonly prog_id: number };
  /** A pin, or a directory with all below it. */
  pin: { readonly path: string };
  fd: { readonly fd: number };
}

/** Exactly one of several fields. */
type OneOf<T> = { [K in keyof T]: { readonly [_ in K]: T[K] } }[keyof T];

export type Found = { readonly name: 'found' } & OneOf<FoundThings>;
export type Gone = { readonly name: 'gone' } & OneOf<GoneThings>;

/** A hole in the record: so many events between two times, as far as that is known. */
export interface Lost {
  readonly name: 'lost';
  readonly events?: number;
  /** Microseconds since the epoch. */
  readonly from?: number;
  /** Microseconds since the epoch. */
  readonly to?: number;
  readonly cause?: string;
}

export type Sighting = Found | Gone | Lost;
export type SightingName = Sighting['name'];

/** One sighting as a recorder tells it, and the process that it is of, when it is of one. */
export interface SightingLine {
  readonly call: Sighting;
  readonly pid?: number;
  readonly comm?: string;
}

/** Whether what stands in an event in the place of a call is a sighting. */
export function isSighting(call: object): call is Sighting {
  const { name } = call as { readonly name?: unknown };
  return name === 'found' || name === 'gone' || name === 'lost';
}
