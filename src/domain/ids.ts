/** Ids of objects (semantics §16). */
import type { ObjectKind } from './effect.ts';

/** What has ids of its own to be found by: objects, and BTF. */
export type IdKind = ObjectKind | 'btf';

/** Most objects hold no others; all of them share one empty list. */
export const NO_IDS: readonly number[] = [];
