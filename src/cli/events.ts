/** `bpfledger events`: the log of a host, in pages or as it grows. */
import { restClient } from '../recorders/rest-client.ts';
import { command, type Invocation } from './command.ts';
import { EVENT_FILTERS, filterOf } from './event-filters.ts';
import { eventLines, type WireEvent } from './event-text.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { followEvents } from './follow-events.ts';
import { serviceFrom, TOKEN_FLAG, URL_FLAG } from './service-flags.ts';

const FLAGS = {
  after: { value: 'N', about: 'start after this position (list: 0; follow: where the log ends)' },
  limit: { value: 'N', about: 'for list: at most so many events (default 100)' },
  ...EVENT_FILTERS,
  url: URL_FLAG,
  token: TOKEN_FLAG,
  json: { about: "the events as the API's JSON, one a line" },
} as const;

/** Events of one request at most, as the API has it. */
const PAGE_MAX = 1000;
const LIMIT_DEFAULT = 100;

export const events = command({
  usage: '[list | follow] HOST [options]',
  about:
    'Prints the events of a host, oldest first: call, outcome, and the effects below it. "follow"\n' +
    'waits for more and goes on after a lost connection, until it is interrupted.',
  flags: FLAGS,
  example: 'npx bpfledger events list demo --errno ENOENT',
  async run(invocation) {
    const [first, second, ...extra] = invocation.words;
    const verb = second === undefined ? 'list' : first;
    const host = second ?? first;
    if (host === undefined || extra.length > 0 || (verb !== 'list' && verb !== 'follow')) {
      throw new UsageError('type events list HOST, or events follow HOST');
    }
    return verb === 'list' ? list(invocation, host) : follow(invocation, host);
  },
});

type Called = Invocation<typeof FLAGS>;

function show({ flags, print }: Called, event: WireEvent): void {
  if (flags.json) print.out(JSON.stringify(event));
  else for (const line of eventLines(event)) print.out(line);
}

function countOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,15}$/u.test(text))
    return text === undefined ? text : Number(text);
  throw new UsageError(`--${flag} ${text} is no number`);
}

interface Page {
  readonly items: readonly WireEvent[];
  readonly next?: string;
}

async function list(called: Called, host: string): Promise<ExitCode> {
  const { flags } = called;
  const client = restClient(serviceFrom(flags));
  const after = countOf('after', flags.after) ?? 0;
  let left = countOf('limit', flags.limit) ?? LIMIT_DEFAULT;
  let place: Record<string, string> = { after: String(after) };
  while (left > 0) {
    const limit = String(Math.min(left, PAGE_MAX));
    const query = new URLSearchParams({ ...filterOf(flags), limit, ...place });
    const path = `/v1/hosts/${encodeURIComponent(host)}/events?${query}`;
    const { items, next } = await client.get<Page>(path);
    for (const event of items) show(called, event);
    left -= items.length;
    if (next === undefined) break;
    place = { next };
  }
  return EXIT.done;
}

async function follow(called: Called, host: string): Promise<ExitCode> {
  const { flags } = called;
  if (flags.limit !== undefined) throw new UsageError('--limit goes with events list');
  const client = restClient(serviceFrom(flags));
  const path = `/v1/hosts/${encodeURIComponent(host)}`;
  const head = async () => (await client.get<{ readonly position: number }>(path)).position;
  const after = countOf('after', flags.after) ?? (await head());
  const query = new URLSearchParams(filterOf(flags));
  for await (const event of followEvents(client, {
    path: `${path}/events/stream?${query}`,
    after,
  })) {
    show(called, event);
  }
  return EXIT.done;
}
