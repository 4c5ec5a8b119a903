// What a property sees of one call: the state before and after it, and what was decided.

import type { Call } from '../../src/domain/call.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';

export interface Called {
  readonly pid: number;
  readonly call: Call;
  readonly decision: Decision;
  /** The state after the call. */
  readonly kernel: Kernel;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** The snapshots as JSON: equal texts are equal states. */
  readonly beforeText: string;
  readonly afterText: string;
}

/** Looks at each call of a scenario in turn and throws when what it stands for is broken. */
export type Watch = (called: Called) => void;

/** Throws with a message unless a condition holds. */
export function holds(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(message());
}
