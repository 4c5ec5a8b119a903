/** `bpfledger events`: the log of a host, in pages or as it grows. */

import { followEvents, readHeadId } from '../client/follow-events.ts';
import { hostPath } from '../client/host-path.ts';
import { type RestClient, restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { command, type Invocation } from './command.ts';
import { EVENT_FILTERS, filterOf } from './event-filters.ts';
import { eventRows } from './event-table.ts';
import { eventLines, type WireEvent } from './event-text.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { eventsBackward, eventsForward } from './list-events.ts';
import { hostMeant } from './named/hosts.ts';
import { recordedFilter } from './named/programs.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { roomOf, WIDE_FLAG } from './table.ts';

const FLAGS = {
  after: { value: 'N', about: 'start after this position (default: list all, follow the head)' },
  limit: { value: 'N', about: 'for list: at most N events (default: all)' },
  tail: { value: 'N', about: 'for list: the last N events that match' },
  reverse: { about: 'for list: newest first' },
  ...EVENT_FILTERS,
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "the events as the API's JSON, one a line" },
  wide: WIDE_FLAG,
} as const;

/** Events that are held to print the last ones in their order. */
const TAIL_MAX = 10_000;

export const events = command({
  usage: '[list | follow] HOST [options]',
  about:
    'Prints the events of a host, oldest first: call, outcome, and below it the effects. "list"\n' +
    'prints all events up to the head; stderr says what --limit or --tail leaves out. "follow"\n' +
    'also waits for new events, and connects again when the connection is lost. A terminal gets a\n' +
    'table, an event a line; --wide has arguments and effects.',
  flags: FLAGS,
  example: 'npx bpfledger events list demo --errno ENOENT',
  async run(invocation) {
    const [first, second, ...extra] = invocation.words;
    const verb = second === undefined ? 'list' : first;
    const isVerbAlone = second === undefined && (first === 'list' || first === 'follow');
    const host = isVerbAlone ? undefined : (second ?? first);
    if (host === undefined || extra.length > 0 || (verb !== 'list' && verb !== 'follow')) {
      throw new UsageError('type events list HOST, or events follow HOST');
    }
    return verb === 'list' ? list(invocation, host) : follow(invocation, host);
  },
});

type EventsInvocation = Invocation<typeof FLAGS>;

/** Rows of a table that are laid out together. */
const ROWS = 200;

/** Prints events as they come: as a table on a terminal, where a page of them shares its columns. */
function shower({ flags, print }: EventsInvocation) {
  const room = roomOf(print, flags.wide);
  const rows = eventRows(room, () => new Date());
  let waiting: WireEvent[] = [];
  const flush = () => {
    for (const line of rows(waiting)) print.out(line);
    waiting = [];
  };
  const show = (event: WireEvent) => {
    if (flags.json) print.out(JSON.stringify(event));
    else if (room === undefined) for (const line of eventLines(event)) print.out(line);
    else if (waiting.push(event) === ROWS) flush();
  };
  return { show, flush };
}

function countOf(flag: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/u.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`--${flag} must be a whole number from ${least}; ${text} is not one`);
}

/** The oldest position that is kept, and the head. */
async function endsOf(
  client: RestClient,
  host: string,
): Promise<{ readonly oldest: number; readonly position: number }> {
  return client.get(hostPath(host));
}

async function list(called: EventsInvocation, named: string): Promise<ExitCode> {
  const { flags, print } = called;
  const tail = countOf('tail', flags.tail);
  const limit = countOf('limit', flags.limit) ?? tail ?? Number.POSITIVE_INFINITY;
  if (tail !== undefined && flags.limit !== undefined) {
    throw new UsageError('--tail and --limit exclude each other');
  }
  const held = tail !== undefined && !flags.reverse;
  if (held && tail > TAIL_MAX) {
    throw new UsageError(`--tail takes ${TAIL_MAX} at most; with --reverse, any number`);
  }
  const asked = countOf('after', flags.after, 0);
  const client = restClient(serviceFrom(flags));
  const host = await hostMeant(client, named);
  const { oldest, position: to } = await endsOf(client, host);
  const after = asked ?? oldest - 1;
  const { program, ...others } = flags;
  const filter = {
    ...filterOf({ ...others, program: undefined }),
    ...(program !== undefined && (await recordedFilter(program, { client, host, at: undefined }))),
  };
  const stretch = {
    client,
    host,
    filter,
    after,
    to,
    page: limit + 1,
  };
  const backward = flags.reverse || tail !== undefined;
  const last: WireEvent[] = [];
  const { show, flush } = shower(called);
  let shown = 0;
  let left = 0;
  for await (const event of backward ? eventsBackward(stretch) : eventsForward(stretch)) {
    if (shown === limit) {
      left = event.position;
      break;
    }
    shown++;
    if (held) last.push(event);
    else show(event);
  }
  for (const event of last.reverse()) show(event);
  flush();
  if (left > 0) print.err(restText(backward, shown, left));
  if (shown === 0) print.err(noneText(host, { after, to }));
  return EXIT.done;
}

/** What a list says of what it does not show. */
function restText(backward: boolean, shown: number, position: number): string {
  return backward
    ? `${countText(shown, 'event')}; earlier ones are left out, the last of them at position ${position}`
    : `${countText(shown, 'event')}; later ones are left out: continue with --after ${position - 1}`;
}

/** What a list says that shows nothing. */
function noneText(
  host: string,
  { after, to }: { readonly after: number; readonly to: number },
): string {
  return after >= to
    ? `${host} has no event after position ${after}: its last one is at ${to}`
    : `no event of ${host} fits, of those at positions ${after + 1} to ${to}`;
}

async function follow(called: EventsInvocation, named: string): Promise<ExitCode> {
  const { flags } = called;
  for (const flag of ['limit', 'tail', 'reverse'] as const) {
    if (flags[flag] !== undefined) throw new UsageError(`--${flag} goes with events list`);
  }
  const client = restClient(serviceFrom(flags));
  const host = await hostMeant(client, named);
  const after = countOf('after', flags.after, 0) ?? (await readHeadId(client, hostPath(host)));
  const query = new URLSearchParams(filterOf(flags));
  const { show, flush } = shower(called);
  for await (const event of followEvents<WireEvent>(client, {
    path: `${hostPath(host)}/events/stream?${query}`,
    after,
  })) {
    show(event);
    flush();
  }
  return EXIT.done;
}
