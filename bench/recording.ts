/** L: a strace recording that is larger than memory: how fast it comes in, and in how much of it. */
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync, rmSync, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImportedRecording } from '../src/events/recording.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { figureOf } from './harness/measure.ts';
import { type BenchService, startBenchService } from './harness/service.ts';
import { boundTable, number, type Table } from './harness/table.ts';
import { straceRecording } from './logs/strace-recording.ts';

const MB = 1_000_000;
const SIZE = { usual: 20 * MB, full: 1000 * MB } as const;
/** Memory that an import may take at most, beside what the service has before. */
const MORE_MB_MAX = 200;
/** The place of utime among the fields of /proc/PID/stat behind the name; stime follows it. */
const UTIME = 11;
/** What times there count, on every machine that Linux runs on (`USER_HZ`). */
const TICKS_A_SECOND = 100;

export const recording: Bench = {
  name: 'recording',
  title: 'a recording of strace, imported',
  longer: true,
  run,
};

async function run(context: BenchContext) {
  const file = join(context.scratch, 'night.strace');
  const size = context.full ? SIZE.full : SIZE.usual;
  context.say(`writing a recording of ${size / MB} MB`);
  await pipeline(Readable.from(straceRecording(size)), createWriteStream(file));
  const service = await startBenchService(context, 'recording', {}, []);
  const before = peakMb(service);
  const usedBefore = processorSeconds(service);
  const start = performance.now();
  const ended = await send(service, file);
  const seconds = (performance.now() - start) / 1000;
  const after = peakMb(service);
  const used = processorSeconds(service) - usedBefore;
  await service.stop();
  const { lines } = ended.summary;
  const speed: Table = {
    title: 'One import',
    columns: [
      ...['MB', 'lines', 'events', 'seconds', 'lines a second', 'MB a second'],
      'processor seconds of the service',
    ],
    rows: [
      [
        statSync(file).size / MB,
        lines,
        ended.events,
        seconds,
        lines / seconds,
        size / MB / seconds,
        used,
      ].map(number),
    ],
  };
  rmSync(file);
  const more = figureOf([after - before]);
  const wanted = { atMost: MORE_MB_MAX };
  return {
    text: [
      `A recording of a busy node by \`strace -f -ttt -yy\`, a quarter of whose calls concern the ledger, sent over HTTP. It is kept on disk, read whole and then recorded, by a service on PostgreSQL with Node's own settings, which had ${number(before)} MB at its highest before (VmHWM) and ${number(after)} after. \`npm start\` lets the young generation grow to 192 MB, in place of 48.`,
    ],
    tables: [
      speed,
      boundTable('Memory of the service: how much higher it was', [
        { target: 'L', what: `${size / MB} MB imported`, unit: 'MB', ours: more, wanted },
      ]),
    ],
  };
}

function peakMb({ pid }: BenchService): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) * 1024) / MB;
}

/** What a process has used of the processors, in user space and in the kernel. */
function processorSeconds({ pid }: BenchService): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[UTIME]) + Number(fields[UTIME + 1])) / TICKS_A_SECOND;
}

/** Posts a file and reads the whole answer. Throws when it is not imported. */
async function send({ port }: BenchService, file: string): Promise<ImportedRecording> {
  const headers = { 'content-type': 'text/plain' };
  const path = '/v1/hosts/night/import?release=6.18';
  const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers });
  const [answer] = (await Promise.all([
    once(asked, 'response').then(([first]) => first),
    pipeline(createReadStream(file), asked),
  ])) as [IncomingMessage, unknown];
  let last = '';
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    last = lines.filter((line) => line !== '').at(-1) ?? last;
  }
  const ended = JSON.parse(rest || last) as ImportedRecording & { readonly type?: string };
  if (ended.type !== 'imported') throw new Error(`${path}: ${answer.statusCode} ${rest || last}`);
  if (ended.drift > 0) throw new Error(`${path}: the rules answer ${ended.drift} lines otherwise`);
  return ended;
}
