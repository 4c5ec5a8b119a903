/** `bpfledger branch`: hosts that share the log of another one, to try things out on. */
import { hostPath } from '../client/host-path.ts';
import { type RestClient, restClient, ServiceRefusal } from '../client/rest-client.ts';
import { suggestion } from '../events/schema/near-name.ts';
import { command, type Invocation } from './command.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { type Column, createTable, roomOf, WIDE_FLAG } from './table.ts';

const FLAGS = {
  at: {
    value: 'MOMENT',
    about: 'for create: the last shared moment: a position, a time or boot:2 (default: the head)',
  },
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "the API's JSON, one object a line" },
  wide: WIDE_FLAG,
} as const;

type BranchInvocation = Invocation<typeof FLAGS>;

const USAGE =
  'type branch list HOST, branch create HOST NAME, branch diff HOST NAME or branch drop HOST NAME';

export const branch = command({
  usage: 'list HOST | create HOST NAME | diff HOST NAME | drop HOST NAME [options]',
  about:
    'Creates a branch of a host, lists the branches, compares one with its origin, or hides one.\n' +
    'A branch is a host that shares the log of its origin up to a moment. Calls on the branch\n' +
    'never change the origin. drop hides a branch for ever, and its name stays taken.',
  flags: FLAGS,
  example: 'npx bpfledger branch create web1 what-if --at 2026-03-25T06:57:46Z',
  async run(invocation) {
    const [verb, host, name, extra] = invocation.words;
    if (host === undefined || extra !== undefined) throw new UsageError(USAGE);
    if (verb !== 'create' && invocation.flags.at !== undefined) {
      throw new UsageError('--at goes with branch create');
    }
    if (verb === 'list' && name === undefined) return list(invocation, host);
    if (name === undefined) throw new UsageError(USAGE);
    if (verb === 'create') return create(invocation, host, name);
    if (verb === 'diff') return diff(invocation, host, name);
    if (verb === 'drop') return drop(invocation, host, name);
    throw new UsageError(USAGE);
  },
});

interface Branch {
  readonly name: string;
  readonly position: number;
  readonly origin: { readonly host: string; readonly position: number };
}

const branchesOf = (host: string): string => `${hostPath(host)}/branches`;

function branchText({ name, position, origin }: Branch): string {
  return `${name}  at position ${position}, from ${origin.host} at ${origin.position}`;
}

const COLUMNS: readonly Column[] = [
  { title: 'branch', cut: { at: 'end', to: 20 } },
  { title: 'position' },
  { title: 'of', cut: { at: 'end', to: 20 } },
  { title: 'up to' },
];

function rowOf({ name, position, origin }: Branch): string[] {
  return [name, String(position), origin.host, String(origin.position)];
}

async function list({ flags, print }: BranchInvocation, host: string): Promise<ExitCode> {
  const client = restClient(serviceFrom(flags));
  const table = createTable(COLUMNS, roomOf(print, flags.wide));
  for (let after: string | undefined; ; ) {
    const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const page: { readonly items: readonly Branch[]; readonly next?: string } = await client.get(
      `${branchesOf(host)}?limit=1000${query}`,
    );
    const lines = flags.json
      ? page.items.map((one) => JSON.stringify(one))
      : table.lines(page.items.map(rowOf));
    for (const line of lines) print.out(line);
    if (page.next === undefined) return EXIT.done;
    after = page.next;
  }
}

async function create(
  { flags, print }: BranchInvocation,
  host: string,
  name: string,
): Promise<ExitCode> {
  const { at } = flags;
  const client = restClient(serviceFrom(flags));
  const body = { name, ...(at !== undefined && { at }) };
  const made = await client.post<Branch>(branchesOf(host), body);
  print.out(flags.json ? JSON.stringify(made) : branchText(made));
  return EXIT.done;
}

async function diff(
  { flags, print }: BranchInvocation,
  host: string,
  name: string,
): Promise<ExitCode> {
  const client = restClient(serviceFrom(flags));
  const path = `${hostPath(name)}/diff?against=${encodeURIComponent(host)}`;
  const response = await client.open(`${path}&format=${flags.json ? 'json' : 'text'}`);
  if (!flags.json) {
    const { origin } = await client.get<Partial<Branch>>(hostPath(name));
    const { position } = await client.get<{ readonly position: number }>(hostPath(host));
    if (origin?.host === host && position > origin.position) {
      const since = `${origin.position + 1}…${position}`;
      print.out(`${name} shares the log of ${host} up to ${origin.position}; ${host} went on`);
      print.out(`with positions ${since}, whose changes the branch does not have:`);
    }
  }
  for (const line of (await response.text()).trimEnd().split('\n')) print.out(line);
  return EXIT.done;
}

async function drop(
  { flags, print }: BranchInvocation,
  host: string,
  name: string,
): Promise<ExitCode> {
  const client = restClient(serviceFrom(flags));
  const path = `${branchesOf(host)}/${encodeURIComponent(name)}`;
  await client.open(path, { method: 'DELETE' }).catch(async (error: unknown) => {
    const isMissing = error instanceof ServiceRefusal && error.slug === 'no-such-host';
    throw isMissing ? await noSuchBranch(client, { host, name }) : error;
  });
  print.out(
    flags.json
      ? JSON.stringify({ dropped: name })
      : `branch ${name} is dropped; its name stays taken`,
  );
  return EXIT.done;
}

/**
 * That a host has no branch of a name.
 *
 * @throws ServiceRefusal when there is no such host
 */
async function noSuchBranch(
  client: RestClient,
  { host, name }: { readonly host: string; readonly name: string },
): Promise<Error> {
  const { items } = await client.get<{ readonly items: readonly Branch[] }>(
    `${branchesOf(host)}?limit=1000`,
  );
  const names = items.map((one) => one.name);
  const hint = suggestion(name, names) || `; see bpfledger branch list ${host}`;
  return new Error(`${host} has no branch ${name}${hint}`);
}
