// The attacks: what one client can ask of the service that might keep it from everybody else.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { heavyBodies, reports, wrongBodies } from './bodies.ts';
import { type Answered, abandon, ask, postJson } from './client.ts';

export interface Attack {
  readonly name: string;
  /** Gives what came of it, in a word or two. */
  readonly run: (url: string) => Promise<string>;
}

const MIB = 1024 * 1024;
/** Just below what the service takes at most. */
const BODY_BYTES = 8 * MIB - 4096;

const statusOf = ({ status, bytes }: Answered): string =>
  bytes > 100_000 ? `${status}, ${(bytes / MIB).toFixed(1)} MiB` : String(status);

function read(name: string, path: string): Attack {
  return { name, run: async (url) => statusOf(await ask(`${url}/v1/hosts/${path}`)) };
}

function abandonment(name: string, path: string, times: number): Attack {
  return {
    name: `${times} × ${name}, abandoned`,
    async run(url) {
      await abandon(`${url}/v1/hosts/${path}`, { times, until: () => sleep(300) });
      return 'left';
    },
  };
}

function post(name: string, path: string, body: () => string): Attack {
  return { name, run: async (url) => statusOf(await postJson(`${url}/v1/hosts/${path}`, body())) };
}

function concurrently(name: string, path: string, times: number): Attack {
  return {
    name: `${times} × ${name} concurrently`,
    async run(url) {
      const all = Array.from({ length: times }, () => ask(`${url}/v1/hosts/${path}`));
      const statuses = (await Promise.all(all)).map(({ status }) => status);
      const counts = new Map<number, number>();
      for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
      return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
    },
  };
}

function ndjson(name: string, lines: () => string): Attack {
  return {
    name,
    async run(url) {
      const headers = { 'content-type': 'application/x-ndjson' };
      const asked = { method: 'POST', headers, body: lines() };
      return statusOf(await ask(`${url}/v1/hosts/busy/syscalls`, asked));
    },
  };
}

/** Posting the body to every route that takes one of that kind. */
function bodies(): Attack[] {
  const wrong = Object.entries(wrongBodies(BODY_BYTES)).map(([name, body]) =>
    post(name, 'busy/syscalls', () => body),
  );
  const heavy = Object.entries(heavyBodies(BODY_BYTES)).flatMap(([name, body]) => [
    post(`plan: ${name}`, 'wide/plan', () => body),
    post(`record: ${name}`, 'busy/syscalls', () => body),
  ]);
  const line = wrongBodies(2 * MIB - 4096)['unknown fields in a call'] ?? '';
  return [
    ...wrong,
    ...heavy,
    post('reports of unknown fields', 'busy/executor/reports', () => reports(BODY_BYTES)),
    post(
      'replay: unknown fields',
      'busy/replays',
      () => wrongBodies(BODY_BYTES)['unknown fields beside a call'] ?? '',
    ),
    ndjson('a line of unknown fields', () => `${line}\n`),
  ];
}

/** Imports under a name of its own. */
function bundleImport(
  name: string,
  host: string,
  bundle: (url: string) => Promise<Buffer>,
): Attack {
  return {
    name: `import: ${name}`,
    async run(url) {
      const headers = { 'content-type': 'application/vnd.bpfledger.bundle+ndjson' };
      const asked = { method: 'POST', headers, body: await bundle(url) };
      return statusOf(await ask(`${url}/v1/bundles?host=${host}`, asked));
    },
  };
}

const imports: readonly Attack[] = [
  bundleImport('a long log', 'busy-copy', async (url) => {
    const response = await fetch(`${url}/v1/hosts/busy/export?format=bundle`);
    return Buffer.from(await response.arrayBuffer());
  }),
  bundleImport('a line of nested lists', 'nested', async () => {
    const head = `{"type":"event","body":${'['.repeat(16 * MIB)}${']'.repeat(16 * MIB)}`;
    const digest = createHash('sha256').update(head).digest('hex');
    return Buffer.from(`${head},"sha256":"${digest}"}\n`);
  }),
];

const filter = 'cgroup=/none&call=rmdir';
const place = 'cgroup=/c0/c0&attach_type=egress';

const reads: readonly Attack[] = [
  read('events: filtered pages', `busy/events?${filter}`),
  read('export: filtered', `busy/export?format=ndjson&${filter}`),
  read('export: NDJSON', 'busy/export?format=ndjson'),
  read('export: CSV', 'busy/export?format=csv'),
  read('export: bundle', 'busy/export?format=bundle'),
  read('verify', 'busy/verify'),
  read('diff of a long log', 'busy/diff?from=2'),
  read('gaps', `busy/gaps?${place}`),
  read('bisect', `busy/bisect?${place}&condition=empty`),
  read('explain', `busy/explain?${place}&program=3`),
  read('history of a process', 'busy/processes/1/history?limit=1000'),
  {
    name: 'replay under 5.10',
    run: async (url) =>
      statusOf(await postJson(`${url}/v1/hosts/busy/replays`, '{"release":"5.10","limit":1000}')),
  },
  read('wide: state', 'wide/state'),
  read('wide: past state', 'wide/state?at=1000'),
  read('wide: diff of the root attach', 'wide/diff?from=2'),
  read('wide: cgroups', 'wide/cgroups?limit=1000'),
  read('wide: tree for bpftool', 'wide/cgroups?format=bpftool'),
  read('wide: effective tree for bpftool', 'wide/cgroups?format=bpftool&effective=true'),
  read('wide: effective, held by', 'wide/effective?cgroup=/pod-1&attach_type=egress'),
  abandonment('filtered stream from 0', `busy/events/stream?${filter}`, 40),
  abandonment('stream from 0', 'busy/events/stream', 40),
  abandonment('filtered export', `busy/export?format=ndjson&${filter}`, 8),
  abandonment('verify', 'busy/verify', 2),
  abandonment('diff', 'busy/diff?from=2', 10),
  concurrently('diff', 'busy/diff?from=2', 20),
  concurrently('wide state', 'wide/state', 10),
  concurrently('filtered pages', `busy/events?${filter}`, 40),
];

export const attacks: readonly Attack[] = [...bodies(), ...imports, ...reads];
