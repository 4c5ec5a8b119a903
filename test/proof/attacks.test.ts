import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { signHead } from '../../src/events/checkpoint/checkpoints.ts';
import { signingKeyOf } from '../../src/events/checkpoint/signing-key.ts';
import { chainHash, GENESIS_HASH } from '../../src/events/hash-chain.ts';
import { loadState, snapshotText, storeSnapshot } from '../../src/events/host-state.ts';
import type { Log } from '../../src/events/log.ts';
import { readRows } from '../../src/events/log-reader.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from '../contract/stores.ts';

const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
const key = signingKeyOf(pem.toString());
describeStores('attacks', ({ open }) => {
  let store: Store; let log: Log; let host: string; let host_id: number; let other: string; let other_id: number;
  beforeAll(async () => { store = await open(); log = await logOn(store.database); });
  afterAll(async () => { await log?.close(); await store?.drop(); });
  beforeEach(async () => {
    host = await newHost(log); ({ host_id } = await log.host(host));
    other = await newHost(log); ({ host_id: other_id } = await log.host(other));
    for (const p of ['/a', '/b', '/c']) await log.submit(host, mkdir(p));
    for (const p of ['/x', '/y', '/z']) await log.submit(other, mkdir(p));
    for (const [h, id] of [[host, host_id], [other, other_id]] as const) {
      const { kernel, position } = await loadState(store.database, id, 4);
      await storeSnapshot(store.database, id, { position, text: snapshotText(kernel) });
    }
    await signHead(store.database, { host_id, host }, { key, now: 7 });
  });
  const asOwner = async (table: string, ...texts: string[]) => {
    await store.database.query(`alter table ${table} disable trigger user`);
    for (const t of texts) await store.database.query(t);
    await store.database.query(`alter table ${table} enable trigger user`);
  };
  const cut = async (to: number) => {
    await asOwner('events', `delete from events where host_id = ${host_id} and position > ${to}`);
    await store.database.query(`update heads set position = b.position_to, hash = b.hash, recorded_at = b.recorded_at, at_max = b.at_max
      from batches b where b.host_id = heads.host_id and b.position_to = ${to} and heads.host_id = ${host_id}`);
    for (const t of ['cgroup_versions', 'process_versions', 'boots']) await store.database.query(`delete from ${t} where host_id = ${host_id} and position_from > ${to}`).catch(() => 0);
  };
  const rewrite = async () => {
    await asOwner('events', `update events set body = replace(body, '/b', '/q') where host_id = ${host_id} and position = 3`);
    let hash = GENESIS_HASH;
    for (const row of await readRows(store.database, host_id, { from: 1 })) {
      hash = chainHash(hash, row);
      const hex = Buffer.from(hash).toString('hex');
      await asOwner('events', `update events set hash = decode('${hex}', 'hex') where host_id=${host_id} and position = ${row.position}`);
      await store.database.query(`update heads set hash = decode('${hex}', 'hex') where host_id = ${host_id}`);
    }
    await store.database.query(`update cgroup_versions set path = '/q' where host_id = ${host_id} and path = '/b'`);
  };
  const holds = async (id = host_id) => { const v = await verifyHost(store.database, id); if (v.holds) return true; console.log(JSON.stringify(v)); return false; };
  it('cut below a stored checkpoint', async () => { await cut(2); expect(await holds()).toBe(false); });
  it('rewritten, checkpoints deleted, signed anew', async () => {
    await rewrite(); await asOwner('checkpoints', `delete from checkpoints where host_id = ${host_id}`);
    await signHead(store.database, { host_id, host }, { key, now: 9 });
    expect(await holds()).toBe(false);
  });
  it('names swapped', async () => {
    await store.database.query(`update hosts set name = 'tmp' where host_id = ${host_id}`);
    await store.database.query(`update hosts set name = '${host}' where host_id = ${other_id}`);
    await store.database.query(`update hosts set name = '${other}' where host_id = ${host_id}`);
    expect([await holds(), await holds(other_id)]).toEqual([false, false]);
  });
  it('snapshots swapped', async () => {
    await store.database.query(`update snapshots s set state = o.state from snapshots o where s.host_id = ${host_id} and o.host_id = ${other_id}`);
    const { kernel } = await loadState(store.database, host_id, 4);
    expect([...kernel.cgroups.values()].map((c) => (c as { path?: string }).path)).toContain('/a');
  });
  it('snapshots swapped: verify', async () => {
    await store.database.query(`update snapshots s set state = o.state from snapshots o where s.host_id = ${host_id} and o.host_id = ${other_id}`);
    expect(await holds()).toBe(false);
  });
});
