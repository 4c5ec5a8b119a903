// Proofs of real logs on both databases, verified from their text alone: of each event, of each growth,
// across stored nodes and without them, of branches; and what a forger of the database comes to.

import { sign } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosignNote, witnessKey } from '../../src/client/proof/note.ts';
import {
  openCheckpoint,
  type Trust,
  verifyConsistency,
  verifyInclusion,
} from '../../src/client/proof/proof.ts';
import { hexOf } from '../../src/events/encoding/hex.ts';
import type { Log } from '../../src/events/log.ts';
import { noteOf } from '../../src/events/proof/checkpoint.ts';
import { Publication } from '../../src/events/proof/publish.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { writeConsistency, writeInclusion } from '../../src/events/proof/written-proof.ts';
import { readRows } from '../../src/events/reading/log-reader.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from '../contract/stores.ts';
import { asOwner } from '../support/lost-tail.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';
import { newKey, newSigner, type TestSigner } from '../support/signer.ts';

const EVENTS = 700;
const SIGNED = [1, 255, 256, 257, 511, 600, EVENTS];

describeStores('proofs', ({ open }) => {
  let store: Store;
  let log: Log;
  let host_id: number;
  let signer: TestSigner;
  let trust: Trust;
  const host = 'long';

  beforeAll(async () => {
    signer = await newSigner();
    trust = { log: hexOf(signer.key.public.bytes) };
    store = await open();
    log = await logOn(store.database);
    host_id = await addHost(store.database, host);
    const steps = randomHistory({ seed: 5, events: EVENTS, release: '6.18' })[Symbol.iterator]();
    let position = 0;
    for (const to of SIGNED) {
      const part = Array.from({ length: to - position }, () => steps.next().value as never);
      await appendHistory(store.database, host_id, part, { sizeOf: () => 19 });
      position = to;
      await signHead(store.database, { host_id, host }, { ...signer, now: to });
    }
  }, 60_000);

  afterAll(async () => {
    await log?.close();
    await store?.drop();
    signer?.drop();
  });

  const inclusion = async (position: number, to?: number) =>
    (await writeInclusion(store.database, { host_id, position, to })).text;
  const consistency = async (from: number, to?: number) =>
    (await writeConsistency(store.database, { host_id, from, to })).text;
  const checkpointAt = async (to: number) =>
    openCheckpoint((await consistency(0, to)).replace('old 0\n\n', ''), trust);
  const storedNodes = () =>
    store.database.query('select level, position_to from merkle_nodes where host_id = $1', [
      host_id,
    ]);

  it('show each event that is asked for, under the last checkpoint and under older ones', async () => {
    const events = await readRows(store.database, host_id, { from: 1 });
    for (const to of SIGNED) {
      const asked = [1, 2, 255, 256, 257, 400, 512, 513, 600, EVENTS].filter((at) => at <= to);
      for (const position of asked) {
        const proven = await verifyInclusion(await inclusion(position, to), trust);
        const { recorded_at, body } = events[position - 1] as (typeof events)[number];
        expect(proven).toMatchObject({ position, recorded_at, body });
        expect(proven.checkpoint).toMatchObject({ origin: 'bpfledger/long', position: to });
      }
    }
  });

  it('show that the log continues what it was at each checkpoint', async () => {
    for (const from of SIGNED) {
      const kept = await checkpointAt(from);
      const now = await verifyConsistency(await consistency(from), trust, kept);
      expect([kept.position, now.position]).toEqual([from, EVENTS]);
    }
  });

  it('show nothing when a byte of them is changed', async () => {
    for (const text of [await inclusion(300), await consistency(256)]) {
      const kept = await checkpointAt(256);
      const verifyText = (changed: string) =>
        text.startsWith('old')
          ? verifyConsistency(changed, trust, kept)
          : verifyInclusion(changed, trust);
      await verifyText(text);
      for (let i = 0; i < text.length; i += 11) {
        const other = text[i] === 'A' ? 'B' : 'A';
        const changed = text.slice(0, i) + other + text.slice(i + 1);
        await expect(verifyText(changed), `character ${i}`).rejects.toThrow();
      }
    }
  });

  it('are of no use under another key, name or witness', async () => {
    const text = await inclusion(3);
    const another = { log: hexOf(newKey().public.bytes) };
    await expect(verifyInclusion(text, another)).rejects.toThrow('not signed by the key');
    await expect(
      verifyInclusion(text.replaceAll('bpfledger/long', 'bpfledger/lung'), trust),
    ).rejects.toThrow('not signed by the key');
    const kept = { ...(await checkpointAt(256)), origin: 'bpfledger/other' };
    await expect(verifyConsistency(await consistency(256), trust, kept)).rejects.toThrow(
      'is of bpfledger/long, and not of bpfledger/other',
    );
  });

  it('carry the cosignatures that are asked for', async () => {
    const key = newKey();
    const cosigner = {
      name: 'example.org/w1',
      publicKey: Uint8Array.from(key.public.bytes),
      sign: (text: string) => sign(null, Buffer.from(text), key.private),
    };
    const vkey = await witnessKey(cosigner);
    const text = await inclusion(7);
    const witnesses = { ...trust, witnesses: [vkey] };
    await expect(verifyInclusion(text, witnesses)).rejects.toThrow('w1 did not cosign');
    const end = text.indexOf('\n\n') + 2;
    const both = text.slice(0, end) + (await cosignNote(text.slice(end), cosigner, 1_700_000_000));
    expect((await verifyInclusion(both, witnesses)).checkpoint.cosigned).toEqual([
      { name: 'example.org/w1', time: 1_700_000_000 },
    ]);
    const later = both.replace(/(w1 .{10})./u, (_, start) => `${start}_`);
    await expect(verifyInclusion(later, witnesses)).rejects.toThrow();
  });

  it('are refused before a checkpoint covers the position', async () => {
    const reason = { why: 'no-such-checkpoint', position: EVENTS + 1, last: EVENTS };
    await expect(inclusion(EVENTS + 1)).rejects.toMatchObject({ reason });
    await expect(consistency(EVENTS + 1)).rejects.toMatchObject({ reason });
  });

  it('come from a few stored nodes, and without them from the events', async () => {
    expect(await storedNodes()).toEqual([
      { level: 8, position_to: 256 },
      { level: 8, position_to: 512 },
    ]);
    const before = [await inclusion(600), await consistency(256)];
    await asOwner(store.database, (tx) =>
      tx.query('delete from merkle_nodes where host_id = $1 and position_to = 256', [host_id]),
    );
    expect([await inclusion(600), await consistency(256)]).toEqual(before);
  });

  it('are there for a branch, whose tree has the events of its origin', async () => {
    const origin = await newHost(log);
    for (const path of ['/a', '/b', '/c']) await log.submit(origin, mkdir(path));
    const { branch } = await log.createBranch(origin, {
      name: `${origin}-b`,
      position: 3,
      actor: 'x',
    });
    await log.submit(branch.name, mkdir('/d'));
    const subject = { host_id: branch.host_id, host: branch.name };
    const signed = await signHead(store.database, subject, { ...signer, now: 9 });
    for (const position of [1, 3, 4]) {
      const { text } = await writeInclusion(store.database, { ...subject, position });
      const proven = await verifyInclusion(text, trust);
      expect(proven.checkpoint.hash).toBe(hexOf(signed.hash));
    }
  });

  it('are published with each checkpoint, from the one that was published before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpfledger-published-'));
    const faults: unknown[] = [];
    const publish = () =>
      new Publication(folder).publish(store.database, {
        signal: new AbortController().signal,
        onFault: (error) => faults.push(error),
      });
    const grown = await newHost(log);
    const subject = { ...(await log.host(grown)), host: grown };
    const read = (name: string) => readFileSync(join(folder, grown, name), 'utf8');
    const notes: string[] = [];
    for (const path of ['/a', '/b', '/c']) {
      await log.submit(grown, mkdir(path));
      await signHead(store.database, subject, { ...signer, now: 3 });
      await publish();
      notes.push(read('checkpoint'));
      const [before] = notes.slice(-2, -1);
      const kept = before === undefined ? undefined : await openCheckpoint(before, trust);
      const { position } = await verifyConsistency(read('consistency'), trust, kept);
      expect(position).toBe(notes.length + 1);
    }
    await publish();
    expect(read('checkpoint')).toBe(notes[2]);
    expect(readdirSync(folder)).toContain('long');
    expect(faults).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  describe('after the owner of the database changed it', () => {
    const change = (text: string) => asOwner(store.database, (tx) => tx.query(text, [host_id]));

    it('a stored node that is another is told, and its proofs prove nothing', async () => {
      await change(`update merkle_nodes set hash = sha256('x') where host_id = $1`);
      await expect(verifyInclusion(await inclusion(EVENTS), trust)).rejects.toThrow('do not lead');
      const { chain } = await verifyHost(store.database, host_id, { trusted: signer.trusted });
      expect(chain.faults).toEqual([
        {
          position_from: 257,
          position_to: 512,
          message: 'a stored node of the tree (level 8) is not that of the events',
        },
      ]);
      // What is signed next is computed of the events, and not of the changed node.
      const head = await signHead(store.database, { host_id, host }, { ...signer, now: EVENTS });
      expect(noteOf(head, signer.key.public)).toContain('bpfledger/long\n700\n');
      await change(`delete from merkle_nodes where host_id = $1`);
      await verifyInclusion(await inclusion(EVENTS), trust);
    });

    it('a tree that a thief of the key signs is told where it is not that of the events', async () => {
      await change(
        `update checkpoints set root = sha256('x') where host_id = $1 and position = 600`,
      );
      const { chain } = await verifyHost(store.database, host_id, { trusted: signer.trusted });
      expect(chain.faults.map(({ message }) => message)).toEqual([
        `the signature of the checkpoint is not that of ${signer.key.public.key_id}`,
        'checkpoint 7 does not follow the one that is stored before it: one was removed, or signed anew',
      ]);
    });
  });
});
