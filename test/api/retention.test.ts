// A log that was cut, through every operation that reads: it answers as its twin with the whole log does,
// or 410 with the oldest position that is kept; never that it is damaged, and never something else.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { cutAt, randomHost, twinOf } from '../support/cut-twins.ts';
import { openapiDocument } from '../support/openapi.ts';
import { startTestService, type TestService } from './running.ts';
import { messagesOf } from './sse.ts';

const document = openapiDocument<{
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string }>>>
  >;
}>();
const paths = new Map(
  Object.entries(document.paths).flatMap(([path, { get }]) =>
    get === undefined ? [] : [[get.operationId, path] as const],
  ),
);

const EVENTS = 600;
/** A time before all events. */
const EARLY = '2020-01-01T00:00:00Z';
let service: TestService;
/** The oldest position that is kept, and the head. */
let oldest = 0;
let head = 0;
/** A thing of each kind that lives at the cut and at the head. */
const living = { link: 0, program: 0, map: 0, cgroup: 0, path: '/', pin: '/none' };

beforeAll(async () => {
  service = await startTestService();
  const { log, database } = service;
  const made = await randomHost(
    { ...{ log, database, signer: service.signer } },
    { host: 'cut', seed: Number(process.env.SEED ?? 7), events: EVENTS },
  );
  await twinOf(database, { host_id: made.host_id, host: 'cut' }, 'all');
  const position = made.signed[Math.floor(made.signed.length / 2)] ?? 0;
  oldest = (await cutAt(database, 'cut', position)).oldest;
  head = (await log.head('cut')).position;
  await findLiving();
}, 120_000);
afterAll(() => service.close());

const get = (url: string) => service.app.request(url);

async function findLiving(): Promise<void> {
  const ids = async (at: number) => {
    const { log } = service;
    return log.withStateAt('all', at, ({ links, programs, maps, cgroups, bpffs }) => ({
      link: [...links.keys()],
      program: [...programs.keys()],
      map: [...maps.keys()],
      cgroup: [...cgroups.keys()],
      pin: [...bpffs.entries()].flatMap(([path, { kind }]) => (kind === 'dir' ? [] : [path])),
    }));
  };
  const [then, now] = [await ids(oldest), await ids(head)];
  const findShared = <K extends keyof typeof then>(kind: K) =>
    (then[kind] as (number | string)[]).find((one) => (now[kind] as unknown[]).includes(one));
  for (const kind of ['link', 'program', 'map', 'cgroup'] as const) {
    living[kind] = Number(findShared(kind) ?? now[kind][0] ?? 0);
  }
  living.pin = String(findShared('pin') ?? now.pin[0] ?? '/none');
  const path = await service.log.withStateAt(
    'all',
    head,
    ({ cgroups }) => [...cgroups.values()].find(({ lists }) => lists.size > 0)?.path,
  );
  living.path = path ?? '/';
}

interface Variant {
  /** What is asked of the log that was cut, after the path of the operation; `{…}` are filled in. */
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  /** What the twin is asked instead, where the question begins with the log. */
  readonly twin?: string;
  /** It names what was removed. */
  readonly removed?: true;
  /** Parts of the answer that tell of the cut, and are not part of the twin's. */
  readonly tells?: readonly string[];
}

/** A question about a moment: before the cut, at it, after it, and now. */
function atMoments(more = '', path?: Variant['path']): Variant[] {
  const query = (at: string) => [at, more].filter((part) => part !== '').join('&');
  const of = path === undefined ? {} : { path };
  return [
    { ...of, query: query(`at=${oldest - 1}`), removed: true },
    { ...of, query: query('at=1'), removed: true },
    { ...of, query: query('at=boot:1'), removed: true },
    { ...of, query: query(`at=${oldest}`) },
    { ...of, query: query(`at=${oldest + 1}`) },
    { ...of, query: query(`at=${Math.floor((oldest + head) / 2)}`) },
    { ...of, query: more },
  ];
}

function spans(more: string): Variant[] {
  const and = more === '' ? '' : `&${more}`;
  return [
    { query: `from=1${and}`, removed: true },
    { query: `from=${oldest - 1}${and}`, removed: true },
    { query: `to=${oldest - 1}${and}`, removed: true },
    { query: `from=${oldest}${and}` },
    { query: `from=${EARLY}${and}`, twin: `from=${oldest}${and}` },
    { query: `from=${oldest + 3}&to=${head - 3}${and}` },
    { query: more, twin: `from=${oldest}${and}` },
  ];
}

const histories = (id: number): Variant[] => [
  { path: { id }, query: `at=${oldest - 1}`, removed: true },
  { path: { id }, query: `after=${head}:1`, removed: true },
  { path: { id }, query: `after=${head}:${oldest}`, tells: ['begins'] },
  { path: { id }, twin: `after=${head}:${oldest}`, tells: ['begins'] },
];

function variants(): Readonly<Record<string, readonly Variant[]>> {
  const { link, program, map, cgroup, path, pin } = living;
  const place = `cgroup=${encodeURIComponent(path)}&attach_type=cgroup_inet_ingress`;
  const at = atMoments();
  return {
    ...{ getHealth: [], getReadiness: [], listReleases: [], diffReleases: [], listDeletions: [] },
    ...{ listRules: [], getRule: [], listDeliveries: [], listKeys: [] },
    // Of all hosts; below, by themselves.
    ...{ listFleetEvents: [], followFleetEvents: [] },
    listFleetPrograms: [{ query: 'name=p' }],
    getMajority: [{ query: place }],
    getEffectiveEverywhere: [{ query: `program_name=p` }],
    listHosts: [{}],
    getHost: at.map((one) => ({ ...one, tells: ['oldest'] })),
    getHostMetrics: [{}],
    listBranches: [{}],
    followEvents: [
      { query: 'after=0', removed: true },
      { query: `after=${oldest - 2}`, removed: true },
      { query: `after=${oldest - 1}` },
      { query: `after=${oldest + 4}` },
      { twin: `after=${oldest - 1}` },
    ],
    listEvents: [
      { query: 'after=0', removed: true },
      { query: `after=${oldest - 2}&limit=3`, removed: true },
      { query: `at=${oldest - 1}`, removed: true },
      { query: 'from=1', removed: true },
      { query: 'from=boot:1', removed: true },
      { query: `from=2020-01-01T00:00:00Z`, removed: true },
      { query: `to=${oldest - 1}`, removed: true },
      { query: 'to=2020-01-01T00:00:00Z', removed: true },
      { query: `to=${oldest}`, twin: `to=${oldest}&after=${oldest - 1}` },
      { query: 'limit=1000', twin: `limit=1000&after=${oldest - 1}` },
      { query: 'limit=1000&order=desc', twin: `limit=1000&order=desc&after=${oldest - 1}` },
      { query: 'count=true', twin: `count=true&after=${oldest - 1}` },
      { query: `from=${oldest}&count=true` },
      { query: `errno=EBUSY&count=true`, twin: `errno=EBUSY&count=true&after=${oldest - 1}` },
      {
        query: `program=${program}&limit=1000`,
        twin: `program=${program}&limit=1000&after=${oldest - 1}`,
      },
      { query: `cgroup=/&limit=1000`, twin: `cgroup=/&limit=1000&after=${oldest - 1}` },
    ],
    getEvent: [
      { path: { position: 2 }, removed: true },
      { path: { position: oldest } },
      { path: { position: oldest + 1 } },
      { path: { position: head } },
      { path: { position: head + 1 } },
    ],
    getState: at,
    listProcesses: at,
    getProcess: atMoments('', { pid: 1 }),
    getPinHistory: [
      { query: `path=${pin}&at=2`, removed: true },
      { query: `path=${pin}`, twin: `path=${pin}&after=${head}:${oldest}`, tells: ['begins'] },
    ],
    getCgroupsHistory: [
      { query: `path=${path}&at=2`, removed: true },
      { query: `path=${path}`, twin: `path=${path}&after=${head}:${oldest}`, tells: ['begins'] },
    ],
    getLinkHistory: histories(link),
    getProgramHistory: histories(program),
    getMapHistory: histories(map),
    getCgroupHistory: histories(cgroup),
    getProcessHistory: histories(1),
    getCgroupOutline: [...atMoments(), ...atMoments(`seek=${encodeURIComponent(path)}`)],
    listCgroups: [...at, ...atMoments('attached=true'), ...atMoments('format=bpftool')],
    getCgroup: atMoments('', { cgroup_id: cgroup }),
    getEffective: atMoments(place),
    followEffective: [{ query: place }],
    followLinks: [{}],
    getArrayTimeline: spans(place),
    getTimeline: spans(''),
    listLinks: at,
    getLink: atMoments('', { id: link }),
    listPrograms: at,
    getProgram: atMoments('', { id: program }),
    listMaps: at,
    getMap: atMoments('', { id: map }),
    listStorages: atMoments('', { id: map }),
    listElements: atMoments('', { id: map }),
    listPins: at,
    getExecutor: [{}],
    getDrift: [{}],
    followDrift: [{}],
    explain: atMoments(`${place}&program=${program}`).map((one) => ({ ...one, tells: ['begins'] })),
    getGaps: spans(place),
    bisect: [...spans(`${place}&condition=empty`), ...spans(`${place}&condition=has:${program}`)],
    getDiff: [
      { query: 'from=1', removed: true },
      { query: `from=${oldest - 1}`, removed: true },
      { query: `from=${oldest}` },
      { query: `from=${EARLY}`, twin: `from=${oldest}` },
      { query: '', twin: `from=${oldest}` },
    ],
    listCheckpoints: [{}],
    proveInclusion: [
      { query: 'position=1', removed: true },
      { query: `position=${oldest}`, removed: true },
      { query: `position=${oldest + 1}` },
      { query: `position=${head - 60}` },
    ],
    proveConsistency: [
      { query: 'from=1', removed: true },
      { query: `from=${oldest - 1}`, removed: true },
      { query: `from=${oldest}` },
      { query: `from=${oldest + 1}` },
      { query: `from=${head - 60}` },
      { query: 'from=0' },
    ],
    verifyHost: [],
    exportLog: [
      { query: 'after=0', removed: true },
      { query: `after=${oldest - 2}`, removed: true },
      { query: `format=csv&to=${oldest - 1}`, removed: true },
      { query: `after=${oldest}` },
      { query: '', twin: `after=${oldest - 1}` },
      { query: 'format=csv', twin: `format=csv&after=${oldest - 1}` },
      { query: 'format=audit', twin: `format=audit&after=${oldest - 1}` },
    ],
  };
}

it('each operation that reads is in the walk', () => {
  expect(Object.keys(variants()).sort()).toEqual([...paths.keys()].sort());
});

/** What differs between the two for other reasons: their names, and who recorded what. */
function comparable(value: unknown, tells: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => comparable(one, tells));
  if (typeof value === 'string') {
    return value
      .replace(/; of what ended before position \d+ nothing is kept$/, '')
      .replace(/; the events before position \d+ were removed when the log was cut$/, '')
      .replace(` since position ${oldest}`, '')
      .replace(/\b(cut|all)\b/g, 'HOST');
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      if (['host', 'name', 'created_at', 'imported', ...tells].includes(key)) return [];
      return [[key, comparable(one, tells)]];
    }),
  );
}

async function answer(host: string, operationId: string, { path = {}, query = '' }: Variant) {
  const filled = { host, ...path };
  const place = (paths.get(operationId) ?? '').replace(
    /\{(\w+)\}/g,
    (_, name: keyof typeof filled) => String(filled[name]),
  );
  const url = query === '' ? place : `${place}?${query}`;
  const response = await get(url);
  if (response.headers.get('content-type')?.startsWith('text/event-stream') && response.ok) {
    const messages = messagesOf(response);
    const count = operationId === 'followEvents' ? head - oldest - 5 : 1;
    const taken = await messages.take(count);
    await messages.stop();
    return {
      url,
      status: response.status,
      body: taken.map(({ event, data }) => ({ event, data })),
    };
  }
  const text = await response.text();
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    body = text.replaceAll(/\b(host=|node=)?(cut|all)\b/g, 'HOST');
  }
  return { url, status: response.status, body };
}

/** Whether an explanation names an event that was removed: then no log that was cut can give it. */
function isEndedBefore(body: unknown): boolean {
  const { event, why } = body as {
    readonly event?: { readonly position: number };
    readonly why?: string;
  };
  return why !== undefined && event !== undefined && event.position < oldest;
}

describe('a log that was cut', () => {
  it.each([...paths.keys()])('%s', async (operationId) => {
    for (const variant of variants()[operationId] ?? []) {
      const { twin, removed, tells = [] } = variant;
      const found = await answer('cut', operationId, variant);
      if (removed) {
        expect([found.url, found.status, found.body]).toEqual([
          found.url,
          410,
          expect.objectContaining({
            type: 'urn:bpfledger:problem:position-removed',
            position: oldest,
          }),
        ]);
        continue;
      }
      const asked = twin === undefined ? variant : { ...variant, query: twin };
      const wanted = await answer('all', operationId, asked);
      expect([found.url, found.status]).toEqual([found.url, wanted.status]);
      if (isEndedBefore(wanted.body)) {
        const { sentence, begins } = found.body as Record<string, unknown>;
        expect([begins, sentence]).toEqual([
          oldest,
          expect.stringMatching(/removed when the log was cut$/),
        ]);
        continue;
      }
      expect({ of: found.url, body: comparable(found.body, tells) }).toEqual({
        of: found.url,
        body: comparable(wanted.body, tells),
      });
    }
    expect(service.faults).toEqual([]);
  });

  it('does not go on with a page from before the cut, as if nothing were missing', async () => {
    const { next } = (await (await get('/v1/hosts/all/events?limit=3')).json()) as { next: string };
    const answered = await get(`/v1/hosts/cut/events?limit=3&next=${next}`);
    expect([answered.status, await answered.json()]).toEqual([
      410,
      expect.objectContaining({ position: oldest }),
    ]);
  });

  it('is read among the events of all hosts from the cut on, and that is told', async () => {
    const removed = [{ host: 'cut', oldest }];
    for (const order of ['asc', 'desc']) {
      const read: number[] = [];
      const told: unknown[] = [];
      let query = `host=cut&limit=7&order=${order}`;
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page = (await (await get(`/v1/events?${query}${next}`)).json()) as {
          items: { position: number }[];
          removed?: unknown[];
          next?: string;
        };
        read.push(...page.items.map(({ position }) => position));
        told.push(...(page.removed ?? []));
        next = page.next && `&next=${page.next}`;
      }
      const wanted = Array.from({ length: head - oldest + 1 }, (_, i) => oldest + i);
      expect(read).toEqual(order === 'asc' ? wanted : wanted.reverse());
      expect(new Set(told.map((one) => JSON.stringify(one)))).toEqual(
        new Set(removed.map((one) => JSON.stringify(one))),
      );
      query = '';
    }
    const counted = await get('/v1/events?host=cut&count=true&limit=1');
    expect(await counted.json()).toMatchObject({ count: head - oldest + 1 });
    const stream = messagesOf(await get('/v1/events/stream?host=cut'));
    const [first, second] = await stream.take(2);
    expect(first).toMatchObject({ event: 'removed', data: removed[0] });
    expect(second).toMatchObject({ event: 'event', data: { host: 'cut', position: oldest } });
    await stream.stop();
  });

  it('is replayed from the first boot since, and only from there', async () => {
    const body = (name: string) => ({
      headers: { 'content-type': 'application/json' },
      method: 'POST',
      body: name,
    });
    const replay = async () =>
      service.app.request('/v1/hosts/cut/replays', body(JSON.stringify({ release: '5.10' })));
    const refused = await replay();
    expect([refused.status, await refused.json()]).toEqual([
      410,
      expect.objectContaining({ position: oldest }),
    ]);
    const { events } = await service.log.reboot('cut', { actor: 'local' });
    const boot = events[0]?.position;
    await service.log.submit('cut', {
      actor: 'local',
      calls: [{ call: { name: 'mkdir', path: '/after-boot' } }],
    });
    const answered = await replay();
    expect([answered.status, await answered.json()]).toEqual([
      200,
      expect.objectContaining({ begins: boot, items: [] }),
    ]);
  });

  it('explains nothing by what was removed, and says so', async () => {
    const { log, database, signer } = service;
    const host = 'explained';
    const { host_id } = await log.createHost({ name: host, actor: 'local', release: '6.18' });
    const does = async (...calls: readonly Call[]) => {
      const { events } = await log.submit(host, {
        actor: 'local',
        calls: calls.map((call) => ({ call })),
      });
      return events.at(-1)?.position ?? 0;
    };
    const place = { name: 'mkdir', path: '/a' } as const;
    const load = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
    const attached = {
      target_fd: 3,
      attach_bpf_fd: 4,
      attach_type: 'cgroup_inet_ingress',
    } as const;
    await does(place, { name: 'open_cgroup', path: '/a' }, load);
    await does({ name: 'prog_attach', ...attached }, { name: 'prog_detach', ...attached });
    // A second program comes and goes, and a cgroup.
    await does(load, { name: 'close', fd: 5 }, { name: 'mkdir', path: '/gone' });
    const before = await does({ name: 'rmdir', path: '/gone' }, { name: 'mkdir', path: '/b' });
    await signHead(database, { host_id, host }, { ...signer, now: 1 });
    const after = await does({ name: 'mkdir', path: '/c' });
    const explain = async (cgroup: string, program: number, at: number) => {
      const query = `cgroup=${cgroup}&attach_type=cgroup_inet_ingress&program=${program}&at=${at}`;
      const response = await get(`/v1/hosts/${host}/explain?${query}`);
      return (await response.json()) as { why: string; begins?: number; sentence: string };
    };
    const programs = await log.withHead(host, (kernel) => [...kernel.programs.keys()]);
    const first = programs[0] ?? 0;
    expect((await explain('/a', first, before)).why).toBe('detached');
    await cutAt(database, host, before);
    for (const at of [before, after]) {
      for (const [cgroup, program, why, said] of [
        ['/a', first, 'never_attached', `nobody attached it to this cgroup or to one above it`],
        ['/a', first + 1, 'never_loaded', 'no program of this id was loaded'],
        ['/gone', first, 'no_such_cgroup', 'there was no such cgroup'],
      ] as const) {
        const found = await explain(cgroup, program, at);
        expect(found).toMatchObject({ why, begins: before });
        expect(found.sentence).toContain(
          `: ${said} since position ${before}; the events before position ${before} were removed ` +
            'when the log was cut',
        );
      }
    }
  });

  it('verifies, and says what was removed', async () => {
    const { body } = await answer('cut', 'verifyHost', {});
    expect(body).toMatchObject({ holds: true, cut: { position: oldest } });
    expect((body as { not_excluded: string[] }).not_excluded.join('\n')).toContain(
      `The events before position ${oldest} were removed`,
    );
  });
});
