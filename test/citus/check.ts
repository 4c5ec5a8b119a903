// Tries a database that migrations/citus/distribute.sql distributed: `npx tsx test/citus/check.ts URL`.
// A service of its own records an incident there and is asked every kind of question; then the
// owner tries to change what was recorded. Prints a line for each, and exits 1 when one fails.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { configurationOf, startService } from '../../src/main.ts';

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: npx tsx test/citus/check.ts URL');

const HOST = `check-${Date.now().toString(36)}`;
const PLACE = 'cgroup=/pods/web&attach_type=egress';
const CALLS = [
  { name: 'mkdir', path: '/pods' },
  { name: 'mkdir', path: '/pods/web' },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'count' },
  ...[{ name: 'link_create', prog_fd: 3, target_path: '/pods', attach_type: 'egress' }],
  {
    ...{ name: 'prog_attach', attach_bpf_fd: 3, target_path: '/pods/web', attach_type: 'egress' },
    flags: ['override'],
  },
  { name: 'obj_pin', bpf_fd: 5, path: '/link' },
  ...[{ name: 'map_create', map_type: 'array', key_size: 4, value_size: 8, max_entries: 4 }],
];
const READS = [
  ...['state', 'state?at=4', 'cgroups', 'cgroups/2', 'links', 'links/1', 'links/1/history'],
  ...['programs', 'programs/1', 'maps', 'pins', 'processes', 'events', 'events/5', 'checkpoints'],
  ...['events?program=1', 'events?cgroup=/pods', 'diff?from=2&to=6', 'verify', 'export'],
  ...[`effective?${PLACE}`, `explain?${PLACE}&program=1`, `gaps?${PLACE}`],
  `bisect?condition=filled&${PLACE}`,
];

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-citus-'));
const service = await startService(
  configurationOf({ PORT: '0', DATABASE_URL: url, BPFLEDGER_DATA_DIR: folder }),
);
const sql = postgres(url, { max: 1, onnotice: () => undefined });
let failed = 0;

async function check(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    console.log(`ok    ${what}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${service.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

try {
  await check('a host is made', async () => {
    assert.equal((await post('hosts', { name: HOST, release: '6.18' })).status, 201);
  });
  await check('calls are recorded, and a repeated one only once', async () => {
    const body = CALLS.map((call) => ({ call }));
    for (const replayed of [false, true]) {
      const key = { 'idempotency-key': 'once' };
      const response = await post(`hosts/${HOST}/syscalls`, body, key);
      assert.equal(response.status, 200);
      const answer = (await response.json()) as { position: number };
      assert.equal(answer.position, CALLS.length + 1, `replayed: ${replayed}`);
    }
  });
  await check('a checkpoint is signed', async () => {
    assert.equal((await post(`hosts/${HOST}/checkpoints`, {})).status, 201);
  });
  for (const read of READS) {
    await check(`GET ${read}`, async () => {
      const response = await fetch(`${service.url}/v1/hosts/${HOST}/${read}`);
      const text = await response.text();
      assert.equal(response.status, 200, text.slice(0, 200));
      if (read === 'verify') assert.equal((JSON.parse(text) as { holds: boolean }).holds, true);
    });
  }
  await check('a bundle is imported, and listed', async () => {
    const bundle = await fetch(`${service.url}/v1/hosts/${HOST}/export?format=bundle`);
    const imported = await fetch(`${service.url}/v1/bundles?host=${HOST}-copy`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.bpfledger.bundle+ndjson' },
      body: await bundle.arrayBuffer(),
    });
    assert.equal(imported.status, 201, await imported.text());
    const { items } = (await (await fetch(`${service.url}/v1/hosts`)).json()) as {
      items: { name: string; position: number }[];
    };
    const found = items.filter(({ name }) => name.startsWith(HOST)).map(({ position }) => position);
    assert.deepEqual(found, [CALLS.length + 1, CALLS.length + 1]);
  });
  await check('a stream goes on after the id of an event', async () => {
    const following = new AbortController();
    const path = `${service.url}/v1/hosts/${HOST}/events/stream`;
    const first = async (headers: Record<string, string>) => {
      const { body } = await fetch(path, { headers, signal: following.signal });
      let text = '';
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString();
        const [, event, id] = /^event: (.*)\nid: (.*)$/m.exec(text) ?? [];
        if (id !== undefined) return [event, id] as const;
      }
      throw new Error(`no event in ${text}`);
    };
    const [, id] = await first({});
    const [event, next] = await first({ 'last-event-id': id });
    following.abort();
    assert.deepEqual([event, Number.parseInt(next, 10)], ['event', 2]);
  });
  await check('an executor takes its lease', async () => {
    const place = { kernel: '6.18', cgroup_root: '/c', bpffs: '/b', ephemeral: true };
    const lease = { executor: 'check', instance: 'one', place };
    assert.equal((await post(`hosts/${HOST}/executor/lease`, lease)).status, 200);
    assert.equal((await fetch(`${service.url}/v1/hosts/${HOST}/drift`)).status, 200);
  });
  await check('a branch is refused with a reason', async () => {
    const response = await post(`hosts/${HOST}/branches`, { name: `${HOST}-b` });
    assert.equal(response.status, 422);
    assert.match(((await response.json()) as { detail: string }).detail, /distributed by host/);
  });
  await check('the views read', async () => {
    const events = await sql`select position, call from events_view where host = ${HOST}`;
    assert.equal(events.length, CALLS.length + 1);
    assert.equal((await sql`select 1 from hosts_view where host = ${HOST}`).length, 1);
  });
  for (const change of [
    `update events set body = 'x' where host_id = (select host_id from hosts where name = '${HOST}')`,
    `delete from events where host_id = (select host_id from hosts where name = '${HOST}')`,
    'truncate events',
  ]) {
    await check(`refused: ${change.slice(0, 30)}…`, async () => {
      await assert.rejects(sql.unsafe(change), /append-only/);
    });
  }
} finally {
  await sql.end();
  await service.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? 'everything works' : `${failed} of these do not work`);
process.exitCode = failed === 0 ? 0 : 1;
