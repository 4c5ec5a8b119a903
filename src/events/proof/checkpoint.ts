/**
 * A checkpoint: a signed statement that a host's log had a hash at a position. Nobody who
 * lacks the key can rewrite earlier events without being noticed, even if they compute all
 * hashes again. Format 3 is a checkpoint as C2SP describes it (c2sp.org/tlog-checkpoint), so that
 * witnesses of any make can cosign it; its position is the size of the log's Merkle tree. The signed
 * text has these lines:
 *
 *     bpfledger/HOST/LOG_ID, or bpfledger/HOST for a log that has no id: the origin
 *     POSITION
 *     ROOT of the tree of the events up to there (base64)
 *     chain HASH (hexadecimal)
 *     recorded-from RECORDED_FROM: events before this position were imported
 *     recorded-at RECORDED_AT of the event at POSITION (microseconds since the epoch)
 *     signed-at SIGNED_AT
 *     number NUMBER of the checkpoint, from 1
 *     previous PREVIOUS: SHA-256 of text and signature of the checkpoint before it, zeros for the first
 *     cut POSITION STATE_HASH: where the log is cut, and SHA-256 of the state there; not in a whole log
 *
 * Format 2, which older programs signed, states the same without the tree:
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
 * Format 1 has the first line's v1, HOST, POSITION, HASH, RECORDED_AT and SIGNED_AT.
 */
import { createHash, sign, verify } from 'node:crypto';
import { hexOf } from '../encoding/hex.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

/** What a checkpoint states of the cut of its log: no chain covers the state there. */
export interface SignedCut {
  readonly position: number;
  /** SHA-256 of the text of the state there. */
  readonly state_hash: Uint8Array;
}

/** What formats 2 and 3 state beyond format 1. */
export interface Chained {
  /** How many checkpoints of these formats the log has up to this one. */
  readonly number: number;
  /** `checkpointHash` of the one before it, of any format. */
  readonly previous: Uint8Array;
  readonly log_id: string | null;
  /** The first event that was recorded by the host that signs; those before it were imported. */
  readonly recorded_from: number;
  /** Root of the Merkle tree of the events up to the position; absent in format 2. */
  readonly root?: Uint8Array;
  /** Of a log that was cut when it was signed; only in format 3. */
  readonly cut?: SignedCut;
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

/** What a checkpoint states beyond format 1, as bundles and answers have it. */
export function encodeChained({ previous, root, cut, ...rest }: Chained) {
  return {
    ...rest,
    previous: hexOf(previous),
    ...(root !== undefined && { root: hexOf(root) }),
    ...(cut !== undefined && {
      cut: { position: cut.position, state_hash: hexOf(cut.state_hash) },
    }),
  };
}

export interface Checkpoint extends Statement {
  readonly key_id: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** The `previous` of the first checkpoint. */
export const NO_CHECKPOINT: Uint8Array = new Uint8Array(32);

/** The name of a log among all logs, as its checkpoints and the notes of witnesses have it. */
function originOf({ host, log_id }: { readonly host: string; readonly log_id: string | null }) {
  return log_id === null ? `bpfledger/${host}` : `bpfledger/${host}/${log_id}`;
}

function linesOf({ host, position, hash, recorded_at, signed_at, chained }: Statement) {
  if (chained === null) {
    return ['bpfledger checkpoint v1', host, position, hexOf(hash), recorded_at, signed_at];
  }
  const { log_id, recorded_from, number, previous, root, cut } = chained;
  if (root !== undefined) {
    return [
      originOf({ host, log_id }),
      position,
      Buffer.from(root).toString('base64'),
      `chain ${hexOf(hash)}`,
      `recorded-from ${recorded_from}`,
      `recorded-at ${recorded_at}`,
      `signed-at ${signed_at}`,
      `number ${number}`,
      `previous ${hexOf(previous)}`,
      ...(cut === undefined ? [] : [`cut ${cut.position} ${hexOf(cut.state_hash)}`]),
    ];
  }
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

/** The type byte of a plain Ed25519 signature of a note (c2sp.org/signed-note). */
const ED25519 = Buffer.of(1);

/**
 * A checkpoint of format 3 as a signed note, which others read and cosign.
 *
 * @returns undefined for one of an older format, which is not a note
 */
export function noteOf(checkpoint: Checkpoint, key: PublicKey): string | undefined {
  const { host, chained, signature } = checkpoint;
  if (chained?.root === undefined) return undefined;
  const name = originOf({ host, log_id: chained.log_id });
  const id = createHash('sha256').update(`${name}\n`).update(ED25519).update(key.bytes).digest();
  const signed = Buffer.concat([id.subarray(0, 4), signature]).toString('base64');
  return `${textOf(checkpoint)}\n— ${name} ${signed}\n`;
}
