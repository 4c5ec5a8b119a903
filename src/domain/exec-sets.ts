/**
 * The sets of capabilities that count when a process calls execve (capabilities(7);
 * `cap_bprm_creds_from_file`): what it may have at most, what it hands on as root, and what it hands on
 * as anybody else.
 */
import {
  ALL_CAPABILITIES,
  type Capability,
  ROOT_CAPABILITIES,
  rootsSet,
  shortenRootCaps,
} from './capability.ts';

export interface ExecSets {
  /** Told as root's are (`rootsSet`). */
  readonly bounding: readonly Capability[];
  readonly inheritable: readonly Capability[];
  readonly ambient: readonly Capability[];
}

/** Those of nearly every process, which share one. */
export const USUAL_SETS: ExecSets = { bounding: ROOT_CAPABILITIES, inheritable: [], ambient: [] };

/** Capabilities that are in one of two lists, in the order in which they are always told. */
export function union(
  one: readonly Capability[],
  other: readonly Capability[],
): readonly Capability[] {
  return ALL_CAPABILITIES.filter((name) => one.includes(name) || other.includes(name));
}

/** What a process has in its new image; files that have capabilities themselves are not modelled. */
export function capsAfterExec(uid: number, sets: ExecSets): readonly Capability[] {
  const { bounding, inheritable, ambient } = sets;
  if (uid !== 0) return ambient;
  return sets === USUAL_SETS
    ? ROOT_CAPABILITIES
    : shortenRootCaps(union(rootsSet(bounding), inheritable));
}
