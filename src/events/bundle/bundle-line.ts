/**
 * The lines of a bundle: one exported log in one file of JSON lines. Each line ends with the
 * SHA-256 of its own bytes before that field, so that damage shows by line; the hashes of the
 * events show what a forger changed, who can compute the digests of lines again.
 *
 *     {"type":"bundle","version":3,"host":"web1","position":2,"hash":"…","log":{…},"sha256":"…"}
 *     {"type":"key","key_id":"…","public_key":"…","sha256":"…"}
 *     {"type":"cut","position":10000,"hash":"…","tree":"…","state_hash":"…",…,"sha256":"…"}
 *     {"type":"state","bytes":"…","sha256":"…"}
 *     {"type":"version","table":"link_versions","row":"[…]","sha256":"…"}
 *     {"type":"kept","position":17,"recorded_at":…,"body":"…","sha256":"…"}
 *     {"type":"checkpoint","host":"web1","position":1,…,"sha256":"…"}
 *     {"type":"segment","position_from":1,"position_to":10000,"hash":"…","bytes":"…","sha256":"…"}
 *     {"type":"event","position":10001,"recorded_at":…,"body":"…","hash":"…","sha256":"…"}
 *     {"type":"batch","position_to":10001,"recorded_at":…,"at_max":…,"writer":…,"hash":"…",…}
 *     {"type":"end","lines":7,"sha256":"…"}
 *
 * Keys come first, a checkpoint before the events that it is about, events and segments in order. Of a
 * log that was cut, the cut comes before all of them, with the state there in pieces, the rows of what
 * lived there, and the events from before it that they name.
 */
import { hash as hashOf } from 'node:crypto';
import { z } from 'zod';
import { bufferOn } from '../encoding/hex.ts';
import { compileWhenNeeded } from '../schema/compile-when-needed.ts';
import { isHeavyLine } from './weight.ts';

/**
 * Version of the format that this program writes. It reads version 2 too, which has no checkpoints of
 * format 3, and version 1, which does not say what the chain begins with (zeros) and has checkpoints
 * of format 1 only.
 */
export const BUNDLE_VERSION = 3;
/**
 * The version of a bundle of a log that was cut, whose checkpoints may state the cut. Version 4 is read
 * too, whose checkpoints did not: a program that knows no later one would take such a line for damaged.
 */
export const CUT_BUNDLE_VERSION = 5;
/** Media type of a bundle. */
export const BUNDLE_TYPE = 'application/vnd.bpfledger.bundle+ndjson';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `must be ${bytes} bytes in hexadecimal`);
const count = z.int().min(0);
const position = z.int().min(1);
const hash = hex(32);
const key_id = hex(8);
const log_id = z.uuid();

const lineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bundle'),
    version: z.literal([1, 2, BUNDLE_VERSION, 4, CUT_BUNDLE_VERSION]),
    /** The name of the host where it was exported. */
    host: z.string().min(1),
    /** The last position, and its chain value. */
    position,
    hash,
    /** The log that its checkpoints must name, and the beginning of its chain. */
    log: z
      .strictObject({
        log_id: log_id.nullable(),
        born: z.strictObject({ host: z.string().min(1), log_id }).nullable(),
        recorded_from: position,
      })
      .exactOptional(),
  }),
  z.strictObject({ type: z.literal('key'), key_id, public_key: hex(32) }),
  z.strictObject({
    type: z.literal('checkpoint'),
    host: z.string().min(1),
    position,
    hash,
    recorded_at: count,
    signed_at: count,
    key_id,
    signature: hex(64),
    chained: z
      .strictObject({
        number: position,
        previous: hash,
        log_id: log_id.nullable(),
        recorded_from: position,
        root: hash.exactOptional(),
        /** The cut of the log when it was signed. */
        cut: z.strictObject({ position, state_hash: hash }).exactOptional(),
      })
      .exactOptional(),
  }),
  z.strictObject({
    type: z.literal('cut'),
    position: z.int().min(2),
    hash,
    recorded_at: count,
    at_max: z.int(),
    /** 1 to 53 hashes. */
    tree: z.string().regex(/^(?:[0-9a-f]{64}){1,53}$/u),
    /** The version of the state. */
    version: z.int().min(1),
    state_hash: hash,
    actor: z.string(),
    cut_at: count,
    reason: z.string(),
  }),
  z.strictObject({ type: z.literal('state'), bytes: z.base64() }),
  /** A row of a projection, as a JSON list of its values. */
  z.strictObject({ type: z.literal('version'), table: z.string(), row: z.string() }),
  /** An event from before the cut, or the one there. */
  z.strictObject({ type: z.literal('kept'), position, recorded_at: count, body: z.string() }),
  z.strictObject({
    type: z.literal('segment'),
    position_from: position,
    position_to: position,
    hash,
    bytes: z.base64(),
  }),
  z.strictObject({
    type: z.literal('event'),
    position,
    recorded_at: count,
    body: z.string(),
    hash,
  }),
  z.strictObject({
    type: z.literal('batch'),
    position_to: position,
    recorded_at: count,
    at_max: z.int(),
    writer: count,
    hash,
  }),
  z.strictObject({ type: z.literal('end'), lines: count }),
]);

/** The schema as one function: a bundle may have millions of lines. */
const bundleLine = compileWhenNeeded(lineSchema);

export type BundleLine = z.output<typeof lineSchema>;
export type LineOf<T extends BundleLine['type']> = Extract<BundleLine, { readonly type: T }>;

/** Whether a bundle with such a first line may have a cut. */
export function mayBeCut(first: LineOf<'bundle'> | undefined): boolean {
  return (first?.version ?? 0) > BUNDLE_VERSION;
}

const DIGEST_HEAD = ',"sha256":"';
/** `,"sha256":"`, 64 digits, `"}`. */
const DIGEST_BYTES = DIGEST_HEAD.length + 64 + 2;

function digestLine(head: Uint8Array): string {
  return `${DIGEST_HEAD}${hashOf('sha256', head, 'hex')}"}`;
}

/** A line as it is written, without its newline. */
export function writeLine(line: BundleLine): string {
  const head = JSON.stringify(line).slice(0, -1);
  return `${head}${digestLine(Buffer.from(head, 'utf8'))}`;
}

/** The value of a line, or undefined when the line is damaged. */
export function readLine(bytes: Uint8Array): BundleLine | undefined {
  if (bytes.length < DIGEST_BYTES) return undefined;
  const line = bufferOn(bytes);
  const head = line.subarray(0, line.length - DIGEST_BYTES);
  const tail = line.toString('latin1', line.length - DIGEST_BYTES);
  // The digest last: of a line of 64 MiB it takes longer than all else.
  if (isHeavyLine(head) || tail !== digestLine(head)) return undefined;
  try {
    const parsed = bundleLine().safeParse(JSON.parse(`${head.toString('utf8')}}`));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** What is to be said of a first line that is sound, and of a version that this program does not know. */
export function newerVersion(bytes: Uint8Array): string | undefined {
  const line = bufferOn(bytes);
  const head = line.subarray(0, Math.max(0, line.length - DIGEST_BYTES));
  const digits = /^\{"type":"bundle","version":(\d{1,9}),/u.exec(
    head.toString('latin1', 0, 64),
  )?.[1];
  const version = Number(digits ?? 0);
  if (version <= CUT_BUNDLE_VERSION) return undefined;
  if (line.toString('latin1', head.length) !== digestLine(head)) return undefined;
  return `the file has version ${version}, and was written by a newer version of bpfledger: this one reads up to ${CUT_BUNDLE_VERSION}`;
}
