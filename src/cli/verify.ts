/** `bpfledger verify`: whether a log is what was recorded; of a host, or of an exported file. */

import { createReadStream, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { hostPath } from '../client/host-path.ts';
import { restClient } from '../client/rest-client.ts';
import { hexOf } from '../events/encoding/hex.ts';
import type { KeptHead } from '../events/proof/checkpoint-check.ts';
import { parseTrustedKeys, TrustedKeys } from '../events/proof/trusted-keys.ts';
import {
  type BundleVerification,
  hostOfBundle,
  verifyBundle,
} from '../time-travel/verify/bundle.ts';
import { command, type Invocation } from './command.ts';
import { EXIT, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { beginsAsBundle } from './import/format.ts';
import { readKeptHeads } from './kept-heads.ts';
import { hostMeant } from './named/hosts.ts';
import { progressBar, readWithBar } from './progress-bar.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { type Verdicts, verdictLines } from './verdict-text.ts';

/** Heads that one request may have; the last ones of a file. */
const KEPT_MAX = 16;
const KEY_ID = /^[0-9a-f]{16}$/u;

const FLAGS = {
  checkpoint: {
    value: 'FILE',
    about: 'checkpoints that you kept elsewhere (JSON lines, or a note); the log must hold them',
  },
  witness: { value: 'VKEY,…', about: 'witnesses that must have cosigned this checkpoint (a note)' },
  key: { value: 'ID', about: 'for a FILE: trust this key (GET /v1/keys)' },
  'trusted-keys': {
    value: 'KEYS',
    about: 'for a FILE: trust the keys of the file KEYS, one a line',
  },
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: 'the verdicts as JSON' },
} as const;

type Typed = Invocation<typeof FLAGS>['flags'];

export const verify = command({
  usage: 'HOST | FILE [options]',
  about:
    'Checks that a log is what was recorded, in four verdicts. chain: the stored bytes give the\n' +
    'stored hashes, and the hashes that checkpoints signed. projections: the rows derived from the\n' +
    "log again are those in the tables. outcomes: today's rules answer each call as the log says.\n" +
    'snapshots: the stored states are those that the log gives. A FILE that bpfledger export wrote\n' +
    'is verified here, without a service; only checkpoints of the given keys count. Then it prints\n' +
    'what it cannot exclude. The exit code is 1 when a verdict fails.',
  flags: FLAGS,
  example: 'npx bpfledger verify demo',
  async run({ flags, words, print }) {
    const [subject, extra] = words;
    if (subject === undefined || extra !== undefined) {
      throw new UsageError('verify needs one HOST, or one FILE that bpfledger export wrote');
    }
    // No name of a host has a slash, and nobody calls one after a file.
    const isFile =
      statSync(subject, { throwIfNoEntry: false })?.isFile() || /\/|\.bundle$/u.test(subject);
    const verdicts = isFile ? await ofFile(subject, flags) : await ofHost(subject, flags);
    const lines = [...verdictLines(verdicts), ...(isFile ? keyHint(verdicts, flags) : [])];
    for (const line of flags.json ? [JSON.stringify(verdicts)] : lines) print.out(line);
    return verdicts.holds ? EXIT.done : EXIT.differs;
  },
});

/** What to type where a file has checkpoints and nobody said whose key to trust. */
function keyHint({ chain }: Verdicts, { key, 'trusted-keys': list }: Typed): string[] {
  const [unknown, ...others] = chain.untrusted_keys;
  if (unknown === undefined || key !== undefined || list !== undefined) return [];
  const several = others.length === 0 ? '' : ', or --trusted-keys FILE for several keys';
  return [
    `  add --key ${unknown}, if you know this key as that of the service (GET /v1/keys): then its ` +
      `checkpoints count${several}`,
  ];
}

async function ofHost(named: string, flags: Typed): Promise<Verdicts> {
  const { key, 'trusted-keys': list, checkpoint } = flags;
  if (key !== undefined) throw new UsageError('--key goes with a FILE');
  if (list !== undefined) {
    throw new UsageError(
      '--trusted-keys goes with a FILE: a service has BPFLEDGER_TRUSTED_KEYS_FILE',
    );
  }
  const client = restClient(serviceFrom(flags));
  const host = await hostMeant(client, named);
  const witnesses = witnessesOf(flags);
  const all = checkpoint === undefined ? [] : await readKeptHeads(checkpoint, host, witnesses);
  const kept = all.slice(-KEPT_MAX);
  // It reads the whole log: the time that other requests may take says nothing here.
  const query = kept.length === 0 ? '' : `?kept=${kept.map(textOf).join(',')}`;
  const path = `${hostPath(host)}/verify${query}`;
  const answer = client.open(path).then((response) => response.json());
  return (await progressBar(process.stderr).during(`verifying ${host}`, answer)) as Verdicts;
}

function witnessesOf({ witness, checkpoint }: Typed): readonly string[] {
  if (witness !== undefined && checkpoint === undefined) {
    throw new UsageError('--witness goes with --checkpoint FILE, which the witness cosigned');
  }
  return witness?.split(',') ?? [];
}

function textOf({ position, hash }: KeptHead): string {
  return `${position}:${hexOf(hash)}`;
}

async function ofFile(file: string, flags: Typed): Promise<BundleVerification> {
  const trusted = await readTrusted(flags);
  if (!(await beginsAsBundle(file))) {
    throw new InputError(`${file} is not a bundle of bpfledger export`);
  }
  const { checkpoint } = flags;
  const asInput = (error: unknown): never => {
    throw new InputError(`${file}: ${sentenceOf(error)}`);
  };
  const witnesses = witnessesOf(flags);
  // The file says itself which host's log it is.
  const kept =
    checkpoint === undefined
      ? []
      : await hostOfBundle(createReadStream(file))
          .catch(asInput)
          .then((host) => readKeptHeads(checkpoint, host, witnesses));
  const outside = { kept, ...(trusted !== undefined && { trusted, required: true }) };
  const bar = progressBar(process.stderr);
  const { size } = await stat(file).catch(asInput);
  const bytes = readWithBar(file, { bar, what: 'verifying', size });
  return verifyBundle(bytes, outside)
    .catch(asInput)
    .finally(() => bar.clear());
}

async function readTrusted(flags: Typed): Promise<TrustedKeys | undefined> {
  const { key, 'trusted-keys': list } = flags;
  if (key !== undefined && list !== undefined) {
    throw new UsageError('--key and --trusted-keys do not go together: add the key to the list');
  }
  if (key !== undefined && !KEY_ID.test(key)) {
    throw new UsageError(`--key ${key} is not a key id, which has 16 hexadecimal digits`);
  }
  if (key !== undefined) return new TrustedKeys([key]);
  if (list === undefined) return undefined;
  try {
    return parseTrustedKeys(await readFile(list, 'utf8'));
  } catch (error) {
    throw new InputError(`${list}: ${sentenceOf(error)}`);
  }
}
