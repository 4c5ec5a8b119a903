/** `bpfledger proof`: shows the state of a log to somebody who trusts neither it nor its service. */

import { readFile, writeFile } from 'node:fs/promises';
import { hostPath } from '../client/host-path.ts';
import { isVkey } from '../client/proof/note.ts';
import {
  isLogKey,
  type OpenCheckpoint,
  openCheckpoint,
  ProofRefused,
  verifyConsistency,
  verifyInclusion,
} from '../client/proof/proof.ts';
import { restClient } from '../client/rest-client.ts';
import { command, type Printer } from './command.ts';
import { printExactly } from './exact-text.ts';
import { EXIT, type ExitCode, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

interface Proof {
  readonly checkpoint: number;
  readonly proof: string;
}

const POSITION = /^(?:0|[1-9]\d{0,15})$/u;

export const proof = command({
  usage: 'inclusion HOST POSITION | consistency HOST FROM | check FILE [options]',
  about:
    'inclusion: a proof that the event at POSITION is in the log that was signed. consistency: that\n' +
    'the log continues what it was at position FROM, of which somebody has a checkpoint. Both are\n' +
    'text files of the C2SP formats, with the checkpoint. check verifies a FILE without any\n' +
    'service: name the key of the log, which you got elsewhere (GET /v1/keys), and the witnesses\n' +
    'that must have cosigned. The exit code is 1 when the file does not prove it.',
  flags: {
    checkpoint: {
      value: 'N',
      about: 'of the last checkpoint up to position N (default: the last)',
    },
    output: { value: 'FILE', about: 'write to FILE' },
    key: { value: 'KEY', about: 'for check: the key of the log, 64 digits or a vkey' },
    witness: { value: 'VKEY,…', about: 'for check: witnesses that must have cosigned' },
    kept: { value: 'FILE', about: 'for check of consistency: the older checkpoint, a signed note' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: 'for check: what is proven, as JSON' },
  },
  example: 'npx bpfledger proof inclusion demo 34 --output 34.tlog-proof',
  async run({ flags, words, print }) {
    const [verb, subject, at, extra] = words;
    if (verb === 'check' && subject !== undefined && at === undefined) {
      return check(subject, flags, print);
    }
    const isProof = verb === 'inclusion' || verb === 'consistency';
    if (!isProof || subject === undefined || at === undefined || extra !== undefined) {
      throw new UsageError(
        'type proof inclusion HOST POSITION, proof consistency HOST FROM, or proof check FILE',
      );
    }
    if (!POSITION.test(at)) throw new UsageError(`${at} is not a position, a number from 1 on`);
    const query = new URLSearchParams({ [verb === 'inclusion' ? 'position' : 'from']: at });
    if (flags.checkpoint !== undefined) query.set('checkpoint', flags.checkpoint);
    const client = restClient(serviceFrom(flags));
    const written = await client.get<Proof>(`${hostPath(subject)}/proofs/${verb}?${query}`);
    if (flags.output === undefined) {
      printExactly(written.proof);
      return EXIT.done;
    }
    await writeFile(flags.output, written.proof);
    print.err(`${flags.output}: by the checkpoint of position ${written.checkpoint}`);
    return EXIT.done;
  },
});

interface CheckFlags {
  readonly key: string | undefined;
  readonly witness: string | undefined;
  readonly kept: string | undefined;
  readonly json: true | undefined;
}

async function check(file: string, flags: CheckFlags, print: Printer): Promise<ExitCode> {
  const { key, witness, kept, json } = flags;
  if (key === undefined) throw new UsageError('proof check needs --key KEY, the key of the log');
  const witnesses = witness?.split(',') ?? [];
  if (!(await isLogKey(key))) {
    throw new UsageError(
      `--key ${key} is not a key; give the public key of the log, 64 digits 0-9a-f (public_key of ` +
        'GET /v1/keys), or its vkey, NAME+ID+BASE64',
    );
  }
  for (const vkey of witnesses) {
    if (!(await isVkey(vkey))) {
      throw new UsageError(
        `--witness ${vkey} is not a key of a witness; give its vkey, NAME+ID+BASE64`,
      );
    }
  }
  const text = await readText(file);
  const trust = { log: key, witnesses };
  try {
    const proven = text.startsWith('old ')
      ? { checkpoint: await consistencyOf(text, trust, kept) }
      : await verifyInclusion(text, trust);
    if (json) print.out(JSON.stringify(proven));
    else for (const line of linesOf(proven)) print.out(line);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof ProofRefused)) throw error;
    print.out(`${file} proves nothing: ${error.message}`);
    return EXIT.differs;
  }
}

async function consistencyOf(
  text: string,
  trust: Parameters<typeof openCheckpoint>[1],
  kept: string | undefined,
): Promise<OpenCheckpoint> {
  if (kept === undefined) {
    throw new UsageError(
      'proof check of consistency needs --kept FILE, the older checkpoint (checkpoint HOST --note)',
    );
  }
  const older = await openCheckpoint(await readText(kept), { log: trust.log });
  return verifyConsistency(text, trust, older);
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(sentenceOf(error));
  });
}

function linesOf(proven: {
  readonly checkpoint: OpenCheckpoint;
  readonly position?: number;
  readonly recorded_at?: number;
  readonly body?: string;
}): string[] {
  const { checkpoint, position, recorded_at = 0, body } = proven;
  const time = new Date(recorded_at / 1000).toISOString();
  return [
    position === undefined
      ? `${checkpoint.origin} continues the kept checkpoint up to position ${checkpoint.position}`
      : `${checkpoint.origin} has this event at position ${position}, recorded ${time}:`,
    ...(body === undefined ? [] : [`    ${body}`]),
    `  checkpoint of position ${checkpoint.position}, root ${checkpoint.root}`,
    ...checkpoint.cosigned.map(({ name, time: at }) => {
      return `  cosigned by ${name} at ${new Date(at * 1000).toISOString()}`;
    }),
    ...(checkpoint.cosigned.length > 0
      ? []
      : ['  not excluded: no witness was asked for, so the log may show others another history']),
  ];
}
