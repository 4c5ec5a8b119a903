/** `bpfledger checkpoint`: signs the head of a log, lists checkpoints, accepts another log. */

import { join } from 'node:path';
import { hostPath } from '../client/host-path.ts';
import { restClient } from '../client/rest-client.ts';
import { systemClock } from '../events/clock.ts';
import { bytesOf } from '../events/encoding/hex.ts';
import { SIGNED_HEADS_FILE, SignedHeads } from '../events/proof/signed-heads.ts';
import { command, type Invocation } from './command.ts';
import { printExactly } from './exact-text.ts';
import { EXIT, InputError, UsageError } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

interface Checkpoint {
  readonly host: string;
  readonly position: number;
  readonly hash: string;
  readonly signed_at: string;
  readonly key_id: string;
  /** Absent in formats 1 and 2. */
  readonly note?: string;
}

interface CheckpointPage {
  readonly items: readonly Checkpoint[];
  readonly next?: string;
}

const HASH = /^[0-9a-f]{64}$/u;
const POSITION = /^[1-9]\d{0,15}$/u;

const FLAGS = {
  position: { value: 'N', about: 'for accept: the head position of the correct log' },
  hash: { value: 'HASH', about: 'for accept: its hash, 64 digits (verify --json shows it)' },
  'data-dir': {
    value: 'DIR',
    about: `for accept: the data folder of the service, with ${SIGNED_HEADS_FILE} (BPFLEDGER_DATA_DIR)`,
  },
  note: { about: 'as a signed note (C2SP), for proofs and witnesses' },
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "as the API's JSON, one a line" },
} as const;

export const checkpoint = command({
  usage: '[sign | list | accept] HOST [options]',
  about:
    'sign: the service signs the head of the log of a host. list: prints the checkpoints. Keep\n' +
    'checkpoints elsewhere: later they prove that nothing before them was rewritten. A service\n' +
    'does not sign a log that lacks what it signed before. accept: after an intended restore,\n' +
    'records in the data folder that the log with HASH at position N is the correct one.',
  flags: FLAGS,
  example: 'npx bpfledger checkpoint demo',
  async run({ flags, words, print }) {
    const [first, second, ...extra] = words;
    const verb = second === undefined ? 'sign' : first;
    const host = second ?? first;
    const known = verb === 'sign' || verb === 'list' || verb === 'accept';
    if (host === undefined || extra.length > 0 || !known) {
      throw new UsageError('type checkpoint HOST, checkpoint list HOST, or checkpoint accept HOST');
    }
    if (verb === 'accept') return accept(host, flags, print);
    const client = restClient(serviceFrom(flags));
    const path = `${hostPath(await hostMeant(client, host))}/checkpoints`;
    const show = (one: Checkpoint) => {
      if (flags.note) printExactly(noteOf(one));
      else print.out(flags.json ? JSON.stringify(one) : textOf(one));
    };
    if (verb === 'sign') {
      show(await client.post<Checkpoint>(path, {}));
      return EXIT.done;
    }
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const page: CheckpointPage = await client.get<CheckpointPage>(
        `${path}?limit=1000&after=${after}`,
      );
      for (const one of page.items) show(one);
      after = page.next;
    }
    return EXIT.done;
  },
});

async function accept(
  host: string,
  flags: Invocation<typeof FLAGS>['flags'],
  print: Invocation<typeof FLAGS>['print'],
) {
  const { position = '', hash = '' } = flags;
  if (!POSITION.test(position) || !HASH.test(hash)) {
    throw new UsageError(
      'accept needs --position N and --hash HASH (64 hexadecimal digits): the head of the correct ' +
        'log, as bpfledger verify HOST --json shows it',
    );
  }
  // It imports the whole service, which takes long to load.
  const { storageFrom } = await import('./settings.ts');
  const file = join(storageFrom(flags, process.env).dataDir, SIGNED_HEADS_FILE);
  const head = { position: Number(position), hash: bytesOf(hash) };
  const memory = await SignedHeads.open(file);
  const before = await memory.of(host);
  await memory.accept(host, head, systemClock.now());
  const was = before === undefined ? 'nothing' : `position ${before.position}`;
  print.out(`${host}: position ${position} is accepted; remembered before: ${was} (${file})`);
  return EXIT.done;
}

function noteOf({ position, note }: Checkpoint): string {
  if (note !== undefined) return note;
  throw new InputError(
    `the checkpoint of position ${position} was signed by an older program and is not a note: the next ` +
      'one will be',
  );
}

function textOf({ host, position, hash, signed_at, key_id }: Checkpoint): string {
  return `${host} at position ${position}: hash ${hash}, signed ${signed_at} by key ${key_id}`;
}
