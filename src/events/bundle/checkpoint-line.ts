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
    chained: chained === undefined ? null : parseChained(chained),
  };
}

function parseChained({
  previous,
  root,
  cut,
  ...rest
}: NonNullable<LineOf<'checkpoint'>['chained']>): Chained {
  return {
    ...rest,
    previous: bytesOf(previous),
    ...(root !== undefined && { root: bytesOf(root) }),
    ...(cut !== undefined && {
      cut: { position: cut.position, state_hash: bytesOf(cut.state_hash) },
    }),
  };
}
