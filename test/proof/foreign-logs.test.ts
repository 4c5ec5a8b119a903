// What was recorded elsewhere, or was signed by a key that nobody pinned, never counts as recorded
// and proven here; and a restore that is meant is accepted by an operator, and by nobody else.

import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importBundle } from '../../src/events/bundle/import-bundle.ts';
import { writeBundle } from '../../src/events/bundle/write-bundle.ts';
import type { Log } from '../../src/events/log.ts';
import { readCheckpoints } from '../../src/events/proof/checkpoints.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { SignedHeads } from '../../src/events/proof/signed-heads.ts';
import { TrustedKeys } from '../../src/events/proof/trusted-keys.ts';
import { keptRows } from '../../src/projections/kept-rows.ts';
import { projector } from '../../src/projections/projector.ts';
import { verifyBundle } from '../../src/time-travel/verify/bundle.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from '../contract/stores.ts';
import { asOwner } from '../support/lost-tail.ts';
import { newSigner } from '../support/signer.ts';

/** Of the imports, microseconds since the epoch: nothing may be recorded after it. */
const NOW = (Date.now() + 60_000) * 1000;

const theirs = await newSigner();
const ours = await newSigner();
afterAll(() => [theirs, ours].map((signer) => signer.drop()));

describeStores('a log from elsewhere', ({ open }) => {
  let store: Store;
  let log: Log;
  let origin: { host: string; host_id: number };
  let copy: { host: string; host_id: number };

  async function bundleOf(of: typeof origin): Promise<Buffer[]> {
    const lines: Buffer[] = [];
    for await (const line of writeBundle(store.database, { ...of, tables: projector.tables }))
      lines.push(Buffer.from(line));
    return lines;
  }

  const importCopy = async (of: typeof origin, name: string) =>
    importBundle(store.database, {
      chunks: Readable.from(await bundleOf(of)),
      projector,
      kept: keptRows,
      hostName: () => name,
      actor: 'token:ops',
      now: NOW,
      trusted: ours.trusted,
    });

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
    const host = await newHost(log);
    origin = { host, host_id: (await log.host(host)).host_id };
    await log.submit(host, mkdir('/a'));
    await signHead(store.database, origin, { ...theirs, now: 5 });
    await log.submit(host, mkdir('/b'));
    await signHead(store.database, origin, { ...theirs, now: 6 });
    const imported = await importCopy(origin, `${host}-copy`);
    expect(imported.report).toMatchObject({ checkpoints: 0, proven_to: 0, untrusted: 2 });
    copy = imported;
    await log.submit(copy.host, mkdir('/c'));
  });

  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  it('is marked: which events, by whom, under which name and keys', async () => {
    const { imported } = await log.host(copy.host);
    expect(imported).toEqual({
      position_to: 3,
      imported_at: NOW,
      actor: 'token:ops',
      exported_as: origin.host,
      key_ids: theirs.key.public.key_id,
    });
    expect((await log.host(origin.host)).imported).toBeNull();
    const noted = store.database.query('delete from imports');
    await expect(noted).rejects.toThrow('append-only');
  });

  it('is proven by a pinned key alone', async () => {
    const unpinned = await verifyHost(store.database, copy.host_id, { trusted: ours.trusted });
    expect(unpinned.chain).toMatchObject({ holds: true, checkpoints: 0, untrusted: 2 });
    expect(unpinned.not_excluded).toContainEqual(
      `2 checkpoints are signed by unknown keys and prove nothing: ${theirs.key.public.key_id}.`,
    );
    expect(unpinned.not_excluded).toContainEqual(
      expect.stringContaining('The events before position 4 were imported'),
    );
    const pinned = ours.trusted.with(theirs.key.public);
    const { chain } = await verifyHost(store.database, copy.host_id, { trusted: pinned });
    expect(chain).toMatchObject({ checkpoints: 2, proven_to: 3, untrusted: 0 });
    // As a file, it is not proven by the keys that it brings along.
    const chunks = () => Readable.from(lines);
    const lines = await bundleOf(origin);
    expect((await verifyBundle(chunks())).chain).toMatchObject({ holds: true, checkpoints: 0 });
    const by = (pin: string) =>
      verifyBundle(chunks(), { trusted: new TrustedKeys([pin]), required: true });
    expect(await by(theirs.key.public.key_id)).toMatchObject({ holds: true });
    expect(await by(ours.key.public.key_id)).toMatchObject({ holds: false });
  });

  it('is signed here for what was recorded here', async () => {
    const { chained } = await signHead(store.database, copy, { ...ours, now: 12 });
    expect(chained).toMatchObject({ number: 3, recorded_from: 4 });
    const { holds, chain } = await verifyHost(store.database, copy.host_id, {
      trusted: ours.trusted,
    });
    expect([holds, chain.checkpoints, chain.untrusted]).toEqual([true, 1, 2]);
    // That the note of the import is gone does not make these events our own.
    await store.database.query('create table kept as select * from imports');
    await asOwner(store.database, (tx) => tx.query('delete from imports'));
    const without = await verifyHost(store.database, copy.host_id, { trusted: ours.trusted });
    await store.database.query('insert into imports select * from kept');
    await store.database.query('drop table kept');
    expect(without.holds).toBe(false);
  });

  it('goes out again, and a branch of it has the imported part', async () => {
    const name = `${copy.host}-branch`;
    await log.createBranch(copy.host, { name, position: 2, actor: 'local' });
    await log.submit(name, mkdir('/own'));
    const { host_id } = await log.host(name);
    const branch = { host: name, host_id };
    expect(await verifyHost(store.database, host_id)).toMatchObject({
      holds: true,
      imported: { position_to: 2 },
    });
    for (const of of [copy, branch]) {
      const again = await importCopy(of, `${of.host}-again`);
      const verdicts = await verifyHost(store.database, again.host_id);
      expect(verdicts).toMatchObject({ holds: true, imported: { exported_as: of.host } });
    }
  });

  it('of an older copy is signed only once an operator accepts it', async () => {
    const host = await newHost(log);
    const made = { host, host_id: (await log.host(host)).host_id };
    const past = await log.head(host);
    // The copy is older than what was signed: its log was signed further on.
    await ours.memory.accept(host, { position: 9, hash: Buffer.alloc(32, 9) }, 1);
    const sign = () => signHead(store.database, made, { ...ours, now: 20 });
    await expect(sign()).rejects.toThrow('position 9 was signed, but the head is at position 1');
    await expect(sign()).rejects.toMatchObject({ reason: { why: 'signing-refused' } });
    expect((await ours.memory.of(host))?.position).toBe(9);
    // Another process, as the operator's command is.
    const operator = await SignedHeads.open(ours.file);
    await operator.accept(host, { position: 1, hash: past.hash }, 21);
    expect(await sign()).toMatchObject({ position: 1 });
    expect((await ours.memory.of(host))?.checkpoint).toBeDefined();
  });

  it('that several instances sign has one chain of checkpoints', async () => {
    const host = await newHost(log);
    const made = { host, host_id: (await log.host(host)).host_id };
    const instances = [ours, { ...(await newSigner()), key: ours.key }];
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        await log.submit(host, mkdir(`/d${i}`));
        const database = i % 2 === 0 ? store.database : store.another();
        const signer = instances[i % 2] ?? ours;
        await signHead(database, made, { ...signer, now: 30 + i });
      }),
    );
    instances[1]?.drop();
    const stored = await readCheckpoints(store.database, made.host_id, { after: 0 });
    const numbers = stored.map(({ chained }) => chained?.number);
    expect(numbers).toEqual(stored.map((_, i) => i + 1));
    const { holds } = await verifyHost(store.database, made.host_id, { trusted: ours.trusted });
    expect(holds).toBe(true);
  });
});
