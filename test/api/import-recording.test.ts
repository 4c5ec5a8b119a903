// What strace recorded of real tools, imported: the log says what the recording's own queries said.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importEnd, importLine } from '../../src/api/wire/recording.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { lines, post, problem, startTestService, type TestService } from './running.ts';

const folder = join(import.meta.dirname, '..', 'histories', 'strace');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.strace.br'))
  .map((name) => name.slice(0, -'.strace.br'.length));

function recording(name: string): string {
  return brotliDecompressSync(readFileSync(join(folder, `${name}.strace.br`))).toString('latin1');
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

async function send(
  host: string,
  body: string | Uint8Array,
  { query = '', ...headers }: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const sent = { body, headers: { 'content-type': 'text/plain', ...headers } };
  return post(service.app, `/v1/hosts/${host}/import${query}`, sent);
}

async function importRecording(host: string, body: string | Uint8Array, headers = {}) {
  const response = await send(host, body, headers);
  const told = (await lines(response)).map((line) => importLine.parse(line));
  return importEnd.parse(told.at(-1));
}

async function eventsOf(host: string): Promise<LedgerEvent[]> {
  const { position } = await service.log.head(host);
  const events: LedgerEvent[] = [];
  while (events.length < position) {
    events.push(...(await service.log.read(host, { from: events.length + 1, limit: 1000 })));
  }
  return events;
}

/** The ids that each successful query of a cgroup's hook gave, as the text of the recording says. */
function queriesIn(text: string): number[][] {
  const answers = text.matchAll(
    /BPF_PROG_QUERY, .*prog_ids=(?:\[([^\]]*)\]|NULL|0x\w+), prog_cnt=.* = 0$/gm,
  );
  return [...answers].map(([, ids = '']) => (ids === '' ? [] : ids.split(', ').map(Number)));
}

/** The rows that `bpftool cgroup show` printed, with flags where it was not asked for effective ones. */
function rowsIn(stdout: string): string[] {
  return stdout.split('\n').flatMap((line) => {
    const row = /^(\d+)\s+(cgroup_\w+)\s+(?:(multi|override)\s+)?(\w+)\s*$/.exec(line);
    return row === null ? [] : [row.slice(1).join(' ')];
  });
}

/** The same rows, as the log has them at the positions of bpftool's queries. */
async function rowsOf(host: string): Promise<string[]> {
  const rows: string[] = [];
  for (const { position, call, outcome, comm } of await eventsOf(host)) {
    if (call.name !== 'prog_query' || !('ret' in outcome) || comm !== 'bpftool') continue;
    // First it asks for counts alone.
    if (call.null_prog_ids) continue;
    const isEffective = call.query_flags !== undefined;
    const { kernel } = await service.log.kernelAt(host, position);
    for (const id of outcome.query?.prog_ids ?? []) {
      const flags = isEffective ? '' : outcome.query?.attach_flags === 2 ? 'multi' : 'override';
      const name = kernel.programs.get(id)?.prog_name;
      rows.push([id, call.attach_type, flags, name].join(' '));
    }
  }
  return rows;
}

const HOOKS_BESIDE = /attach_type=BPF_(?:TRACE|XDP_|MODIFY|SK_REUSE|PERF)/;

describe.each(names)('%s', (name) => {
  const text = recording(name);

  it('imports without one answer that the rules do not give', async () => {
    const end = await importRecording(name, text);
    expect(end.summary.divergences.first).toEqual([]);
    expect(end).toMatchObject({ made_host: true, recorded_before: 0, position_from: 2, drift: 0 });
    expect(end.summary).toMatchObject({ unreadable: {}, abbreviated: {}, ambiguous: [] });
    expect(end.summary.lines).toBe(text.split('\n').length - 1);
    expect(Object.keys(end.summary.left_out).every((kind) => /^bpf /.test(kind))).toBe(true);
  });

  it('answers each query of the recording as the kernel did', async () => {
    const queries = (await eventsOf(name)).flatMap(({ call, outcome, expected }) =>
      call.name === 'prog_query' && 'ret' in outcome ? [{ outcome, expected }] : [],
    );
    const told = text
      .split('\n')
      .filter((line) => !HOOKS_BESIDE.test(line))
      .join('\n');
    expect(queries.map(({ outcome }) => outcome.query?.prog_ids)).toEqual(queriesIn(told));
    expect(queries.filter(({ expected }) => expected !== undefined)).toEqual([]);
  });

  it('shows the programs, names and flags that bpftool printed', async () => {
    const stdout = readFileSync(join(folder, `${name}.stdout`), 'utf8');
    expect(await rowsOf(name)).toEqual(rowsIn(stdout));
  });

  it('holds by verify', async () => {
    const verdicts = await (await service.app.request(`/v1/hosts/${name}/verify`)).json();
    expect(verdicts).toMatchObject({
      chain: { holds: true },
      projections: { holds: true },
      outcomes: { holds: true },
    });
  });

  it('ends with every cgroup, pin, link and program gone, as the recording removed them', async () => {
    const { kernel } = await service.log.kernelAt(name);
    expect([...kernel.cgroups.keys()]).toEqual([kernel.boot.config.root_cgroup_id]);
    expect([...kernel.bpffs.keys()]).toEqual(['/']);
    expect([kernel.links.size, kernel.programs.size]).toEqual([0, 0]);
    expect([...kernel.processes.keys()]).toEqual([1]);
  });
});

it('bpftool printed a link by its program, and with no cgroup once it was detached', async () => {
  const events = await eventsOf('bpftool-link');
  const detached = events.findIndex(({ call }) => call.name === 'link_detach');
  const linkAt = async (position: number) => {
    const { kernel } = await service.log.kernelAt('bpftool-link', position);
    return [...kernel.links.values()].map(({ prog_id, cgroup_id }) => [
      prog_id,
      kernel.cgroups.get(cgroup_id)?.path,
    ]);
  };
  expect(await linkAt(detached)).toEqual([[53286, '/orc-s/a']]);
  expect(await linkAt(detached + 1)).toEqual([[53286, undefined]]);
});

it('two recordings of one host follow each other', async () => {
  await importRecording('both', recording('libbpf-fork'));
  const { position } = await service.log.head('both');
  const second = await importRecording('both', recording('libbpf-pin'));
  expect(second).toMatchObject({ made_host: false, recorded_before: 0, drift: 0 });
  expect(second.position_from).toBe(position + 1);
  expect(second.begins_before).toMatch(/^2026-/);
  const begins = (await eventsOf('both')).filter(({ call }) => call.name === 'lost');
  expect(begins.map(({ at }) => at)).toEqual([1795337541195136, 1795337541115645]);
});

it('of imports that run concurrently, one makes the host', async () => {
  const text = recording('libbpf-fork');
  const ends = await Promise.all([1, 2].map(() => importRecording('twice', text)));
  expect(ends.filter(({ made_host }) => made_host)).toHaveLength(1);
  const begins = (await eventsOf('twice')).filter(({ call }) => call.name === 'lost');
  expect(begins).toHaveLength(1);
});

it('a host takes a recording of the kernel that it runs, and of no other', async () => {
  await importRecording('kernel', recording('libbpf-fork'), { query: '?release=6.18' });
  const { position } = await service.log.head('kernel');
  const other = await problem(
    await send('kernel', recording('libbpf-pin'), { query: '?release=6.12' }),
  );
  expect(other).toMatchObject({ status: 422, field: 'release' });
  expect(other.detail).toContain('release: kernel runs 6.18.44; leave it out, or');
  expect((await service.log.head('kernel')).position).toBe(position);
  await importRecording('kernel', recording('libbpf-pin'), { query: '?release=6.18.44' });
});

describe('sent again', () => {
  it('the same file is not recorded twice', async () => {
    const head = await service.log.head('libbpf-pin');
    const again = await importRecording('libbpf-pin', recording('libbpf-pin'));
    expect(again).toMatchObject({ made_host: false, position: head.position });
    expect([again.recorded_before, again.begins_before]).toEqual([again.events, undefined]);
    expect(await service.log.head('libbpf-pin')).toEqual(head);
  });

  it('goes on where it was cut off, with the same events', async () => {
    // Two hosts: one is imported whole, the other loses its connection on the way.
    const text = recording('bpftool-multi');
    await importRecording('whole', text);
    let left = 1;
    const broken = await startTestService({
      database: service.database,
      between: (log) => ({
        ...log,
        submit: (host, submission) => {
          // The beginning and the first piece are recorded, the second is not.
          if (submission.calls.length > 1 && left-- === 0) throw new Error('power cut');
          return log.submit(host, submission);
        },
      }),
    });
    const response = await post(broken.app, '/v1/hosts/parts/import', {
      body: text,
      headers: { 'content-type': 'text/plain' },
    });
    expect((await lines(response)).at(-1)).toMatchObject({ status: 500 });
    await broken.close();
    const end = await importRecording('parts', text);
    expect(end).toMatchObject({ drift: 0 });
    expect(end.recorded_before).toBeGreaterThan(0);
    expect(end.recorded_before).toBeLessThan(end.events);
    const plain = async (host: string) =>
      (await eventsOf(host)).slice(1).map(({ recorded_at: _, ...event }) => event);
    expect(await plain('parts')).toEqual(await plain('whole'));
  });

  it('another file under the same key is refused', async () => {
    const key = { 'idempotency-key': 'night' };
    await importRecording('keyed', recording('libbpf-fork'), key);
    const refused = await problem(await send('keyed', recording('libbpf-pin'), key));
    expect(refused.type).toBe('urn:bpfledger:problem:idempotency-mismatch');
  });
});

describe('what is not a recording', () => {
  const LINE = '812 1795337540.797641 close(3) = 0\n';
  const WITH = 'record with strace -f -ttt -yy -o FILE';

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '\n', 'the recording has no line'],
    ['another text', 'hello\nworld\n', 'line 1: is not a line of strace: "hello"'],
    [
      'bytes',
      new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1]),
      'line 1: has a NUL byte: this is not text',
    ],
    ['bytes behind lines', `${LINE}${LINE}\0\0`, 'line 3: has a NUL byte: this is not text'],
    ['lines without a pid', LINE.slice(4), `line 1: no process id stands in front: ${WITH}`],
    [
      'lines without a day',
      '812 06:57:46.1 close(3) = 0\n',
      `line 1: the time 06:57:46.1 names no day, as -t and -tt print it: ${WITH}`,
    ],
    [
      'lines without a time',
      '812 close(3) = 0\n',
      `line 1: no time stands behind the process id: ${WITH}`,
    ],
    [
      'a gigantic line',
      `${LINE}812 1795337540.797641 write(1, "${'x'.repeat(17 * 1024 * 1024)}"`,
      'line 2: is longer than 16777216 bytes',
    ],
    [
      'too much else between the lines',
      `${LINE}${'noise\n'.repeat(1001)}`,
      'line 1002: is not a line of strace: "noise"; so many cannot be read that nothing is taken',
    ],
  ])('%s is refused, and leaves nothing', async (_, body, detail) => {
    const refused = await problem(await send('refused-x', body, { query: '?release=6.18' }));
    expect(refused).toMatchObject({ type: 'urn:bpfledger:problem:recording-refused', detail });
    expect((await service.app.request('/v1/hosts/refused-x')).status).toBe(404);
  });

  it('a line of a later day is refused by its number, and leaves nothing', async () => {
    const late = `${LINE}812 4102444800.000000 close(3) = 0\n`;
    const refused = await problem(await send('late', late, { query: '?release=6.18' }));
    expect(refused).toMatchObject({
      type: 'urn:bpfledger:problem:recording-refused',
      status: 422,
      line: 2,
    });
    expect(refused.detail).toContain('line 2: its time, 2100-01-01T00:00:00.000000Z, is more than');
    expect(refused.detail).toContain('correct the clock of the machine that recorded it');
    expect((await service.app.request('/v1/hosts/late')).status).toBe(404);
  });

  it('a host that is not there needs a release, when the recording tells none', async () => {
    const refused = await problem(await send('unknown', LINE));
    expect(refused).toMatchObject({ status: 422, field: 'release' });
    expect(refused.detail).toContain('uname -r');
  });

  it('lines of another program between those of strace are passed over and counted', async () => {
    const noisy = recording('libbpf-fork').replaceAll('\n', (end, at: number) =>
      at % 50 === 0 ? `${end}Error: something else${end}` : end,
    );
    const end = await importRecording('noisy', `${noisy}812 17953375`);
    expect(end.summary.divergences.count).toBe(0);
    const [[kind, counted] = []] = Object.entries(end.summary.unreadable);
    expect(kind).toBe('is not a line of strace');
    expect(counted?.lines[0]).toBeGreaterThan(1);
    expect(end.summary.cut_off).toBe(end.summary.lines);
  });
});

it('a client that leaves ends the import, and the service goes on', async () => {
  const url = await service.listen();
  const text = recording('bpftool-link').repeat(40);
  const leaving = new AbortController();
  const sending = fetch(`${url}/v1/hosts/left/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: text,
    signal: leaving.signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  leaving.abort();
  await expect(sending).rejects.toThrow();
  expect((await service.app.request('/v1/hosts')).status).toBe(200);
  // The room that it had is free again.
  expect((await importRecording('after', recording('libbpf-fork'))).drift).toBe(0);
  expect(service.faults).toEqual([]);
});
