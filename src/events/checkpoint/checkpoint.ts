/**
 * A checkpoint: a signed statement that a host's log stood at a position with a hash. Nobody who
 * lacks the key can rewrite what lies before it without being noticed, even if they compute all
 * hashes anew. What is signed is this text, a line each:
 *
 *     bpfledger checkpoint v1
 *     HOST
 *     POSITION
 *     HASH (hexadecimal)
 *     RECORDED_AT of that event, SIGNED_AT (microseconds since the epoch)
 */
import { sign, verify } from 'node:crypto';
import type { PublicKey, SigningKey } from './signing-key.ts';

/** What a checkpoint states. */
export interface Statement {
  /** What the host was called when it was signed. */
  readonly host: string;
  readonly position: number;
  /** Chain value of the event at the position. */
  readonly hash: Uint8Array;
  /** Of that event, microseconds since the epoch. */
  readonly recorded_at: number;
  /** Microseconds since the epoch. */
  readonly signed_at: number;
}

export interface Checkpoint extends Statement {
  readonly key_id: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

function textOf({ host, position, hash, recorded_at, signed_at }: Statement): Buffer {
  const hex = Buffer.from(hash).toString('hex');
  const lines = ['bpfledger checkpoint v1', host, position, hex, recorded_at, signed_at];
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
}

/** Signs a statement. */
export function signed(statement: Statement, key: SigningKey): Checkpoint {
  const signature = sign(null, textOf(statement), key.private);
  return { ...statement, key_id: key.public.key_id, signature };
}

/** Whether the key signed exactly this. */
export function isSignedBy(checkpoint: Checkpoint, { key, key_id }: PublicKey): boolean {
  if (checkpoint.key_id !== key_id) return false;
  return verify(null, textOf(checkpoint), key, checkpoint.signature);
}
