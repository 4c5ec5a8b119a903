// Short visits of hostile clients, side by side on one service; `npm run hostile` makes long ones.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../api/running.ts';
import { seedOfRun } from '../support/seed.ts';
import { verifyAllHosts } from '../support/verified-hosts.ts';
import { openConnection } from './connection.ts';
import { recordedCalls } from './golden-calls.ts';
import { RELEASE } from './hosts.ts';
import { Progress } from './progress.ts';
import { type Visited, visit } from './visit.ts';
import { tokensOfVisits, withTokenOf } from './visit-tokens.ts';

const REQUESTS = 60;

const seed = seedOfRun(20261129);
let service: TestService;
let url: string;

beforeAll(async () => {
  service = await startTestService({ tokens: tokensOfVisits(1, 6), loopback: true });
  url = await service.listen();
}, 60_000);
afterAll(() => service?.close());

it(`each answer is as the document says, and each log verifies, seed ${seed}`, async () => {
  const calls = await recordedCalls(RELEASE);
  const visited = await Promise.all(
    [1, 2, 3].map(async (nth): Promise<Visited> => {
      const connection = openConnection(url);
      const came = await visit(withTokenOf(nth, connection.send), {
        seed,
        nth,
        requests: REQUESTS,
        calls,
      });
      connection.close();
      return came;
    }),
  );
  expect(visited.flatMap(({ faults }) => faults)).toEqual([]);
  expect(service.faults).toEqual([]);
  const { events, faults } = await verifyAllHosts(service.database);
  expect(faults).toEqual([]);
  expect(events).toBeGreaterThan(REQUESTS / 3);
}, 300_000);

it('a request that is not answered as the document says is told with its number', async () => {
  const send = openConnection(url).send;
  const strange = { status: 200, type: 'application/json', text: '{"strange":true}' };
  const spoilt: typeof send = async (path, sent) =>
    path.endsWith('-spoiled/syscalls') ? strange : send(path, sent);
  const { requests, faults } = await visit(withTokenOf(4, spoilt), {
    ...{ seed, nth: 4, requests: REQUESTS },
    calls: await recordedCalls(RELEASE),
  });
  expect(faults).toHaveLength(5);
  expect(faults[1]).toMatch(/^visit 4, request 4: .*\n {4}POST \/v1\/hosts\/v4-spoiled\/syscalls /);
  expect(requests).toBe(13);
}, 300_000);

it('a request is repeated when the service does as much as it may, and only then', async () => {
  const send = openConnection(url).send;
  const problem = (kind: string) =>
    `{"type":"urn:bpfledger:problem:${kind}","detail":"two diffs are under way","retry_after":1}`;
  const told = ['busy', 'busy', 'unavailable'];
  const busy: typeof send = async (path, sent) => {
    const kind = path.endsWith('-spoiled/syscalls') ? told.shift() : undefined;
    if (kind === undefined) return send(path, sent);
    return { status: 503, type: 'application/problem+json', text: problem(kind) };
  };
  const calls = await recordedCalls(RELEASE);
  const visited = await visit(withTokenOf(5, busy), { seed, nth: 5, requests: 4, calls });
  expect(visited.busy).toBe(2);
  expect(visited.faults).toEqual([expect.stringContaining('visit 5, request 1: 503: ')]);
}, 300_000);

it('a run goes on behind the visits that its file has, of its seed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-hostile-'));
  const path = join(folder, 'progress');
  const done = { seed, nth: 0, requests: 7, statuses: { 200: 5, 422: 2 } };
  const visited = { ...done, busy: 0, events: 3, faults: [], memory: 1 };
  new Progress(seed, path).add(visited);
  new Progress(seed + 1, path).add({ ...visited, seed: seed + 1, nth: 1 });
  writeFileSync(path, '{"seed":', { flag: 'a' });
  const behind = new Progress(seed, path);
  behind.add({ ...visited, nth: 2 });
  const progress = new Progress(seed, path);
  expect([progress.has(0), progress.has(1), progress.has(2)]).toEqual([true, false, true]);
  expect([progress.requests, progress.statuses]).toEqual([14, '10 × 200, 4 × 422']);
  rmSync(folder, { recursive: true });
});
