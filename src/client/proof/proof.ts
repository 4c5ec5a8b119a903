/**
 * The package's door `bpfledger/proof`: verifies what a service says about a log, from files alone and
 * without trust in the service. It uses what browsers have, and needs no other package.
 */
import { fromBase64, fromHex, ProofRefused, sha256, toHex } from './bytes.ts';
import {
  findCosignTime,
  isSignedByLog,
  isVkey,
  logKey,
  type Note,
  parseKey,
  parseNote,
} from './note.ts';
import { checkGrowth, checkInclusion, leafHash, type Tree } from './tree.ts';

export { ProofRefused };

/** Characters of a proof at most: the text of an event is in it. */
const PROOF_CHARS_MAX = 64 * 1024 * 1024;
const HASHES_MAX = 63;
const HASH_BYTES = 32;
const LOG_KEY = /^[0-9a-f]{64}$/u;
const COUNT = /^(?:0|[1-9]\d{0,15})$/u;

/** Whom the caller trusts. */
export interface Trust {
  /** The key of the log: 64 hexadecimal digits (`public_key` of GET /v1/keys), or its vkey. */
  readonly log: string;
  /** Keys of witnesses (vkeys, type 4); each of them must have cosigned. */
  readonly witnesses?: readonly string[];
}

/** A checkpoint whose signatures were verified. */
export interface OpenCheckpoint {
  /** The log: `bpfledger/HOST/LOG_ID`. */
  readonly origin: string;
  /** The last event that it covers, and the size of the tree. */
  readonly position: number;
  /** Root of the tree, in hexadecimal. */
  readonly root: string;
  /** Chain value of the event at the position, in hexadecimal; undefined in notes of other logs. */
  readonly hash: string | undefined;
  /** When each witness cosigned it, seconds since the epoch, in the order of `Trust.witnesses`. */
  readonly cosigned: readonly { readonly name: string; readonly time: number }[];
}

/** An event that is proven to be in a log. */
export interface ProvenEvent {
  readonly checkpoint: OpenCheckpoint;
  readonly position: number;
  /** Microseconds since the epoch. */
  readonly recorded_at: number;
  /** Its canonical text (docs/adr/0004). */
  readonly body: string;
}

/**
 * Opens a checkpoint: a signed note (c2sp.org/tlog-checkpoint).
 *
 * @throws ProofRefused when the log's key, or a witness, did not sign it
 */
export async function openCheckpoint(note: string, trust: Trust): Promise<OpenCheckpoint> {
  const parsed = parseNote(note);
  const [origin = '', size = '', root = '', ...extensions] = parsed.text.split('\n');
  if (!COUNT.test(size)) throw new ProofRefused('the second line of the checkpoint is not a size');
  if (!(await isSignedByLog(parsed, await keyOf(trust.log, origin)))) {
    throw new ProofRefused(`the checkpoint of ${origin} is not signed by the key that you gave`);
  }
  const chain = extensions.find((line) => line.startsWith('chain '))?.slice('chain '.length);
  return {
    origin,
    position: Number(size),
    root: toHex(hashOf(root)),
    hash: chain,
    cosigned: await listCosigners(parsed, trust.witnesses ?? []),
  };
}

/** Whether a text is the key of a log, in one of the forms that `Trust.log` takes. */
export async function isLogKey(text: string): Promise<boolean> {
  return LOG_KEY.test(text) || (await isVkey(text));
}

async function keyOf(given: string, origin: string) {
  if (LOG_KEY.test(given)) return logKey(origin, fromHex(given, 'the key'));
  return parseKey(given);
}

async function listCosigners(note: Note, witnesses: readonly string[]) {
  const times: { name: string; time: number }[] = [];
  for (const vkey of witnesses) {
    const key = await parseKey(vkey);
    const time = await findCosignTime(note, key);
    if (time === undefined) throw new ProofRefused(`${key.name} did not cosign the checkpoint`);
    times.push({ name: key.name, time });
  }
  return times;
}

function hashOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(text, `the hash ${text.slice(0, 50)}`);
  if (bytes.length !== HASH_BYTES) throw new ProofRefused(`a hash has ${HASH_BYTES} bytes`);
  return bytes;
}

function treeOf({ position, root }: OpenCheckpoint): Tree {
  return { size: position, root: fromHex(root, 'the root') };
}

/** The lines of a proof, and the checkpoint after its first empty line. */
function partsOf(proof: string): { readonly lines: string[]; readonly note: string } {
  if (proof.length > PROOF_CHARS_MAX) throw new ProofRefused('the proof is too long');
  const end = proof.indexOf('\n\n');
  if (end === -1) throw new ProofRefused('the proof has no checkpoint after an empty line');
  return { lines: proof.slice(0, end).split('\n'), note: proof.slice(end + 2) };
}

function hashesOf(lines: readonly string[]): Uint8Array[] {
  if (lines.length > HASHES_MAX) throw new ProofRefused('the proof has too many hashes');
  return lines.map(hashOf);
}

/** A number after a word: `index 4`. */
function numberAfter(word: string, line: string | undefined): number {
  const text = line?.startsWith(`${word} `) ? line.slice(word.length + 1) : '';
  if (!COUNT.test(text)) throw new ProofRefused(`the proof lacks its line "${word} N"`);
  return Number(text);
}

/**
 * Verifies that an event is in a log (c2sp.org/tlog-proof). The event itself is in the extra data:
 * what its hash is computed of, and the tree's leaf is of this hash.
 *
 * @param proof what `bpfledger proof inclusion` wrote
 * @throws ProofRefused when it does not prove it
 */
export async function verifyInclusion(proof: string, trust: Trust): Promise<ProvenEvent> {
  const { lines, note } = partsOf(proof);
  const [format, extra, index, ...hashes] = lines;
  if (format !== 'c2sp.org/tlog-proof@v1') throw new ProofRefused('it is not a proof of inclusion');
  const checkpoint = await openCheckpoint(note, trust);
  const at = numberAfter('index', index);
  const hashed = fromBase64(
    extra?.startsWith('extra ') ? extra.slice('extra '.length) : '',
    'the event of the proof',
  );
  const event = eventOf(hashed);
  if (event.position !== at + 1) {
    throw new ProofRefused(`the event is at position ${event.position}, and not at ${at + 1}`);
  }
  const leaf = await leafHash(await sha256(hashed));
  await checkInclusion(treeOf(checkpoint), { index: at, leaf }, hashesOf(hashes));
  return { checkpoint, ...event };
}

/** Of the hash before it, position, time, and length of the text. */
const HEAD_BYTES = 52;

/** What an event's hash is computed of (`events/encoding/hash-chain.ts`), read back. */
function eventOf(hashed: Uint8Array<ArrayBuffer>) {
  const view = new DataView(hashed.buffer, hashed.byteOffset, hashed.byteLength);
  if (hashed.length < HEAD_BYTES || view.getUint32(48) !== hashed.length - HEAD_BYTES) {
    throw new ProofRefused('the proof has no whole event');
  }
  return {
    position: Number(view.getBigUint64(32)),
    recorded_at: Number(view.getBigUint64(40)),
    body: new TextDecoder('utf-8', { fatal: true }).decode(hashed.slice(HEAD_BYTES)),
  };
}

/** An older tree that somebody kept, such as a checkpoint that was opened. */
export type KeptTree = Pick<OpenCheckpoint, 'origin' | 'position' | 'root'>;

/**
 * Verifies that a log continues what it was: nothing up to an older checkpoint was changed or removed.
 *
 * @param proof what `bpfledger proof consistency` wrote (the body of a witness's add-checkpoint)
 * @param kept undefined: nothing is known yet, and any log continues it
 * @returns the checkpoint of the proof
 * @throws ProofRefused when it does not prove it
 */
export async function verifyConsistency(
  proof: string,
  trust: Trust,
  kept: KeptTree | undefined,
): Promise<OpenCheckpoint> {
  const { lines, note } = partsOf(proof);
  const [first, ...hashes] = lines;
  const from = numberAfter('old', first);
  const checkpoint = await openCheckpoint(note, trust);
  if (from !== (kept?.position ?? 0)) {
    throw new ProofRefused(
      `the proof begins at position ${from}, and the kept checkpoint is of ${kept?.position ?? 0}`,
    );
  }
  if (kept !== undefined && kept.origin !== checkpoint.origin) {
    throw new ProofRefused(`the checkpoint is of ${checkpoint.origin}, and not of ${kept.origin}`);
  }
  const old = { size: from, root: fromHex(kept?.root ?? '', 'the kept root') };
  await checkGrowth(old, treeOf(checkpoint), hashesOf(hashes));
  return checkpoint;
}
