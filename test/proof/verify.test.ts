// Verification on both databases: what was done to the tables behind the service's back is told,
// each kind by its own verdict, and named as exactly as what is stored allows.

import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importBundle } from '../../src/events/bundle/import-bundle.ts';
import { writeBundle } from '../../src/events/bundle/write-bundle.ts';
import { systemClock } from '../../src/events/clock.ts';
import { chainHash } from '../../src/events/encoding/hash-chain.ts';
import type { Log } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { genesisOf, identityOf } from '../../src/events/reading/birth.ts';
import { readRows } from '../../src/events/reading/log-reader.ts';
import { keptRows } from '../../src/projections/kept-rows.ts';
import { projector } from '../../src/projections/projector.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from '../contract/stores.ts';
import { asOwner } from '../support/lost-tail.ts';
import { newSigner } from '../support/signer.ts';

const signer = await newSigner();
afterAll(() => signer.drop());

describeStores('verification', ({ open }) => {
  let store: Store;
  let log: Log;
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
  });

  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  /** Events 1; 2; 3, 4, 5; 6, a checkpoint at 5, and 1…5 sealed. */
  beforeEach(async () => {
    host = await newHost(log);
    ({ host_id } = await log.host(host));
    const calls = ['/c', '/c/d', '/c'].map((path) => mkdir(path).calls[0] as never);
    await log.submit(host, mkdir('/a'));
    await log.submit(host, { actor: 'local', calls });
    await signHead(store.database, { host_id, host }, { ...signer, now: 7 });
    await log.submit(host, mkdir('/e'));
    await sealSegments(store.database, { host_id, events: 5 });
  });

  /** Whole before it is read: the embedded database does one thing at a time. */
  async function bundleOf(id: number, name: string): Promise<AsyncIterable<Uint8Array>> {
    const lines: Buffer[] = [];
    const host = { host_id: id, host: name };
    for await (const line of writeBundle(store.database, { ...host, tables: projector.tables }))
      lines.push(Buffer.from(line));
    return Readable.from(lines);
  }

  const verify = () => verifyHost(store.database, host_id, { trusted: signer.trusted });

  /** Changes a row as the owner of the database can, who may switch the triggers off. */
  async function tamper(table: string, change: string): Promise<void> {
    await asOwner(store.database, (tx) => tx.query(`update ${table} set ${change}`));
  }

  it('finds a log sound, in four verdicts', async () => {
    const { hash } = await log.head(host);
    expect(await verify()).toEqual({
      holds: true,
      chain: {
        holds: true,
        position: 6,
        hash: Buffer.from(hash).toString('hex'),
        checkpoints: 1,
        proven_to: 5,
        fault_count: 0,
        faults: [],
        keys: [signer.key.public.key_id],
        untrusted: 0,
        untrusted_keys: [],
        kept: 0,
        unchained: 0,
        before_cut: 0,
        cut_signed: false,
        segments: 1,
      },
      projections: { holds: true, position: 6, rows: 6, differing: 0, tables: [] },
      outcomes: { holds: true, position: 6, difference_count: 0, differences: [] },
      snapshots: { holds: true, count: 0, fault_count: 0, faults: [] },
      imported: undefined,
      not_excluded: [
        expect.stringContaining('No checkpoint from outside was given'),
        expect.stringContaining(
          'No checkpoint of a trusted key covers the events after position 5',
        ),
      ],
    });
  });

  it.each([2, 4, 5, 6])(
    'finds a branch at position %i sound, and exports it whole',
    async (position) => {
      const name = `${host}-at-${position}`;
      await log.createBranch(host, { name, position, actor: 'local' });
      const { host_id: branch } = await log.host(name);
      for (const calls of [0, 1]) {
        if (calls > 0) await log.submit(name, mkdir('/own'));
        const verdicts = await verifyHost(store.database, branch);
        expect(verdicts).toMatchObject({ holds: true, chain: { position: position + calls } });
        const copy = await importBundle(store.database, {
          chunks: await bundleOf(branch, name),
          projector,
          kept: keptRows,
          hostName: () => `${name}-copy-${calls}`,
          actor: 'local',
          now: systemClock.now(),
        });
        expect(copy.report.hash).toBe(verdicts.chain.hash);
      }
    },
  );

  it('is refused by the database where the triggers are on', async () => {
    for (const table of ['events', 'batches', 'checkpoints', 'segments', 'signing_keys']) {
      await expect(store.database.query(`delete from ${table}`)).rejects.toThrow('append-only');
    }
  });

  describe('the chain', () => {
    const at = (position: number) => `where host_id = ${host_id} and position = ${position}`;

    it('names the event in a batch of one, and the batch of several', async () => {
      await tamper('events', `body = replace(body, '/e', '/x') ${at(6)}`);
      await tamper('events', `body = replace(body, '/c/d', '/c/x') ${at(4)}`);
      const { chain } = await verify();
      const places = chain.faults.map((f) => [f.position_from, f.position_to]);
      // The sealed segment tells which of the batch it is.
      expect(places).toEqual([
        [4, 4],
        [3, 5],
        [6, 6],
      ]);
      expect(chain.holds).toBe(false);
    });

    it('names an event that is gone', async () => {
      await asOwner(store.database, (tx) => tx.query(`delete from events ${at(4)}`));
      const { chain, projections, outcomes } = await verify();
      expect(chain.faults[0]).toEqual({
        position_from: 4,
        position_to: 4,
        message: 'missing from the log',
      });
      expect(projections.holds).toBe(false);
      expect(outcomes.holds).toBe(false);
    });

    it('names the checkpoint when somebody computes every hash anew', async () => {
      await tamper('events', `body = replace(body, '/a"', '/z"') ${at(2)}`);
      let hash = genesisOf((await identityOf(store.database, host_id)).born);
      for (const row of await readRows(store.database, host_id, { from: 1 })) {
        hash = chainHash(hash, row);
        const set = `hash = decode('${Buffer.from(hash).toString('hex')}', 'hex')`;
        await tamper('events', `${set} ${at(row.position)} and hash is not null`);
        await tamper('heads', `${set} where host_id = ${host_id}`);
      }
      const { chain } = await verify();
      expect(chain.faults.at(-1)).toMatchObject({ position_from: 1, position_to: 5 });
      expect(chain.faults.at(-1)?.message).toContain('signed for another log');
      expect(chain.proven_to).toBe(0);
    });

    it.each([
      ['events', 'at_max = at_max + 1', 'position = 2', [2, 2]],
      ['events', 'at_max = null, writer = null, hash = null', 'position = 6', [6, 6]],
      ['events', 'recorded_at = recorded_at - 1', 'position = 4', [4, 4]],
      ['heads', 'at_max = at_max + 1', 'true', [6, 6]],
      ['checkpoints', 'signed_at = signed_at + 1', 'true', [5, 5]],
      ['segments', 'bytes = set_byte(bytes, 40, (get_byte(bytes, 40) # 1))', 'true', [1, 5]],
    ])('tells a change of %s: %s', async (table, change, where, place) => {
      await tamper(table, `${change} where host_id = ${host_id} and ${where}`);
      const { chain } = await verify();
      expect(chain.holds).toBe(false);
      const [first] = chain.faults;
      expect([first?.position_from, first?.position_to]).toEqual(place);
    });
  });

  it('the projections are told apart from the chain', async () => {
    const { database } = store;
    const where = `where host_id = ${host_id} and path = '/c/d'`;
    await database.query(`update cgroup_versions set path = '/c/x' ${where}`);
    const { holds, chain, projections, outcomes } = await verify();
    expect([holds, chain.holds, outcomes.holds]).toEqual([false, true, true]);
    expect(projections).toMatchObject({
      holds: false,
      differing: 2,
      tables: [{ table: 'cgroup_versions', differing: 2 }],
    });
  });

  it('the outcomes tell which events today’s rules answer otherwise', async () => {
    const { outcome } = await log.event(host, 5);
    if (!('errno' in outcome)) throw new Error('a second mkdir of /c is refused');
    const change = `body = replace(body, '"${outcome.rule}"', '"a-rule-of-old"')`;
    await tamper('events', `${change} where host_id = ${host_id} and position = 5`);
    const { outcomes, projections } = await verify();
    expect(projections.holds).toBe(true);
    expect(outcomes).toEqual({
      holds: false,
      position: 6,
      difference_count: 1,
      differences: [
        {
          position: 5,
          source: 'decided',
          call: 'mkdir',
          recorded: { errno: 'EEXIST', rule: 'a-rule-of-old' },
          today: { errno: 'EEXIST', rule: outcome.rule },
          effects_only: false,
        },
      ],
    });
  });
});
