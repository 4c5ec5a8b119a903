// Bundles on both databases: an exported log is the log, byte for byte, and nothing can be changed
// in it without being noticed and named.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeLine } from '../../src/events/bundle/bundle-line.ts';
import { BundleRefused } from '../../src/events/bundle/bundle-refused.ts';
import { importBundle } from '../../src/events/bundle/import-bundle.ts';
import { readBundle } from '../../src/events/bundle/read-bundle.ts';
import { writeBundle } from '../../src/events/bundle/write-bundle.ts';
import { systemClock } from '../../src/events/clock.ts';
import { encodeEvent } from '../../src/events/encoding/codec.ts';
import { chainHash, GENESIS_HASH } from '../../src/events/encoding/hash-chain.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Log } from '../../src/events/log.ts';
import { ChainCheck, type ChainReport } from '../../src/events/proof/chain-check.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { appendFor } from '../../src/events/writing/append.ts';
import { keptRows } from '../../src/projections/kept-rows.ts';
import { projector } from '../../src/projections/projector.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from '../contract/stores.ts';
import { addHost } from '../support/projected-log.ts';
import { newSigner } from '../support/signer.ts';

const signer = await newSigner();
const importer = { actor: 'local', now: systemClock.now(), trusted: signer.trusted };
afterAll(() => signer.drop());

async function* inChunks(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function verify(bytes: Uint8Array): Promise<ChainReport> {
  const check = new ChainCheck({ trusted: signer.trusted });
  for await (const parts of readBundle(inChunks(bytes, 1 << 16), check))
    for (const _ of parts) void _;
  return check.report();
}

describeStores('a bundle', ({ open }) => {
  let store: Store;
  let log: Log;
  let host: string;
  let host_id: number;

  async function exportBundle(of = { host, host_id }): Promise<Buffer> {
    const lines: string[] = [];
    for await (const line of writeBundle(store.database, { ...of, tables: projector.tables }))
      lines.push(line);
    return Buffer.from(lines.join(''), 'utf8');
  }

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
    host = await newHost(log);
    ({ host_id } = await log.host(host));
    for (const path of ['/a', '/a/b', '/a', '/ä']) await log.submit(host, mkdir(path));
    await signHead(store.database, { host_id, host }, { ...signer, now: 5 });
    const calls = ['/c', '/c/d', '/c/d/e'].map((path) => mkdir(path).calls[0] as never);
    await log.submit(host, { actor: 'local', calls });
    await signHead(store.database, { host_id, host }, { ...signer, now: 6 });
    await log.submit(host, mkdir('/f'));
  });

  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  it('holds when its first checkpoint is signed while it is written', async () => {
    const name = await newHost(log);
    const of = { host: name, host_id: (await log.host(name)).host_id };
    await log.submit(name, mkdir('/late'));
    const lines: string[] = [];
    for await (const line of writeBundle(store.database, { ...of, tables: projector.tables })) {
      if (lines.length === 0) await signHead(store.database, of, { ...signer, now: 7 });
      lines.push(line);
    }
    expect(lines.filter((line) => line.includes('"checkpoint"'))).toHaveLength(1);
    const report = await verify(Buffer.from(lines.join(''), 'utf8'));
    expect(report).toMatchObject({ holds: true, proven_to: 2 });
  });

  it('of a later version is not taken for damaged', async () => {
    const [first = '', ...rest] = (await exportBundle()).toString('utf8').split('\n');
    const { sha256: _, ...header } = JSON.parse(first);
    const later = [writeLine({ ...header, version: 6 }), ...rest].join('\n');
    const { faults } = await verify(Buffer.from(later, 'utf8'));
    expect(faults[0]).toEqual({
      line: 1,
      message: expect.stringContaining(
        'the file has version 6, and was written by a newer version of bpfledger',
      ),
    });
    expect(JSON.stringify(faults)).not.toContain('damaged');
  });

  it('does not hold up those who read while it is checked', async () => {
    const bytes = await exportBundle();
    const read = () => store.database.query('select 1 as one from hosts');
    let reads = 0;
    /** Nothing more is handed out before somebody else was answered. */
    async function* afterReads() {
      for await (const chunk of inChunks(bytes)) {
        yield chunk;
        await read();
        reads++;
      }
    }
    const chunks = afterReads();
    const { report } = await importBundle(store.database, {
      ...{ ...importer, chunks, projector, kept: keptRows, hostName: () => 'read-meanwhile' },
    });
    expect(reads).toBeGreaterThan(1);
    expect(report).toMatchObject({ holds: true, position: 9 });
  });

  it('does not hold up who wants its name while it arrives', async () => {
    const bytes = await exportBundle();
    let created: Promise<unknown> = Promise.resolve();
    async function* slowly() {
      yield bytes.subarray(0, bytes.length - 10);
      created = log.createHost({ name: 'wanted', actor: 'local', release: '6.18' });
      await created;
      yield bytes.subarray(bytes.length - 10);
    }
    const importing = importBundle(store.database, {
      chunks: slowly(),
      projector,
      kept: keptRows,
      hostName: () => 'wanted',
      ...importer,
    });
    const [imported, made] = await Promise.allSettled([
      importing,
      importing
        .then(
          () => 0,
          () => 0,
        )
        .then(() => created),
    ]);
    expect([imported.status, made.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(made.status).toBe('fulfilled');
  });

  it('holds, and says what it proves', async () => {
    const { hash } = await log.head(host);
    expect(await verify(await exportBundle())).toEqual({
      holds: true,
      position: 9,
      hash: Buffer.from(hash).toString('hex'),
      checkpoints: 2,
      proven_to: 8,
      keys: [signer.key.public.key_id],
      untrusted: 0,
      untrusted_keys: [],
      kept: 0,
      unchained: 0,
      before_cut: 0,
      cut_signed: false,
      fault_count: 0,
      faults: [],
    });
  });

  it('becomes a host with the same bytes, hashes and projections', async () => {
    const bytes = await exportBundle();
    const hostName = (name: string) => `${name}-copy`;
    const copy = await importBundle(store.database, {
      chunks: inChunks(bytes),
      projector,
      kept: keptRows,
      hostName,
      ...importer,
    });
    expect(copy).toMatchObject({ host: `${host}-copy`, report: { holds: true, position: 9 } });
    const again = await exportBundle(copy);
    const withoutHeader = (bundle: Buffer) => bundle.subarray(bundle.indexOf('\n'));
    expect(withoutHeader(again).equals(withoutHeader(bytes))).toBe(true);
    const rebuilt = await rebuild(store.database, { host_id: copy.host_id, check: true });
    expect(rebuilt).toMatchObject({ position: 9, differing: 0 });
    expect(rebuilt.rows).toBeGreaterThan(8);
    // It goes on as any other host.
    const receipt = await log.submit(copy.host, mkdir('/g'));
    expect(receipt.events[0]).toMatchObject({ position: 10, outcome: { ret: 0 } });
    await expect(
      importBundle(store.database, {
        chunks: inChunks(bytes),
        projector,
        kept: keptRows,
        hostName,
        ...importer,
      }),
    ).rejects.toMatchObject({ reason: { why: 'host-exists' } });
  });

  const other = (change: object) => (made: LedgerEvent) => encodeEvent({ ...made, ...change });
  const says = (call: object, rest: object = {}) =>
    other({ call: { name: 'mkdir', path: '/a', ...call }, ...rest });
  const id = { name: 'map_get_fd_by_id', map_id: 2 ** 32 + 7 };
  const made = { type: 'CgroupMade', cgroup_id: 2, path: '/..' };
  it.each([
    ['says another boot than the state is of', other({ boot: 5 }), 'is of boot 5, in boot 1'],
    ['has a NUL in a path', says({ path: '/..\0' }), 'call.path: contains a NUL character'],
    ['has a path that climbs', says({ path: '/../a' }), 'call.path: must not end in a slash'],
    ['has an id past 32 bits', other({ call: id }), 'call.map_id: '],
    ['has an id below zero', other({ call: { ...id, map_id: -7 } }), 'call.map_id: '],
    ['has an effect that climbs', other({ effects: [made] }), 'effects.0.path: must not end'],
    ['has a comm with a NUL', other({ comm: 'a\0' }), 'comm: contains a NUL character'],
    [
      'has more than an event has',
      (event: LedgerEvent) => encodeEvent(event).replace(/\]$/u, ',7]'),
      'it says more than its fields',
    ],
  ])('is refused when an event %s', async (what, bodyOf, message) => {
    const [booted, event] = (await log.read(host, { from: 1, limit: 2 })) as [
      LedgerEvent,
      LedgerEvent,
    ];
    const { recorded_at } = event;
    const bodies = [encodeEvent(booted), bodyOf(event)];
    const hash = bodies.reduce(
      (before, body, i) => chainHash(before, { position: i + 1, recorded_at, body }),
      GENESIS_HASH,
    );
    const name = `forged: ${what}`;
    const forged = await addHost(store.database, name);
    const from = { position: 0, epoch: 0, hash: GENESIS_HASH, recorded_at: 0, at_max: 0 };
    const to = { ...from, position: 2, hash, recorded_at, at_max: recorded_at };
    const appended = { hostId: forged, writer: 1, from, to, bodies, keys: [], rows: [] };
    expect(await appendFor([])(store.database, appended)).toBe(true);
    const bytes = await exportBundle({ host: name, host_id: forged });
    expect(await verify(bytes)).toMatchObject({ holds: true });
    const refused = importBundle(store.database, {
      chunks: inChunks(bytes),
      projector,
      kept: keptRows,
      hostName: () => 'of-a-forger',
      ...importer,
    });
    await expect(refused).rejects.toThrow(`position 2: ${message}`);
    await expect(log.host('of-a-forger')).rejects.toMatchObject({
      reason: { why: 'no-such-host' },
    });
  });

  it('leaves nothing behind when it does not hold', async () => {
    const bytes = await exportBundle();
    const at = bytes.indexOf('/c/d/e');
    bytes[at + 1] = 'x'.charCodeAt(0);
    const refused = importBundle(store.database, {
      chunks: inChunks(bytes),
      projector,
      kept: keptRows,
      hostName: () => 'damaged',
      ...importer,
    });
    await expect(refused).rejects.toThrow(BundleRefused);
    await expect(refused).rejects.toThrow('position 8');
    await expect(log.host('damaged')).rejects.toMatchObject({ reason: { why: 'no-such-host' } });
  });
});
