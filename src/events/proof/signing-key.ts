/**
 * The key that signs checkpoints: Ed25519, made at the first start and kept in a file that only
 * its owner can read, or given by the operator. Its owner can sign any log, so it must be
 * kept from those who can write to the database.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDataFolder } from '../storage/data-folder.ts';

/** Bytes of an Ed25519 public key. */
const PUBLIC_KEY_BYTES = 32;
const KEY_ID_CHARS = 16;

export interface PublicKey {
  /** The first 16 hexadecimal digits of the SHA-256 of the key's bytes. */
  readonly key_id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  readonly key: KeyObject;
}

export interface SigningKey {
  readonly private: KeyObject;
  readonly public: PublicKey;
}

/**
 * A public key from its 32 bytes.
 *
 * @throws Error when they are not 32
 */
export function publicKeyOf(bytes: Uint8Array): PublicKey {
  if (bytes.length !== PUBLIC_KEY_BYTES) {
    throw new Error(`a public key has ${PUBLIC_KEY_BYTES} bytes, not ${bytes.length}`);
  }
  const x = Buffer.from(bytes).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { key_id: digest.slice(0, KEY_ID_CHARS), bytes, key };
}

/**
 * The signing key in PEM (PKCS #8).
 *
 * @throws Error when the text is not an Ed25519 private key; the message has nothing of the text
 */
export function signingKeyOf(pem: string): SigningKey {
  const key = privateKeyOf(pem);
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Error(`it is a key of the type ${key.asymmetricKeyType}, not Ed25519`);
  }
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { private: key, public: publicKeyOf(Buffer.from(x, 'base64url')) };
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error('it has no private key in PEM (try: openssl genpkey -algorithm ed25519)');
  }
}

/**
 * Reads the key in a file.
 *
 * @throws Error that says what is wrong: missing, readable by others, not Ed25519
 */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw new Error(`${file} has mode ${shown}, so others can use the key (chmod 600 ${file})`);
  }
  return signingKeyOf(await readFile(file, 'utf8'));
}

/** Reads the key in a file; creates one when there is none. */
export async function ownSigningKey(file: string): Promise<SigningKey> {
  await makeDataFolder(dirname(file));
  try {
    const made = await open(file, 'wx', 0o600);
    try {
      const { privateKey } = generateKeyPairSync('ed25519');
      await made.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await made.sync();
    } finally {
      await made.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readSigningKey(file);
}
