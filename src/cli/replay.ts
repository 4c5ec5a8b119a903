/** `bpfledger replay`: what another kernel would have answered to a host's calls. */

import { hostPath } from '../client/host-path.ts';
import { type RestClient, restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { command, type Invocation } from './command.ts';
import { placeOf } from './event-table.ts';
import { eventLines, type WireEvent } from './event-text.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { progressBar } from './progress-bar.ts';
import { oneHost } from './question.ts';
import { releaseNote } from './release-note.ts';
import { type Differing, matrixOf, type ReplayedOn } from './replay-matrix.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { spareTime } from './spare-text.ts';
import { type Room, roomOf, WIDE_FLAG } from './table.ts';

/** Differences of one page. */
const PAGE = 1000;
/** Releases of one table. */
const RELEASES_MAX = 12;

const FLAGS = {
  release: {
    value: 'R',
    about: 'the other kernel: 7.3, 5.10.262, `uname -r`; several for a table: 5.10,6.1,7.3',
  },
  at: { value: 'MOMENT', about: 'only up to a position, a time, or the end of a boot (boot:2)' },
  tags: { about: 'also compare program tags, which newer kernels make with SHA-256' },
  consequences: { about: 'also calls that differ only because an earlier call differs' },
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "the differences as the API's JSON, one a line" },
  wide: WIDE_FLAG,
} as const;

export const replay = command({
  usage: 'HOST --release R [options]',
  about:
    "Decides a host's recorded calls by the rules of another kernel, and prints each call that it\n" +
    'answers differently: what was recorded, what the other kernel answers, and which of its\n' +
    'switches cause the difference. Several releases, with commas, give a table. Records nothing. The exit code is 1 when calls differ.',
  flags: FLAGS,
  example: 'npx bpfledger replay demo --release 7.3',
  async run(invocation) {
    const { flags, words, print } = invocation;
    const named = oneHost('replay', words);
    const { release, at } = flags;
    if (release === undefined) {
      throw new UsageError(`replay needs a release; try replay ${named} --release 7.3`);
    }
    const client = restClient(serviceFrom(flags));
    const others = release.split(',').filter((name) => name !== '');
    if (others.length > RELEASES_MAX) {
      throw new UsageError(`--release takes ${RELEASES_MAX} releases at most`);
    }
    const host = await hostMeant(client, named);
    const notes = others.map(releaseNote).filter((note) => note !== undefined);
    for (const note of notes) print.err(note);
    const question = {
      ...(at !== undefined && { at }),
      consequences: flags.consequences === true,
      tags: flags.tags === true,
    };
    const [first, second] = others;
    if (first === undefined) throw new UsageError('--release needs a release');
    if (second === undefined) {
      return showOne(invocation, pagesOf(client, host, { ...question, release: first }));
    }
    const replays: ReplayedOn[] = [];
    const bar = progressBar(process.stderr);
    for (const other of others) {
      bar.draw('replaying', replays.length, others.length);
      const differences: ReplayedDifference[] = [];
      for await (const page of pagesOf(client, host, { ...question, release: other })) {
        differences.push(...page.items);
      }
      replays.push({ release: other, differences });
    }
    bar.clear();
    const room = roomOf(print, flags.wide);
    const lines = flags.json ? replays.map((one) => JSON.stringify(one)) : matrixOf(replays, room);
    for (const line of lines) print.out(line);
    return replays.every(({ differences }) => differences.length === 0) ? EXIT.done : EXIT.differs;
  },
});

type ReplayInvocation = Invocation<typeof FLAGS>;

/** What another release answers differently, in pages. */
async function* pagesOf(
  client: RestClient,
  host: string,
  question: object,
): AsyncGenerator<ReplayPage> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const body = { ...question, limit: PAGE, after };
    const page: ReplayPage = await client.post(`${hostPath(host)}/replays`, body);
    yield page;
    after = page.next;
  }
}

/** Prints each difference as it comes, and then what caused them. */
async function showOne(
  { flags, print }: ReplayInvocation,
  pages: AsyncIterable<ReplayPage>,
): Promise<ExitCode> {
  const counts = new Map<string, number>();
  let told = 0;
  for await (const page of pages) {
    for (const difference of page.items) {
      told++;
      for (const { sentence } of difference.switches) {
        counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
      }
      const lines = flags.json
        ? [JSON.stringify(difference)]
        : differenceLines(difference, roomOf(print, flags.wide));
      for (const line of lines) print.out(line);
    }
    if (page.next !== undefined || flags.json) continue;
    for (const line of summary({ ...page, differences: told, counts })) print.out(line);
  }
  return told === 0 ? EXIT.done : EXIT.differs;
}

interface ReplayedDifference extends Differing {
  readonly event: WireEvent;
  readonly because: 'release' | 'earlier';
  readonly switches: readonly { readonly name: string; readonly sentence: string }[];
  readonly sentence: string;
}

interface ReplayPage {
  readonly release: string;
  readonly compared_to: number;
  readonly items: readonly ReplayedDifference[];
  readonly next?: number;
}

function differenceLines(
  { event, because, switches, sentence }: ReplayedDifference,
  room: Room,
): string[] {
  const [whole = ''] = eventLines({ ...event, effects: [] });
  const asked = room === undefined ? whole : shortEvent(event);
  const names = switches.map(({ name }) => name).join(', ');
  const why = because === 'earlier' ? 'follows from an earlier difference' : names;
  return [asked, `     ${sentence}`, `     because: ${why}`];
}

/** The sentence has the answers; on a terminal the call is named, and its fields are left out. */
function shortEvent(event: WireEvent): string {
  const { position, at, comm, pid, call } = event;
  const place = placeOf(event);
  const on = place === '' ? '' : ` on ${place}`;
  return `${position} at ${spareTime(at, new Date())} by ${comm}[${pid}] ${call.name}${on}`;
}

interface ReplayTotals extends ReplayPage {
  readonly differences: number;
  /** Calls by what makes their answers differ. */
  readonly counts: ReadonlyMap<string, number>;
}

function summary({ release, compared_to, differences, counts }: ReplayTotals): string[] {
  const first = `up to position ${compared_to}, ${release} answers ${countText(differences, 'call')} differently`;
  const causes = [...counts].sort(([, a], [, b]) => b - a);
  const reasons = causes.reduce((sum, [, times]) => sum + times, 0);
  const several = reasons > differences ? ', some for several reasons' : '';
  return [`${first}${several}`, ...causes.map(([sentence, times]) => `  ${times} × ${sentence}`)];
}
