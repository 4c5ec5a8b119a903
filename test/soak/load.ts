// Mixed load on running services: calls that come and go, keyed repeats, reads of now and of the past,
// streams that are opened and left, checkpoints, proofs and exports. Whoever is refused because of
// something that befell the database asks again; any other refusal is a fault.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/recorders/generator/random.ts';

export interface Load {
  /** Addresses of the services that live now. */
  readonly urls: () => readonly string[];
  readonly random: Random;
  readonly isOver: () => boolean;
}

/** What came of it. */
export interface Tally {
  answered: number;
  /** Attempts without an answer, or with a 503. */
  failed: number;
  messages: number;
  readonly faults: string[];
}

const HOSTS = 8;
const PATIENCE_MS = 30_000;
const PAUSE_MS = 15;
/** Clients of each kind. */
const WRITERS = 4;
const READERS = 3;
const FOLLOWERS = 2;

const CALLS = [
  { name: 'mkdir', path: '/s' },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'soak' },
  {
    name: 'prog_attach',
    attach_bpf_fd: 3,
    target_path: '/s',
    attach_type: 'egress',
    flags: ['multi'],
  },
  { name: 'prog_query', target_path: '/s', attach_type: 'egress' },
  { name: 'prog_detach', attach_bpf_fd: 3, target_path: '/s', attach_type: 'egress' },
  { name: 'close', fd: 3 },
  { name: 'rmdir', path: '/s' },
];

const READS = [
  '',
  '/state',
  '/cgroups',
  '/events?limit=100',
  '/events?errno=ENOENT&limit=50',
  '/effective?cgroup=/&attach_type=egress',
  '/cgroups?at=5',
  '/timeline?buckets=20',
  '/programs?limit=10',
  '/verify',
  '/export?format=ndjson',
  '/proofs/consistency?from=1',
];

/** Loads the services until it is over. */
export async function load(plan: Load): Promise<Tally> {
  const tally: Tally = { answered: 0, failed: 0, messages: 0, faults: [] };
  const names = Array.from({ length: HOSTS }, (_, i) => `soak${i}`);
  for (const name of names) {
    await insist(plan, tally, '/v1/hosts', { name, release: '6.18' }, `make-${name}`);
  }
  if (tally.faults.length > 0) throw new Error(tally.faults[0]);
  await Promise.all([
    ...Array.from({ length: WRITERS }, (_, i) => write(plan, tally, names, i)),
    ...Array.from({ length: READERS }, () => read(plan, tally, names)),
    ...Array.from({ length: FOLLOWERS }, () => follow(plan, tally, names)),
  ]);
  return tally;
}

async function attempt(plan: Load, path: string, init: RequestInit): Promise<Response | undefined> {
  const urls = plan.urls();
  if (urls.length === 0) return undefined;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(`${plan.random.pick(urls)}${path}`, { ...init, signal }).catch(() => undefined);
}

async function insist(
  plan: Load,
  tally: Tally,
  path: string,
  body: unknown,
  key: string,
): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  for (;;) {
    const response = await attempt(plan, path, init);
    const text = await response?.text().catch(() => undefined);
    if (response !== undefined && text !== undefined && response.status < 400) {
      tally.answered++;
      return;
    }
    if (response !== undefined && response.status < 500) {
      tally.faults.push(`${path} is refused: ${text?.slice(0, 300)}`);
      return;
    }
    tally.failed++;
    if (plan.isOver()) return;
    await sleep(100);
  }
}

async function write(plan: Load, tally: Tally, names: readonly string[], lane: number) {
  for (let i = 0; !plan.isOver(); i++) {
    const host = names[(lane + i) % names.length];
    // Processes apart, so that the fds of one lane are not those of another.
    const body = CALLS.map((call) => ({ call, pid: 1 }));
    const key = `w${lane}-${i}`;
    await insist(plan, tally, `/v1/hosts/${host}/syscalls`, body, key);
    if (i % 16 === 0) await insist(plan, tally, `/v1/hosts/${host}/syscalls`, body, key);
    if (i % 64 === 0) await insist(plan, tally, `/v1/hosts/${host}/checkpoints`, {}, `c${key}`);
    await sleep(plan.random.below(PAUSE_MS));
  }
}

async function read(plan: Load, tally: Tally, names: readonly string[]): Promise<void> {
  while (!plan.isOver()) {
    const path = `/v1/hosts/${plan.random.pick(names)}${plan.random.pick(READS)}`;
    const response = await attempt(plan, path, {});
    const text = await response?.text().catch(() => undefined);
    if (response === undefined || text === undefined || response.status === 503) tally.failed++;
    else if (response.status < 400 || response.status === 404) tally.answered++;
    else tally.faults.push(`${response.status} ${path}: ${text.slice(0, 300)}`);
    await sleep(plan.random.below(4 * PAUSE_MS));
  }
}

/** Opens streams and leaves them. */
async function follow(plan: Load, tally: Tally, names: readonly string[]): Promise<void> {
  const { random } = plan;
  while (!plan.isOver()) {
    const [url] = [random.pick(plan.urls().length > 0 ? plan.urls() : ['http://127.0.0.1:9'])];
    const path = random.pick([
      `/v1/hosts/${random.pick(names)}/events/stream`,
      '/v1/events/stream',
    ]);
    const leaving = new AbortController();
    const timer = setTimeout(() => leaving.abort(), 200 + random.below(3000));
    try {
      const response = await fetch(`${url}${path}`, { signal: leaving.signal });
      for await (const chunk of response.body ?? []) tally.messages += chunk.length > 0 ? 1 : 0;
    } catch {
      // It left, or the service ended.
    }
    clearTimeout(timer);
    await sleep(20);
  }
}
