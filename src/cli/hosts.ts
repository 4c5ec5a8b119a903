/** `bpfledger hosts`: the hosts of a service, and a new one. */

import { restClient } from '../client/rest-client.ts';
import { releaseOf } from '../domain/release/release.ts';
import { command, type Invocation } from './command.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FLAG, URL_FLAG } from './service-flags.ts';
import { spareTime } from './spare-text.ts';
import { type Column, createTable, type Room, roomOf, type Table, WIDE_FLAG } from './table.ts';

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
  url: URL_FLAG,
  token: TOKEN_FLAG,
  json: { about: "one JSON object a line, as the API's" },
  wide: WIDE_FLAG,
} as const;

export const hosts = command({
  usage: 'list | create NAME --release R [options]',
  about: 'Lists the hosts of a service, or creates one: a new log with its first boot.',
  flags: FLAGS,
  example: 'npx bpfledger hosts create web1 --release 6.18',
  async run(invocation) {
    const [verb = 'list', name, extra] = invocation.words;
    if (verb === 'list' && name === undefined) return list(invocation);
    if (verb === 'create' && name !== undefined && extra === undefined) {
      return create(invocation, name);
    }
    if (verb === 'delete' || verb === 'remove') {
      throw new UsageError('hosts are never deleted: their logs are a record');
    }
    throw new UsageError('type hosts list, or hosts create NAME --release R');
  },
});

type Called = Invocation<typeof FLAGS>;

interface HostRow {
  readonly name: string;
  readonly position: number;
  readonly recorded_at: string;
  readonly imported?: { readonly exported_as: string; readonly position_to: number };
}

interface HostPage {
  readonly items: readonly HostRow[];
  readonly next?: string;
}

async function list({ flags, print }: Called): Promise<ExitCode> {
  if (flags.release !== undefined || flags.config !== undefined || flags.at !== undefined) {
    throw new UsageError('--release, --config and --at go with hosts create');
  }
  const client = restClient(serviceFrom(flags));
  const room = roomOf(print, flags.wide);
  let table: Table | undefined;
  for (let after: string | undefined; ; ) {
    const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const { items, next } = await client.get<HostPage>(`/v1/hosts?limit=1000${query}`);
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

function isImported({ imported }: HostRow): boolean {
  return imported !== undefined;
}

function rowOf({ name, position, recorded_at, imported }: HostRow, room: Room): string[] {
  const recorded = room === undefined ? recorded_at : spareTime(recorded_at, new Date());
  const from = imported && `up to ${imported.position_to}, was ${imported.exported_as}`;
  return [name, String(position), recorded, from ?? ''];
}

async function create({ flags, print }: Called, name: string): Promise<ExitCode> {
  const { release, config, at } = flags;
  if (release === undefined) {
    throw new UsageError(`hosts create needs a release; try hosts create ${name} --release 6.18`);
  }
  if (name !== name.toLowerCase()) {
    const lower = name.toLowerCase();
    throw new UsageError(`${name} is no name of a host: try ${lower}, in lower case`);
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
  const note = releaseOf(event.call.release)?.note;
  if (note !== undefined) print.err(note);
  return EXIT.done;
}

function configOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--config ${text} is not JSON; try --config '{"nofile":64}'`);
  }
}
