/** A checkpoint of a line of a bundle. */
import { bytesOf } from '../encoding/hex.ts';
import type { Chained, Checkpoint } from '../proof/checkpoint.ts';
import type { LineOf } from './bundle-line.ts';

export function checkpointOf(line: LineOf<'checkpoint'>): Checkpoint {
  const { type: _, hash, signature, chained, ...rest } = line;
  return {
    ...rest,
    hash: bytesOf(hash),
    signature: bytesOf(signature),
    chained: chained === undefined ? null : chainedOf(chained),
  };
}

function chainedOf({
  previous,
  root,
  ...rest
}: NonNullable<LineOf<'checkpoint'>['chained']>): Chained {
  const chained = { ...rest, previous: bytesOf(previous) };
  return root === undefined ? chained : { ...chained, root: bytesOf(root) };
}
