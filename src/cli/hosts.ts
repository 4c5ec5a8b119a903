/** `bpfledger hosts`: the hosts of a service, a new one, and the end of one. */

import { restClient } from '../client/rest-client.ts';
import { command, type Invocation } from './command.ts';
import { listDeleted } from './deleted-hosts.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { releaseNote } from './release-note.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { spareTime } from './spare-text.ts';
import { STORAGE_FLAGS } from './storage-flags.ts';
import {
  type Column,
  createTable,
  type Room,
  roomOf,
  type TableLayout,
  WIDE_FLAG,
} from './table.ts';

const FLAGS = {
  release: {
    value: 'R',
    about: 'for create: kernel, such as 6.18, 5.10.262, v2-series, `uname -r`',
  },
  at: {
    value: 'TIME',
    about: 'for create: when it booted (RFC 3339), before the first event of a recording',
  },
  config: { value: 'JSON', about: 'for create: what differs at boot, such as {"nofile":64}' },
  yes: { about: 'for delete: really do it; without it, the command only shows what would go' },
  reason: { value: 'TEXT', about: 'for delete: why; kept with the record of the deletion' },
  ...STORAGE_FLAGS,
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "one JSON object a line, as the API's" },
  wide: WIDE_FLAG,
} as const;

export const hosts = command({
  usage: 'list | create NAME --release R | delete NAME --yes | deleted [options]',
  about:
    'list: the hosts of a service. create: a new log with its first boot. delete: removes a host with\n' +
    'all that was recorded of it, for ever, as the owner of the database (--database-url, --data-dir);\n' +
    'the service may run meanwhile on PostgreSQL. It is refused while branches read its log. deleted:\n' +
    'lists the hosts that were deleted: by whom, how many events each had, and the hash of its end.',
  flags: FLAGS,
  example: 'npx bpfledger hosts create web1 --release 6.18',
  async run(invocation) {
    const [verb = 'list', name, extra] = invocation.words;
    const isOne = name !== undefined && extra === undefined;
    if (verb === 'delete') {
      rejectFlags(invocation, CREATION_FLAGS, 'create');
      if (isOne) return remove(invocation, name);
      throw new UsageError('type hosts delete NAME, and --yes to really do it');
    }
    rejectFlags(invocation, DELETION_FLAGS, 'delete');
    if (verb === 'create' && isOne) return create(invocation, name);
    rejectFlags(invocation, CREATION_FLAGS, 'create');
    if (verb === 'list' && name === undefined) return list(invocation);
    if (verb === 'deleted' && name === undefined) return listDeleted(invocation);
    throw new UsageError(
      'type hosts list, hosts create NAME --release R, hosts delete NAME, or hosts deleted',
    );
  },
});

type HostsInvocation = Invocation<typeof FLAGS>;

const CREATION_FLAGS = ['release', 'config', 'at'] as const;
const DELETION_FLAGS = ['yes', 'reason', 'database-url', 'data-dir'] as const;

/** Refuses flags that go with another verb. */
function rejectFlags(
  { flags }: HostsInvocation,
  names: readonly (keyof typeof FLAGS)[],
  verb: string,
) {
  const typed = names.find((name) => flags[name] !== undefined);
  if (typed !== undefined) throw new UsageError(`--${typed} goes with hosts ${verb}`);
}

interface ListedHost {
  readonly name: string;
  readonly position: number;
  readonly recorded_at: string;
  readonly imported?: { readonly exported_as: string; readonly position_to: number };
}

interface ListedHostPage {
  readonly items: readonly ListedHost[];
  readonly next?: string;
}

async function list({ flags, print }: HostsInvocation): Promise<ExitCode> {
  const client = restClient(serviceFrom(flags));
  const room = roomOf(print, flags.wide);
  let table: TableLayout | undefined;
  for (let after: string | undefined; ; ) {
    const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const { items, next } = await client.get<ListedHostPage>(`/v1/hosts?limit=1000${query}`);
    // On a terminal a column that nothing stands in is left out, if no page is to come.
    const isSpare = room !== undefined && next === undefined && !items.some(isImported);
    table ??= createTable(isSpare ? COLUMNS.slice(0, -1) : COLUMNS, room);
    const lines = flags.json
      ? items.map((host) => JSON.stringify(host))
      : table.lines(items.map((host) => rowOf(host, room).slice(0, isSpare ? -1 : undefined)));
    for (const line of lines) print.out(line);
    if (next === undefined) return EXIT.done;
    after = next;
  }
}

const COLUMNS: readonly Column[] = [
  { title: 'host', cut: { at: 'end', to: 24 } },
  { title: 'position' },
  { title: 'recorded', rank: 1 },
  { title: 'imported', rank: 2, cut: { at: 'end', to: 20 } },
];

function isImported({ imported }: ListedHost): boolean {
  return imported !== undefined;
}

function rowOf({ name, position, recorded_at, imported }: ListedHost, room: Room): string[] {
  const recorded = room === undefined ? recorded_at : spareTime(recorded_at, new Date());
  const from = imported && `up to ${imported.position_to}, was ${imported.exported_as}`;
  return [name, String(position), recorded, from ?? ''];
}

async function create({ flags, print }: HostsInvocation, name: string): Promise<ExitCode> {
  const { release, config, at } = flags;
  if (release === undefined) {
    throw new UsageError(`hosts create needs a release; try hosts create ${name} --release 6.18`);
  }
  if (name !== name.toLowerCase()) {
    const lower = name.toLowerCase();
    throw new UsageError(`${name} is not a valid name of a host: try ${lower}, in lower case`);
  }
  const client = restClient(serviceFrom(flags));
  const differing = config === undefined ? {} : { config: configOf(config) };
  const event = await client.post<{ readonly call: { readonly release: string } }>('/v1/hosts', {
    name,
    release,
    ...differing,
    ...(at !== undefined && { at }),
  });
  const made = `host ${name} runs ${event.call.release}`;
  print.out(flags.json ? JSON.stringify(event) : made);
  const note = releaseNote(event.call.release);
  if (note !== undefined) print.err(note);
  return EXIT.done;
}

async function remove({ flags, print }: HostsInvocation, name: string): Promise<ExitCode> {
  const { url, 'token-file': tokenFile, reason = '', yes = false, json = false } = flags;
  if (url !== undefined || tokenFile !== undefined) {
    throw new UsageError(
      'hosts delete opens the database itself, as its owner: leave out --url and --token-file, and say ' +
        'where it is by --database-url URL or --data-dir DIR',
    );
  }
  // They import the whole service, which takes long to load.
  const { storageFrom } = await import('./settings.ts');
  const { removeHost } = await import('./delete-host.ts');
  const configuration = storageFrom(flags, process.env);
  return removeHost({ name, configuration, reason, isConfirmed: yes, json, print });
}

function configOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--config ${text} is not JSON; try --config '{"nofile":64}'`);
  }
}
