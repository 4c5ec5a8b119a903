/** Warnings of a plan: what the kernel would do silently, and the caller may not intend. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { EntryHolder } from '../../domain/effect.ts';
import type { About } from '../../domain/outcome.ts';

export const WARNING_KINDS = [
  'appends-beside-old',
  'replaces-unasked',
  'cuts-off-descendants',
  'hidden-below',
  'list-nearly-full',
  'link-dies-with-process',
  'order-inverted',
  'list-empties-between',
  'entry-of-another',
  'removal-takes-attachments',
  'kernel-bug',
] as const;

export type WarningKind = (typeof WARNING_KINDS)[number];

/** An entry of a list. */
export type EntryPlace = EntryHolder & {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
};

/** A warning that the kernel's state gives. */
export interface Notice {
  /** Index of the planned call that it is about. */
  readonly call: number;
  readonly kind: WarningKind;
  readonly sentence: string;
  /** The objects involved. */
  readonly about: About;
  /** Entries that it is about, some of which the plan itself may have made. */
  readonly entries: readonly EntryPlace[];
}

/** A warning with its origin in the log. */
export interface PlanWarning extends Omit<Notice, 'entries'> {
  /** The events that attached the entries which it is about; empty when the plan makes them. */
  readonly positions: readonly number[];
}
