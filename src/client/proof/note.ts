/**
 * Signed notes (c2sp.org/signed-note): a text, and signatures of it by named keys. A signature of a
 * key that nobody named is passed over; one of a named key that does not verify refuses the note.
 */
import {
  fromBase64,
  isEd25519,
  joinBytes,
  ProofRefused,
  same,
  sha256,
  toBase64,
  toHex,
  utf8,
} from './bytes.ts';

/** Characters and signatures of a note at most. */
const NOTE_CHARS_MAX = 65_536;
const SIGNATURES_MAX = 64;

/** Types of signatures: the log's own, and that of a witness with its time. */
const PLAIN = 1;
const COSIGNATURE = 4;

const ED25519_KEY_BYTES = 32;
const ED25519_BYTES = 64;
const ID_BYTES = 4;
const TIME_BYTES = 8;

interface Signature {
  readonly name: string;
  /** 4 bytes. */
  readonly id: Uint8Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Note {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

/** A key that verifies signatures of notes, as its text form (vkey) says. */
export interface NoteKey {
  readonly name: string;
  readonly type: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * The text and the signatures of a note; none of them is verified.
 *
 * @throws ProofRefused
 */
export function parseNote(note: string): Note {
  if (note.length > NOTE_CHARS_MAX) throw new ProofRefused('the note is too long');
  const end = note.lastIndexOf('\n\n');
  if (end < 1 || !note.endsWith('\n')) throw new ProofRefused('the note has no signatures');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) throw new ProofRefused('the note has too many signatures');
  return { text: note.slice(0, end + 1), signatures: lines.map(signatureOf) };
}

function signatureOf(line: string): Signature {
  const [, name, text] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  if (name === undefined || text === undefined) {
    throw new ProofRefused(`the note has a line that is not a signature: ${line.slice(0, 80)}`);
  }
  const bytes = fromBase64(text, 'a signature of the note');
  if (bytes.length <= ID_BYTES) throw new ProofRefused('a signature of the note is too short');
  return { name, id: bytes.slice(0, ID_BYTES), bytes: bytes.slice(ID_BYTES) };
}

/**
 * A key in its text form, `NAME+ID+BASE64`.
 *
 * @throws ProofRefused
 */
export async function parseKey(vkey: string): Promise<NoteKey> {
  const [, name, id, text] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey) ?? [];
  if (name === undefined || text === undefined) {
    throw new ProofRefused(`${vkey} is not a key of the form NAME+ID+BASE64`);
  }
  const bytes = fromBase64(text, `the key of ${name}`);
  const key = { name, type: bytes[0] ?? 0, publicKey: bytes.slice(1) };
  if (bytes.length !== 1 + ED25519_KEY_BYTES || toHex(await keyId(key)) !== id) {
    throw new ProofRefused(`the key of ${name} is not an Ed25519 key with the id ${id}`);
  }
  return key;
}

/** Whether a text is a key in its text form. */
export function isVkey(text: string): Promise<boolean> {
  return parseKey(text).then(
    () => true,
    () => false,
  );
}

function keyId({ name, type, publicKey }: NoteKey): Promise<Uint8Array> {
  const hashed = sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey);
  return hashed.then((bytes) => bytes.slice(0, ID_BYTES));
}

/** The key of a log, whose checkpoints carry its name. */
export function logKey(name: string, publicKey: Uint8Array<ArrayBuffer>): NoteKey {
  return { name, type: PLAIN, publicKey };
}

/** Whether a log's key signed the note. Throws `ProofRefused` when a signature of it is wrong. */
export async function isSignedByLog(note: Note, key: NoteKey): Promise<boolean> {
  const found = await signaturesOf(note, key);
  for (const { bytes } of found) {
    if (bytes.length === ED25519_BYTES && (await isEd25519(key.publicKey, bytes, note.text))) {
      continue;
    }
    throw new ProofRefused(`the signature of ${key.name} is wrong`);
  }
  return found.length > 0 && key.type === PLAIN;
}

/**
 * When a witness cosigned the note (c2sp.org/tlog-cosignature, v1).
 *
 * @returns seconds since the epoch; undefined when it did not
 * @throws ProofRefused when a cosignature of it is wrong
 */
export async function findCosignTime(note: Note, key: NoteKey): Promise<number | undefined> {
  if (key.type !== COSIGNATURE) {
    throw new ProofRefused(`the key of ${key.name} is not one of a witness (type 4)`);
  }
  let latest: number | undefined;
  for (const { bytes } of await signaturesOf(note, key)) {
    const time = timeOf(bytes);
    const text = `cosignature/v1\ntime ${time}\n${note.text}`;
    const isOurs =
      bytes.length === TIME_BYTES + ED25519_BYTES &&
      (await isEd25519(key.publicKey, bytes.slice(TIME_BYTES), text));
    if (!isOurs) throw new ProofRefused(`the cosignature of ${key.name} is wrong`);
    latest = Math.max(latest ?? 0, time);
  }
  return latest;
}

function timeOf(bytes: Uint8Array<ArrayBuffer>): number {
  if (bytes.length < TIME_BYTES) return 0;
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
}

async function signaturesOf({ signatures }: Note, key: NoteKey): Promise<readonly Signature[]> {
  const id = await keyId(key);
  return signatures.filter((one) => one.name === key.name && same(one.id, id));
}

/** Signs as a witness: the line that is added to a note. */
export interface Cosigner {
  readonly name: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Ed25519, of a text. */
  sign(text: string): Uint8Array;
}

/** The key of a witness in its text form. */
export async function witnessKey({ name, publicKey }: Cosigner): Promise<string> {
  const key = { name, type: COSIGNATURE, publicKey };
  const text = toBase64(joinBytes(Uint8Array.of(COSIGNATURE), publicKey));
  return `${name}+${toHex(await keyId(key))}+${text}`;
}

/**
 * A note with one more signature line. The caller has checked what it says.
 *
 * @param time seconds since the epoch
 */
export async function cosignNote(note: string, cosigner: Cosigner, time: number): Promise<string> {
  const { name, publicKey } = cosigner;
  const { text } = parseNote(note);
  const stamp = new Uint8Array(TIME_BYTES);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  const signature = cosigner.sign(`cosignature/v1\ntime ${time}\n${text}`);
  const id = await keyId({ name, type: COSIGNATURE, publicKey });
  return `${note}— ${name} ${toBase64(joinBytes(id, stamp, signature))}\n`;
}
