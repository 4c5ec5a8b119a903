/** Tells whether two processes came to the same state. */
import { createHash } from 'node:crypto';
import type { Kernel } from '../../src/domain/kernel.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';

/** SHA-256 of all that a state holds. */
export function digestOf(kernel: Kernel): string {
  return createHash('sha256')
    .update(JSON.stringify(snapshotOf(kernel)))
    .digest('hex');
}
