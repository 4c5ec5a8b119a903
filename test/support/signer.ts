// A signing key and a memory of what it signed, in a folder of its own.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignedHeads } from '../../src/events/proof/signed-heads.ts';
import { type SigningKey, signingKeyOf } from '../../src/events/proof/signing-key.ts';
import { TrustedKeys } from '../../src/events/proof/trusted-keys.ts';

export interface TestSigner {
  readonly key: SigningKey;
  readonly memory: SignedHeads;
  /** The file that the memory is in. */
  readonly file: string;
  /** Trusts the key, and no other. */
  readonly trusted: TrustedKeys;
  drop(): void;
}

export function newKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return signingKeyOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

export async function newSigner(): Promise<TestSigner> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-signer-'));
  const file = join(folder, 'signed-heads.jsonl');
  const key = newKey();
  return {
    key,
    memory: await SignedHeads.open(file),
    file,
    trusted: new TrustedKeys([key.public.key_id]),
    drop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
