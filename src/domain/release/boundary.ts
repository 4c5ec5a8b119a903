/**
 * A boundary: the release from which on a switch has a value, and how that is known.
 *
 * `since` is a mainline series (`6.15`) or an exact stable update (`6.12.31`); the latter holds
 * for its own series alone, from that update on, and wins over the series.
 */
import type { Switches, SwitchName } from './switches.ts';

/** How a boundary is known: seen on a running kernel, read in source, or from memory (±1). */
export type Evidence = 'measured' | 'read' | 'remembered';

export interface Boundary<T> {
  readonly since: string;
  readonly value: T;
  readonly evidence: Evidence;
}

export interface SwitchSpec<T> {
  /** What `true`, or the value, means: said here alone, and shown to people by /v1/releases. */
  readonly meaning: string;
  readonly source: string;
  /** A defect of the kernel rather than a rule. */
  readonly bug?: true;
  /** The value of `v2-series`, where it is not that of 5.7. */
  readonly v2?: T;
  /** First the value of 5.7. */
  readonly boundaries: readonly [Boundary<T>, ...Boundary<T>[]];
}

/** The boundaries of every switch. */
export type Specs = { readonly [N in SwitchName]: SwitchSpec<Switches[N]> };

/** The value that holds from the oldest mainline series on. */
export const from57 = <T>(value: T): Boundary<T> => ({ since: '5.7', value, evidence: 'read' });
