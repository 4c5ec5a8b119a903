/** `bpfledger witness`: cosigns checkpoints with a key of its own, if the log only grew since the last one. */
import { sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostPath } from '../client/host-path.ts';
import { type Cosigner, cosignNote, witnessKey } from '../client/proof/note.ts';
import {
  openCheckpoint,
  ProofRefused,
  type Trust,
  verifyConsistency,
} from '../client/proof/proof.ts';
import { restClient } from '../client/rest-client.ts';
import { systemClock } from '../events/clock.ts';
import { readSigningKey } from '../events/proof/signing-key.ts';
import { command, type Invocation } from './command.ts';
import { printExactly } from './exact-text.ts';
import { EXIT, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { type CosignedLogs, withCosignedLogs } from './witness/cosigned-logs.ts';

const FLAGS = {
  name: { value: 'NAME', about: 'the name of the witness, such as example.org/witness-1' },
  'key-file': {
    value: 'FILE',
    about: 'its private key (openssl genpkey -algorithm ed25519), not that of the service',
  },
  state: { value: 'FILE', about: 'for sign: what it cosigned last of each log; keep it' },
  'log-key': { value: 'KEY', about: 'for sign, the first time: the key of the log (GET /v1/keys)' },
  output: { value: 'FILE', about: 'for sign: write the cosigned checkpoint to FILE' },
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
} as const;

type Typed = Invocation<typeof FLAGS>['flags'];

export const witness = command({
  usage: 'sign HOST | sign FILE | key [options]',
  about:
    'sign: takes the last checkpoint of a host, or the one in a FILE that a service published, with\n' +
    'its proof of consistency, and cosigns it if the log continues the one that it cosigned last.\n' +
    'Run it on a machine, and with a key, that those who run the service cannot use. It prints the\n' +
    'checkpoint with the cosignature; bpfledger proof check and verify ask for it by --witness. key:\n' +
    'prints the public key (vkey) of the witness. The exit code is 1 when it does not cosign.',
  flags: FLAGS,
  example:
    'npx bpfledger witness sign demo --name example.org/w1 --key-file w1.pem --state w1.json --log-key KEY',
  async run({ flags, words, print }) {
    const [verb, subject, extra] = words;
    const isSign = verb === 'sign' && subject !== undefined && extra === undefined;
    if (!isSign && !(verb === 'key' && subject === undefined)) {
      throw new UsageError('type witness sign HOST, witness sign FILE, or witness key');
    }
    const cosigner = await cosignerFrom(flags);
    if (!isSign) {
      print.out(await witnessKey(cosigner));
      return EXIT.done;
    }
    const { state, output } = flags;
    if (state === undefined) throw new UsageError('witness sign needs --state FILE');
    try {
      const note = await withCosignedLogs(state, (logs) => cosign(subject, cosigner, flags, logs));
      if (output === undefined) printExactly(note);
      else await replaceFile(output, note);
      return EXIT.done;
    } catch (error) {
      if (!(error instanceof ProofRefused)) throw error;
      print.out(`not cosigned: ${error.message}`);
      return EXIT.differs;
    }
  },
});

async function cosignerFrom({ name, 'key-file': file }: Typed): Promise<Cosigner> {
  if (name === undefined || file === undefined) {
    throw new UsageError('witness needs --name NAME and --key-file FILE');
  }
  if (!/^[^\s+]+$/u.test(name)) {
    throw new UsageError(`--name ${name} has a blank or a plus; try example.org/witness-1`);
  }
  const key = await readSigningKey(file).catch((error: unknown) => {
    throw new InputError(`${file}: ${sentenceOf(error)}`);
  });
  return {
    name,
    publicKey: Uint8Array.from(key.public.bytes),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key.private),
  };
}

/** Where checkpoints and proofs come from. */
interface CheckpointSource {
  /** The last checkpoint: a note that nobody verified yet. */
  readonly note: string;
  /** A proof that it continues the log up to a position. */
  consistency(from: number): Promise<string>;
}

/** The note with the cosignature; `logs` then has it. */
async function cosign(
  subject: string,
  cosigner: Cosigner,
  flags: Typed,
  logs: CosignedLogs,
): Promise<string> {
  const source = existsSync(subject) ? await readPublished(subject) : await ofHost(subject, flags);
  const [origin = ''] = source.note.split('\n', 1);
  const known = logs[origin];
  const trust: Trust = { log: keyFor(origin, known?.key, flags['log-key']) };
  const kept = known && (await openCheckpoint(known.note, trust));
  const proof = await source.consistency(kept?.position ?? 0);
  const { origin: proven } = await verifyConsistency(proof, trust, kept);
  if (proven !== origin) throw new ProofRefused(`the proof is of ${proven}, and not of ${origin}`);
  const seconds = Math.floor(systemClock.now() / 1_000_000);
  const note = await cosignNote(noteIn(proof), cosigner, seconds);
  logs[origin] = { key: trust.log, note };
  return note;
}

function keyFor(origin: string, known: string | undefined, given: string | undefined): string {
  if (known === undefined && given === undefined) {
    throw new UsageError(`${origin} is new to this witness: give its key by --log-key`);
  }
  if (known !== undefined && given !== undefined && given !== known) {
    throw new UsageError(`--log-key is not the key that this witness knows of ${origin}`);
  }
  return known ?? given ?? '';
}

async function ofHost(host: string, flags: Typed): Promise<CheckpointSource> {
  const client = restClient(serviceFrom(flags));
  const consistency = async (from: number) => {
    const path = `${hostPath(host)}/proofs/consistency?from=${from}`;
    return (await client.get<{ readonly proof: string }>(path)).proof;
  };
  return { note: noteIn(await consistency(0)), consistency };
}

/** What a service published: a proof from the checkpoint that it published before. */
async function readPublished(file: string): Promise<CheckpointSource> {
  const text = await readFile(file, 'utf8');
  const note = noteIn(text);
  const [, size] = note.split('\n', 2);
  return {
    note,
    async consistency(from) {
      // Of a log that is new here, or did not grow, the checkpoint alone is enough.
      if (from === 0 || String(from) === size) return `old ${from}\n\n${note}`;
      if (text.startsWith(`old ${from}\n`)) return text;
      throw new InputError(
        `${file} has no proof from position ${from}, which was cosigned last: name the HOST, so that ` +
          'the service is asked for one',
      );
    },
  };
}

function noteIn(proof: string): string {
  const end = proof.indexOf('\n\n');
  if (!proof.startsWith('old ') || end === -1) {
    throw new InputError('it has no proof of consistency, which begins with: old N');
  }
  return proof.slice(end + 2);
}

async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}
