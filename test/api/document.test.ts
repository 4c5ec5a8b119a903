// What openapi.yaml says of answers is what the service answers: for every operation a real request,
// whose status, media type, headers and body are held against the document.

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLES } from '../../src/api/document/examples.ts';
import { closeSchema, openapiDocument } from '../support/openapi.ts';
import { startTestService, type TestService } from './running.ts';
import { messagesOf } from './sse.ts';

interface Header {
  readonly required?: boolean;
  readonly schema: object;
}

interface Answer {
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}

const document = openapiDocument<{
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}>();
const operations = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [operation.operationId, { path, method, ...operation }] as const,
    ),
  ),
);

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(closeSchema(document) as object, 'api');

const pointer = (...names: readonly string[]) =>
  names
    .map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');

/** What is wrong with a body, by the schema that the document has for it. */
function faultsOf(body: unknown, where: readonly string[]): unknown {
  const validate = ajv.compile({ $ref: `api#${pointer(...where)}` });
  return validate(body) ? [] : validate.errors;
}

/** Headers that say how an answer is sent, or that every answer has (docs/api.md). */
const UNSAID = new Set([
  ...['content-type', 'x-content-type-options', 'x-request-id', 'vary'],
  ...['cross-origin-resource-policy', 'cross-origin-opener-policy'],
]);

interface Asked {
  readonly url: string;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const H = '/v1/hosts/h';
const PLACE = 'cgroup=/pods&attach_type=egress';
const call = { call: { name: 'mkdir', path: '/made' } };
const KEY = { 'idempotency-key': 'k1' };
let lease = '';
let bundle = '';
/** Of the host at position 3. */
let tag = '';

/** At least one request of each operation; those that write come in this order. */
const ASKED: readonly (readonly [operationId: string, asked: () => Asked])[] = [
  ['getHealth', () => ({ url: '/healthz' })],
  ['getReadiness', () => ({ url: '/readyz' })],
  ['listReleases', () => ({ url: '/v1/releases' })],
  ['listReleases', () => ({ url: '/v1/releases?release=none', status: 422 })],
  ['diffReleases', () => ({ url: '/v1/releases/diff?from=5.10&to=6.18' })],
  ['createHost', () => ({ url: '/v1/hosts', body: { name: 'h2', release: '6.18' }, status: 201 })],
  ['createHost', () => ({ url: '/v1/hosts', body: { name: 'h2', release: '6.18' }, status: 409 })],
  ['createHost', () => ({ url: '/v1/hosts', body: { nam: 'h2' }, status: 422 })],
  ['listHosts', () => ({ url: '/v1/hosts' })],
  ['listHosts', () => ({ url: '/v1/hosts?limit=1&search=h' })],
  ['listFleetEvents', () => ({ url: '/v1/events' })],
  ['listFleetEvents', () => ({ url: '/v1/events?order=desc&limit=1&call=boot' })],
  ['listFleetEvents', () => ({ url: '/v1/events?next=1', status: 422 })],
  ['listFleetPrograms', () => ({ url: '/v1/programs?tag=0&name=p&count=true' })],
  ['listFleetPrograms', () => ({ url: '/v1/programs', status: 422 })],
  ['getEffectiveEverywhere', () => ({ url: '/v1/effective?program_name=p&program_name=q' })],
  ['getMajority', () => ({ url: '/v1/effective/majority?cgroup=/pods&attach_type=egress' })],
  ['listDeletions', () => ({ url: '/v1/deletions?host=h*&count=true&order=desc' })],
  ['listDeletions', () => ({ url: '/v1/deletions?next=1', status: 422 })],
  ['followFleetEvents', () => ({ url: '/v1/events/stream' })],
  ['addRule', () => ({ url: '/v1/rules', body: RULE, status: 201 })],
  ['addRule', () => ({ url: '/v1/rules', body: RULE, status: 409 })],
  ['addRule', () => ({ url: '/v1/rules', body: { ...RULE, url: 'http://10.0.0.1' }, status: 422 })],
  ['listRules', () => ({ url: '/v1/rules' })],
  ['getRule', () => ({ url: '/v1/rules/1' })],
  ['listDeliveries', () => ({ url: '/v1/rules/1/deliveries?state=dead' })],
  ['retryDeliveries', () => ({ url: '/v1/rules/1/deliveries/retry', body: {} })],
  ['removeRule', () => ({ url: '/v1/rules/1', status: 204 })],
  ['getHost', () => ({ url: H })],
  ['getHost', () => ({ url: '/v1/hosts/nobody', status: 404 })],
  ['rebootHost', () => ({ url: '/v1/hosts/h2/reboot', body: {} })],
  ['postSyscalls', () => ({ url: `${H}/syscalls`, body: call, headers: KEY })],
  ['postSyscalls', () => ({ url: `${H}/syscalls`, body: call, headers: KEY })],
  ['postSyscalls', () => ({ url: `${H}/syscalls`, body: [call, call] })],
  ['planSyscalls', () => ({ url: `${H}/plan`, body: call })],
  ['replayHost', () => ({ url: `${H}/replays`, body: { release: '5.10' } })],
  ['createBranch', () => ({ url: `${H}/branches`, body: { name: 'b' }, status: 201 })],
  ['listBranches', () => ({ url: `${H}/branches` })],
  ['followEvents', () => ({ url: `${H}/events/stream` })],
  ['listEvents', () => ({ url: `${H}/events` })],
  ['listEvents', () => ({ url: `${H}/events?limit=2` })],
  ['getEvent', () => ({ url: `${H}/events/2` })],
  ['getState', () => ({ url: `${H}/state` })],
  ['getState', () => ({ url: `${H}/state?at=3`, headers: { 'if-none-match': tag }, status: 304 })],
  ['listProcesses', () => ({ url: `${H}/processes` })],
  ['getProcess', () => ({ url: `${H}/processes/1` })],
  ['getPinHistory', () => ({ url: `${H}/pins/history?path=/p` })],
  ['getCgroupsHistory', () => ({ url: `${H}/cgroups/history?path=/pods` })],
  ['getLinkHistory', () => ({ url: `${H}/links/1/history` })],
  ['getLinkHistory', () => ({ url: `${H}/links/1/history?limit=1` })],
  ['getProgramHistory', () => ({ url: `${H}/programs/1/history` })],
  ['getProgramHistory', () => ({ url: `${H}/programs/1/history?format=text` })],
  ['getMapHistory', () => ({ url: `${H}/maps/1/history` })],
  ['getCgroupHistory', () => ({ url: `${H}/cgroups/2/history` })],
  ['getProcessHistory', () => ({ url: `${H}/processes/1/history` })],
  ['listCgroups', () => ({ url: `${H}/cgroups` })],
  ['listCgroups', () => ({ url: `${H}/cgroups?attached=true` })],
  ['listCgroups', () => ({ url: `${H}/cgroups?format=bpftool` })],
  ['getCgroupOutline', () => ({ url: `${H}/cgroups/outline?seek=/a/b&closed=7` })],
  ['getCgroup', () => ({ url: `${H}/cgroups/2` })],
  ['getEffective', () => ({ url: `${H}/effective?${PLACE}` })],
  ['getEffective', () => ({ url: `${H}/effective?${PLACE}&format=text` })],
  ['followEffective', () => ({ url: `${H}/effective/stream?${PLACE}` })],
  ['followLinks', () => ({ url: `${H}/links/stream` })],
  ['getArrayTimeline', () => ({ url: `${H}/effective/timeline?${PLACE}` })],
  ['getTimeline', () => ({ url: `${H}/timeline` })],
  ['listLinks', () => ({ url: `${H}/links` })],
  ['getLink', () => ({ url: `${H}/links/1` })],
  ['listPrograms', () => ({ url: `${H}/programs?limit=1` })],
  ['getProgram', () => ({ url: `${H}/programs/1` })],
  ['listMaps', () => ({ url: `${H}/maps` })],
  ['getMap', () => ({ url: `${H}/maps/1` })],
  ['listStorages', () => ({ url: `${H}/maps/1/storages` })],
  ['listElements', () => ({ url: `${H}/maps/1/elements` })],
  ['listPins', () => ({ url: `${H}/pins` })],
  ['getHostMetrics', () => ({ url: `${H}/metrics` })],
  [
    'takeExecutorLease',
    () => ({ url: `${H}/executor/lease`, body: { executor: 'e', instance: 'i', place: PLACED } }),
  ],
  [
    'postExecutorReports',
    () => ({ url: `${H}/executor/reports`, body: { lease, reports: REPORTS } }),
  ],
  ['getExecutor', () => ({ url: `${H}/executor` })],
  ['getExecutor', () => ({ url: '/v1/hosts/h2/executor' })],
  ['getDrift', () => ({ url: `${H}/drift` })],
  ['followDrift', () => ({ url: `${H}/drift/stream` })],
  ['explain', () => ({ url: `${H}/explain?${PLACE}&program=1` })],
  ['getGaps', () => ({ url: `${H}/gaps?${PLACE}` })],
  ['bisect', () => ({ url: `${H}/bisect?${PLACE}&condition=has:1` })],
  ['bisect', () => ({ url: `${H}/bisect?${PLACE}&condition=differs:b` })],
  ['getDiff', () => ({ url: `${H}/diff?from=2` })],
  ['getDiff', () => ({ url: '/v1/hosts/b/diff?against=h' })],
  ['signCheckpoint', () => ({ url: `${H}/checkpoints`, body: {}, status: 201 })],
  ['listCheckpoints', () => ({ url: `${H}/checkpoints` })],
  ['proveInclusion', () => ({ url: `${H}/proofs/inclusion?position=1` })],
  ['proveConsistency', () => ({ url: `${H}/proofs/consistency?from=0` })],
  ['listKeys', () => ({ url: '/v1/keys' })],
  ['verifyHost', () => ({ url: `${H}/verify` })],
  ['exportLog', () => ({ url: `${H}/export` })],
  ['exportLog', () => ({ url: `${H}/export?format=bundle` })],
  [
    'importBundle',
    () => ({ url: '/v1/bundles?host=h3', body: bundle, headers: BUNDLE, status: 201 }),
  ],
  [
    'importBundle',
    () => ({ url: '/v1/bundles?host=h4', body: '{}\n', headers: BUNDLE, status: 422 }),
  ],
  [
    'importRecording',
    () => ({ url: '/v1/hosts/h5/import?release=6.18', body: RECORDING, headers: TEXT }),
  ],
  ['importRecording', () => ({ url: `${H}/import`, body: 'no trace', headers: TEXT, status: 422 })],
  ['dropBranch', () => ({ url: `${H}/branches/b`, status: 204 })],
  ['exportLog', () => ({ url: `${H}/export?format=bundle&call=mkdir`, status: 422 })],
];
const RULE = {
  name: 'left',
  url: 'https://example.org/hook',
  condition: { kind: 'left', program: { prog_name: 'p' }, cgroup: '/pods/*' },
};
const BUNDLE = { 'content-type': 'application/vnd.bpfledger.bundle+ndjson' };
const TEXT = { 'content-type': 'text/plain' };
const RECORDING =
  '812 1795337541.115645 mkdir("/sys/fs/cgroup/pod", 0777) = 0\n' +
  '812 1795337541.116341 +++ exited with 0 +++\n';
const PLACED = { kernel: '6.18', cgroup_root: '/c', bpffs: '/b', ephemeral: false };
const REPORTS = [
  { position: 1, how: 'found', outcome: { ret: 0 } },
  { position: 2, how: 'performed', outcome: { errno: 'EEXIST', rule: 'kernel-said-so' } },
];

let service: TestService;

async function ask(operationId: string, { url, body, headers = {} }: Asked): Promise<Response> {
  const { method = 'get' } = operations.get(operationId) ?? {};
  return service.app.request(url, {
    method: method.toUpperCase(),
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

beforeAll(async () => {
  service = await startTestService();
  const attach_type = 'cgroup_inet_egress';
  const calls = [
    { name: 'mkdir', path: '/pods' },
    { name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: attach_type },
    { name: 'link_create', prog_fd: 3, target_path: '/pods', attach_type },
    { name: 'obj_pin', bpf_fd: 3, path: '/p' },
    { name: 'map_create', map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 },
    { name: 'rmdir', path: '/none' },
  ];
  await ask('createHost', { url: '/v1/hosts', body: { name: 'h', release: '6.18' } });
  for (const one of calls) {
    const response = await ask('postSyscalls', { url: `${H}/syscalls`, body: { call: one } });
    expect(await response.json()).toMatchObject({ call: one });
  }
  const state = await ask('getState', { url: `${H}/state?at=3` });
  tag = state.headers.get('etag') ?? '';
}, 60_000);
afterAll(() => service.close());

it('each operation is asked for', () => {
  const asked = new Set(ASKED.map(([operationId]) => operationId));
  expect([...operations.keys()].filter((operationId) => !asked.has(operationId))).toEqual([]);
});

it.each(ASKED.map(([operationId, asked]) => [operationId, asked().url, asked] as const))(
  '%s: %s',
  async (operationId, _, asked) => {
    const operation = operations.get(operationId);
    if (operation === undefined) throw new Error('there is no such operation');
    const { path, method, responses } = operation;
    const { status = 200, ...request } = asked();
    const response = await ask(operationId, request);
    expect([
      response.status,
      status < 400 && response.status >= 400 ? await response.text() : '',
    ]).toEqual([status, '']);
    const key = String(status) in responses ? String(status) : 'default';
    const said = responses[key];
    if (said === undefined) throw new Error(`nothing is said of ${status}`);

    const sent = [...response.headers.keys()].filter((name) => !UNSAID.has(name));
    expect(sent.filter((name) => said.headers?.[name] === undefined)).toEqual([]);
    const must = Object.entries(said.headers ?? {}).filter(([, { required }]) => required);
    expect(must.map(([name]) => name).filter((name) => !sent.includes(name))).toEqual([]);

    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    expect(Object.keys(said.content ?? { '': {} })).toContain(type);
    const content = ['paths', path, method, 'responses', key, 'content', type];
    if (!/json$/.test(type) || type.endsWith('ndjson')) {
      if (type === 'text/event-stream') await firstMessageFits(response, [...content, 'schema']);
      else if (type.endsWith('bundle+ndjson') || request.url.endsWith('=bundle')) {
        bundle = await response.text();
      } else await response.text();
      return;
    }
    const body: unknown = await response.json();
    expect(faultsOf(body, [...content, 'schema'])).toEqual([]);
    if (operationId === 'takeExecutorLease') lease = (body as { lease: string }).lease;
  },
);

/** The schema is that of a message, and names the one of its data. */
async function firstMessageFits(response: Response, where: readonly string[]): Promise<void> {
  const messages = messagesOf(response);
  const [message] = await messages.take(1);
  await messages.stop();
  if (message === undefined) throw new Error('no message came');
  const { event, id, data } = message;
  const sent = { event, ...(id !== '' && { id }), data: JSON.stringify(data) };
  expect(faultsOf(sent, where)).toEqual([]);
  const payload = PAYLOADS[where[1] ?? ''];
  expect(faultsOf(data, ['components', 'schemas', payload ?? ''])).toEqual([]);
}

/** What the first message of each stream carries. */
const PAYLOADS: Readonly<Record<string, string>> = {
  '/v1/events/stream': 'HostEvent',
  '/v1/hosts/{host}/events/stream': 'Event',
  '/v1/hosts/{host}/drift/stream': 'Drift',
  '/v1/hosts/{host}/effective/stream': 'SlotChange',
  '/v1/hosts/{host}/links/stream': 'LinkChange',
};

it('each operation that takes a body has an example, save that of a bundle', () => {
  const takes = [...operations.values()].filter(({ requestBody }) => requestBody !== undefined);
  const having = takes.filter(({ requestBody }) =>
    Object.values(requestBody?.content ?? {}).some(({ example }) => example !== undefined),
  );
  const ids = (of: readonly Operation[]) => of.map(({ operationId }) => operationId).toSorted();
  expect(ids(having)).toEqual(ids(takes).filter((id) => id !== 'importBundle'));
  expect(ids(having)).toEqual(EXAMPLES.map(({ operationId }) => operationId).toSorted());
});

it('each example is taken', async () => {
  let given: unknown;
  for (const { operationId, type, body } of EXAMPLES) {
    const { path = '' } = operations.get(operationId) ?? {};
    const sent =
      operationId === 'postExecutorReports' ? { ...(body as object), lease: given } : body;
    const response = await service.app.request(path.replace('{host}', 'web1'), {
      method: 'POST',
      headers: { 'content-type': type },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
    });
    const text = await response.text();
    expect([operationId, response.status, text]).toEqual([
      operationId,
      ['createHost', 'createBranch', 'addRule'].includes(operationId) ? 201 : 200,
      expect.not.stringContaining('urn:bpfledger:problem'),
    ]);
    if (operationId === 'takeExecutorLease') given = (JSON.parse(text) as { lease: string }).lease;
  }
});
