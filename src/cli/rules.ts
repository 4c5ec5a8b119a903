/** `bpfledger rules`: what a service sends to webhooks, and what became of it. */

import { readFileSync } from 'node:fs';
import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { command, type Invocation } from './command.ts';
import { EXIT, type ExitCode, InputError, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { type Column, createTable, roomOf, tableLines, WIDE_FLAG } from './table.ts';

const FLAGS = {
  to: { value: 'URL', about: 'for add: where alerts are posted to' },
  filter: {
    value: 'QUERY',
    about: "for add: which events, as /v1/events is asked: 'host=web-*&errno=EPERM'",
  },
  left: {
    value: 'PROGRAM',
    about: 'for add: a program left a cgroup; name:policy, tag:3b1f or id:7',
  },
  'empty-for': { value: 'MS', about: 'for add: nothing ran on a cgroup for so many milliseconds' },
  replaced: { about: 'for add: a process replaced what one of another name had attached' },
  cgroup: {
    value: 'PATH',
    about: 'for these three: the cgroup; * is any part of a name, ** of all',
  },
  'attach-type': { value: 'TYPE', about: 'for these three: the attach type' },
  'secret-file': {
    value: 'FILE',
    about: 'for add: holds whsec_…; else the service makes a secret',
  },
  state: { value: 'STATE', about: 'for deliveries: pending, delivered or dead' },
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "one JSON object a line, as the API's" },
  wide: WIDE_FLAG,
} as const;

export const rules = command({
  usage: 'list | add NAME --to URL … | remove ID | deliveries ID | retry ID [options]',
  about:
    'Sends events to webhooks by alert rules: add makes a rule and prints the secret that signs\n' +
    'its deliveries, which nobody can print again. deliveries lists what waits, was delivered or\n' +
    'was given up; retry tries again what was given up. docs/alerts.md shows a receiver.',
  flags: FLAGS,
  example:
    "npx bpfledger rules add gone --to https://example.org/hook --left name:policy --cgroup '/pods/*'",
  async run(invocation) {
    const [verb = 'list', name, extra] = invocation.words;
    if (extra === undefined && verb === 'list' && name === undefined) return list(invocation);
    if (extra === undefined && name !== undefined) {
      if (verb === 'add') return add(invocation, name);
      if (verb === 'remove') return remove(invocation, name);
      if (verb === 'deliveries') return deliveries(invocation, name);
      if (verb === 'retry') return retry(invocation, name);
    }
    throw new UsageError(
      'type rules list, rules add NAME --to URL, rules remove ID, rules deliveries ID, or rules retry ID',
    );
  },
});

type RulesInvocation = Invocation<typeof FLAGS>;

interface ListedAlertRule {
  readonly rule_id: number;
  readonly name: string;
  readonly url: string;
  readonly suspended: boolean;
  readonly pending: number;
  readonly dead: number;
  readonly secret?: string;
}

interface Delivery {
  readonly delivery_id: number;
  readonly host: string;
  readonly position: number;
  readonly state: string;
  readonly attempts: number;
  readonly fault?: string;
}

async function list({ flags, print }: RulesInvocation): Promise<ExitCode> {
  const { items } = await restClient(serviceFrom(flags)).get<{
    readonly items: readonly ListedAlertRule[];
  }>('/v1/rules');
  const rows = items.map(({ rule_id, name, url, suspended, pending, dead }) => {
    const state = `${pending} pending, ${dead} dead${suspended ? ', suspended' : ''}`;
    return [String(rule_id), name, state, url];
  });
  const lines = flags.json
    ? items.map((rule) => JSON.stringify(rule))
    : tableLines(RULE_COLUMNS, rows, roomOf(print, flags.wide));
  for (const line of lines) print.out(line);
  if (rows.length === 0 && !flags.json) print.err('there are no rules');
  return EXIT.done;
}

const RULE_COLUMNS: readonly Column[] = [
  { title: 'rule' },
  { title: 'name', cut: { at: 'end', to: 16 } },
  { title: 'deliveries' },
  { title: 'to', cut: { at: 'end', to: 16 } },
];

async function add({ flags, print }: RulesInvocation, name: string): Promise<ExitCode> {
  const { to: url, filter, 'secret-file': file } = flags;
  if (url === undefined) throw new UsageError(`rules add ${name} needs --to URL`);
  if (!URL.canParse(url)) {
    throw new UsageError(`--to ${url} is not a URL; type one as https://example.org/hook`);
  }
  const condition = conditionOf(flags);
  const made = await restClient(serviceFrom(flags)).post<ListedAlertRule>('/v1/rules', {
    ...{ name, url },
    ...(filter !== undefined && { filter: filterOf(filter) }),
    ...(condition && { condition }),
    ...(file !== undefined && { secret: secretIn(file) }),
  });
  if (flags.json) print.out(JSON.stringify(made));
  else {
    print.err(`rule ${made.rule_id} is made; the secret of ${made.name}, shown this once:`);
    print.out(made.secret ?? '');
  }
  return EXIT.done;
}

/** The fields of a query text: each may be given several times. */
function filterOf(text: string): Record<string, unknown> {
  const filter: Record<string, unknown> = {};
  const query = new URLSearchParams(text);
  for (const field of new Set(query.keys())) {
    const values = query.getAll(field);
    filter[field] = field === 'drift' ? values.at(-1) === 'true' : values;
  }
  return filter;
}

function conditionOf(flags: RulesInvocation['flags']): Record<string, unknown> | undefined {
  const { left, 'empty-for': ms, replaced, cgroup, 'attach-type': attach_type } = flags;
  const kinds = [left, ms, replaced].filter((one) => one !== undefined);
  if (kinds.length > 1)
    throw new UsageError('--left, --empty-for and --replaced exclude each other');
  const place = { ...(cgroup && { cgroup }), ...(attach_type && { attach_type }) };
  if (kinds.length === 0) {
    if (Object.keys(place).length === 0) return undefined;
    throw new UsageError('--cgroup and --attach-type go with --left, --empty-for or --replaced');
  }
  if (replaced) return { kind: 'replaced', ...place };
  if (cgroup === undefined) throw new UsageError('--left and --empty-for need --cgroup PATH');
  if (left !== undefined) return { kind: 'left', program: programOf(left), ...place };
  if (attach_type === undefined) throw new UsageError('--empty-for needs --attach-type TYPE');
  if (!/^\d{1,9}$/.test(ms ?? '')) throw new UsageError(`--empty-for ${ms} is not a number`);
  return { kind: 'empty', longer_than_ms: Number(ms), ...place };
}

const PROGRAM_FIELDS: Readonly<Record<string, string>> = {
  name: 'prog_name',
  tag: 'tag',
  id: 'prog_id',
};

function programOf(text: string): Record<string, unknown> {
  const [, kind = '', value = ''] = /^(name|tag|id):(.+)$/.exec(text) ?? [];
  const field = PROGRAM_FIELDS[kind];
  if (field !== undefined) return { [field]: kind === 'id' ? Number(value) : value };
  throw new UsageError(`--left ${text} is not a program; try name:policy, tag:3b1f or id:7`);
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new InputError(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function pathOf(id: string): string {
  if (/^\d{1,15}$/.test(id)) return `/v1/rules/${id}`;
  throw new UsageError(`${id} is not the number of a rule; rules list shows them`);
}

async function remove({ flags, print }: RulesInvocation, id: string): Promise<ExitCode> {
  await restClient(serviceFrom(flags)).open(pathOf(id), { method: 'DELETE' });
  print.out(flags.json ? JSON.stringify({ removed: Number(id) }) : `rule ${id} is removed`);
  return EXIT.done;
}

async function deliveries({ flags, print }: RulesInvocation, id: string): Promise<ExitCode> {
  const client = restClient(serviceFrom(flags));
  const state = flags.state === undefined ? '' : `&state=${encodeURIComponent(flags.state)}`;
  const table = createTable(DELIVERY_COLUMNS, roomOf(print, flags.wide));
  let count = 0;
  for (let after = ''; ; ) {
    const path = `${pathOf(id)}/deliveries?limit=1000${state}${after}`;
    const { items, next } = await client.get<{
      readonly items: readonly Delivery[];
      readonly next?: string;
    }>(path);
    const rows = items.map((one) => {
      const { delivery_id, host, position, attempts, fault = '' } = one;
      return [String(delivery_id), host, String(position), one.state, String(attempts), fault];
    });
    const lines = flags.json ? items.map((one) => JSON.stringify(one)) : table.lines(rows);
    for (const line of lines) print.out(line);
    count += items.length;
    if (next === undefined) {
      if (count === 0)
        print.err(
          `rule ${id} has no delivery${flags.state === undefined ? '' : ` that is ${flags.state}`}`,
        );
      return EXIT.done;
    }
    after = `&next=${next}`;
  }
}

const DELIVERY_COLUMNS: readonly Column[] = [
  { title: 'delivery' },
  { title: 'host', cut: { at: 'end', to: 16 } },
  { title: 'position' },
  { title: 'state' },
  { title: 'attempts', rank: 1 },
  { title: 'fault', cut: { at: 'end', to: 16 } },
];

async function retry({ flags, print }: RulesInvocation, id: string): Promise<ExitCode> {
  const answer = await restClient(serviceFrom(flags)).post<{ readonly retried: number }>(
    `${pathOf(id)}/deliveries/retry`,
    {},
  );
  print.out(
    flags.json
      ? JSON.stringify(answer)
      : `${countText(answer.retried, 'delivery is', 'deliveries are')} tried again`,
  );
  return EXIT.done;
}
