/** What strace recorded becomes events of a host; the service reads it, here it is told of. */

import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { hostPath } from '../../client/host-path.ts';
import { linesOf } from '../../client/lines.ts';
import { problemText, restClient, ServiceRefusal } from '../../client/rest-client.ts';
import { countText } from '../../domain/count-text.ts';
import type { ImportedRecording, LineCount } from '../../events/recording.ts';
import type { Printer } from '../command.ts';
import { EXIT, type ExitCode, InputError, sentenceOf, UsageError } from '../exit-code.ts';
import { type Bar, progressBar, readWithBar } from '../progress-bar.ts';
import { serviceFrom } from '../service-flags.ts';
import type { ImportFlags } from './bundle.ts';

export interface RecordingFlags extends ImportFlags {
  readonly release: string | undefined;
  readonly 'cgroup-mount': string | undefined;
  readonly bpffs: string | undefined;
}

/** The last line of the answer. */
interface Ended extends ImportedRecording {
  readonly type: 'imported';
  readonly host: string;
}

interface Progress {
  readonly type: 'progress';
  readonly pass: 1 | 2;
  readonly bytes: number;
  readonly of: number;
}

/** Kinds of what was left out that are told one by one. */
const KINDS_TOLD = 12;
/** Lines of one kind that are named. */
const LINES_TOLD = 5;

/** Sends a recording; exits with 1 when the rules would have answered otherwise. */
export async function importRecording(
  file: string,
  flags: RecordingFlags,
  print: Printer,
): Promise<ExitCode> {
  const { as: host } = flags;
  if (host === undefined) {
    throw new UsageError('--as NAME names the host that was recorded: import FILE --as web1');
  }
  const { size } = await stat(file).catch((error: unknown) => {
    throw new InputError(sentenceOf(error));
  });
  const bar = progressBar(process.stderr);
  try {
    const ended = await send(file, { host, size, bar }, flags);
    bar.clear();
    for (const line of flags.json ? [JSON.stringify(ended)] : endText(ended)) print.out(line);
    return ended.drift === 0 ? EXIT.done : EXIT.differs;
  } finally {
    bar.clear();
  }
}

async function send(
  file: string,
  { host, size, bar }: { readonly host: string; readonly size: number; readonly bar: Bar },
  flags: RecordingFlags,
): Promise<Ended> {
  const sent = {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: Readable.toWeb(
      Readable.from(readWithBar(file, { bar, what: 'sending', size })),
    ) as unknown as ReadableStream,
    // fetch needs `duplex` to send a body that is read while it is sent.
    duplex: 'half',
  };
  const client = restClient(serviceFrom(flags));
  const response = await client.open(
    `${hostPath(host)}/import${queryOf(flags)}`,
    sent as RequestInit,
  );
  if (response.body === null) throw new Error('the service answered nothing');
  for await (const line of linesOf(response.body)) {
    const told = JSON.parse(line) as Progress | Ended | { readonly status: number };
    if (!('type' in told) || 'status' in told) throw refusalOf(line);
    if (told.type === 'imported') return told;
    bar.draw(told.pass === 1 ? 'reading' : 'recording', told.bytes, told.of);
  }
  throw new Error('the service ended its answer too early: send the file again, and it goes on');
}

/** A problem on the way: what was recorded before it stays, and sending again goes on from there. */
function refusalOf(line: string): ServiceRefusal {
  const { status } = JSON.parse(line) as { readonly status: number };
  return new ServiceRefusal(status, problemText(line, status));
}

function queryOf({ release, 'cgroup-mount': cgroup, bpffs }: RecordingFlags): string {
  const query = new URLSearchParams({
    ...(release !== undefined && { release }),
    ...(cgroup !== undefined && { cgroup_mount: cgroup }),
    ...(bpffs !== undefined && { bpffs_mount: bpffs }),
  }).toString();
  return query === '' ? '' : `?${query}`;
}

/** What became of it, for people. */
function endText(ended: Ended): string[] {
  const { drift, summary } = ended;
  const { observed, inferred, divergences, unreadable, left_out, abbreviated } = summary;
  return [
    ...recordedText(ended),
    `${observed} observed (${countText(summary.queries, 'query', 'queries')}), ${inferred} inferred, 1 lost (the beginning), ${drift} in which the rules answer otherwise`,
    ...divergences.first.map(
      ({ line, call, observed: was, expected }) =>
        `  line ${line}: ${call} was answered ${was}; the rules answer ${expected}`,
    ),
    ...countedText('left out', left_out),
    ...countedText('lines that cannot be read', unreadable),
    ...countedText('fields that strace left out (record with -v)', abbreviated),
    ...(summary.ambiguous.length === 0
      ? []
      : [`lines that do not say which fd they mean: ${summary.ambiguous.join(', ')}`]),
    ...(summary.cut_off === undefined
      ? []
      : [`line ${summary.cut_off} is cut off: the recording ends in it`]),
  ];
}

/** How many events were recorded where, and which of them an earlier request recorded. */
function recordedText({ host, events, summary, ...ended }: Ended): string[] {
  const { made_host, recorded_before, begins_before, position_from: from, position } = ended;
  if (recorded_before === events) {
    const all = `all ${countText(events, 'event')} (positions ${from}…${position})`;
    return [`host ${host}: nothing new, ${all} were recorded before`];
  }
  const added = recorded_before === 0 ? `, added after position ${from - 1}` : '';
  const how = made_host ? ', created' : added;
  const recorded = `${countText(events, 'event')}, positions ${from}…${position}, of ${countText(summary.lines, 'line')}`;
  return [
    `host ${host}${how}: ${recorded}`,
    ...(recorded_before === 0
      ? []
      : [`${recorded_before} of ${countText(events, 'event was', 'events were')} recorded before`]),
    ...(begins_before === undefined
      ? []
      : [
          `warning: the recording begins before the event at position ${from - 1} (${begins_before}): at=TIME finds it only in the order of the log`,
        ]),
  ];
}

function countedText(what: string, counts: Readonly<Record<string, LineCount>>): string[] {
  const kinds = Object.entries(counts);
  if (kinds.length === 0) return [];
  const told = kinds.slice(0, KINDS_TOLD).map(([kind, { count, lines }]) => {
    const where = lines.slice(0, LINES_TOLD).join(', ');
    return `  ${kind}: ${count} (line ${where}${count > LINES_TOLD ? ', …' : ''})`;
  });
  const rest = kinds.length - told.length;
  return [
    `${what}:`,
    ...told,
    ...(rest > 0 ? [`  and ${countText(rest, 'kind')} more (--json lists them)`] : []),
  ];
}
