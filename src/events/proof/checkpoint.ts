/**
 * A checkpoint: a signed statement that a host's log had a hash at a position. Nobody who
 * lacks the key can rewrite earlier events without being noticed, even if they compute all
 * hashes again. The signed text has these lines, in format 2:
 *
 *     bpfledger checkpoint v2
 *     HOST
 *     LOG_ID, or - for a log that has none
 *     POSITION
 *     HASH (hexadecimal)
 *     RECORDED_FROM: events before this position were imported, and the signer vouches for none
 *     RECORDED_AT of the event at POSITION (microseconds since the epoch)
 *     SIGNED_AT
 *     NUMBER of the checkpoint, from 1
 *     PREVIOUS: SHA-256 of text and signature of the checkpoint before it, zeros for the first
 *
 * Format 1, which older programs signed, has the first line's v1, HOST, POSITION, HASH, RECORDED_AT
 * and SIGNED_AT. A further format is a further first line.
 */
import { createHash, sign, verify } from 'node:crypto';
import { hexOf } from '../encoding/hex.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

/** What format 2 states beyond format 1. */
export interface Chained {
  /** How many checkpoints of format 2 the log has up to this one. */
  readonly number: number;
  /** `checkpointHash` of the one before it, of either format. */
  readonly previous: Uint8Array;
  readonly log_id: string | null;
  /** The first event that was recorded by the host that signs; those before it were imported. */
  readonly recorded_from: number;
}

/** What a checkpoint states. */
export interface Statement {
  /** The name of the host when it was signed. */
  readonly host: string;
  readonly position: number;
  /** Chain value of the event at the position. */
  readonly hash: Uint8Array;
  /** Of that event, microseconds since the epoch. */
  readonly recorded_at: number;
  /** Microseconds since the epoch. */
  readonly signed_at: number;
  /** Null in format 1. */
  readonly chained: Chained | null;
}

export interface Checkpoint extends Statement {
  readonly key_id: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** The `previous` of the first checkpoint. */
export const NO_CHECKPOINT: Uint8Array = new Uint8Array(32);

function linesOf({ host, position, hash, recorded_at, signed_at, chained }: Statement) {
  if (chained === null) {
    return ['bpfledger checkpoint v1', host, position, hexOf(hash), recorded_at, signed_at];
  }
  const { log_id, recorded_from, number, previous } = chained;
  const log = [
    'bpfledger checkpoint v2',
    host,
    log_id ?? '-',
    position,
    hexOf(hash),
    recorded_from,
  ];
  return [...log, recorded_at, signed_at, number, hexOf(previous)];
}

function textOf(statement: Statement): Buffer {
  return Buffer.from(`${linesOf(statement).join('\n')}\n`, 'utf8');
}

/** Signs a statement. */
export function signStatement(statement: Statement, key: SigningKey): Checkpoint {
  const signature = sign(null, textOf(statement), key.private);
  return { ...statement, key_id: key.public.key_id, signature };
}

/** Whether the key signed exactly this. */
export function isSignedBy(checkpoint: Checkpoint, { key, key_id }: PublicKey): boolean {
  if (checkpoint.key_id !== key_id) return false;
  return verify(null, textOf(checkpoint), key, checkpoint.signature);
}

/** The `previous` of the next checkpoint: SHA-256 of this one's text and signature. */
export function checkpointHash(checkpoint: Checkpoint): Uint8Array {
  return createHash('sha256').update(textOf(checkpoint)).update(checkpoint.signature).digest();
}
