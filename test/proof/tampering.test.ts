// What the owner of the database can do to it, with the triggers off and every hash computed anew:
// each attempt is told, by the verdict or by the signer that refuses, and in pairs as well.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chainHash } from '../../src/events/encoding/hash-chain.ts';
import type { Log } from '../../src/events/log.ts';
import { signStatement } from '../../src/events/proof/checkpoint.ts';
import type { Outside } from '../../src/events/proof/checkpoint-check.ts';
import { readCheckpoints, storeCheckpoint } from '../../src/events/proof/checkpoints.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { upkeep } from '../../src/events/proof/upkeep.ts';
import { genesisOf, identityOf } from '../../src/events/reading/birth.ts';
import { loadState } from '../../src/events/reading/host-state.ts';
import { readRows } from '../../src/events/reading/log-reader.ts';
import {
  SNAPSHOT_FAULTS,
  snapshotText,
  storeSnapshot,
} from '../../src/events/reading/snapshots.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { type Verification, verifyHost } from '../../src/time-travel/verify/verify.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from '../contract/stores.ts';
import { asOwner } from '../support/lost-tail.ts';
import { newSigner, type TestSigner } from '../support/signer.ts';

interface Made {
  readonly host: string;
  readonly host_id: number;
}

describeStores('tampering with the database', ({ open }) => {
  let store: Store;
  let log: Log;
  let signer: TestSigner;
  let one: Made;
  let other: Made;

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
  });

  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  /** Two hosts of five events each: signed at 3 and at 5, a state stored at 4. */
  beforeEach(async () => {
    signer?.drop();
    signer = await newSigner();
    const make = async (paths: readonly string[]): Promise<Made> => {
      const host = await newHost(log);
      const { host_id } = await log.host(host);
      for (const [i, path] of paths.entries()) {
        await log.submit(host, mkdir(path));
        if (i === 1) await sign({ host, host_id }, 7);
        // As the writer has it, who did not read it from the log.
        if (i === 2) await storeState({ host, host_id }, await log.withHead(host, snapshotText));
      }
      await sign({ host, host_id }, 8);
      return { host, host_id };
    };
    one = await make(['/a', '/b', '/c', '/d']);
    other = await make(['/w', '/x', '/y', '/z']);
  });

  afterAll(() => signer?.drop());

  const sign = (of: Made, now: number) => signHead(store.database, of, { ...signer, now });

  async function storeState({ host_id }: Made, text: string): Promise<void> {
    const [batch] = await store.database.query<{ hash: string }>(
      `select encode(hash, 'hex') as hash from batches where host_id = $1 and position_to = 4`,
      [host_id],
    );
    const hash = Buffer.from(batch?.hash ?? '', 'hex');
    await storeSnapshot(store.database, host_id, { position: 4, hash, text });
  }

  /** Changes a table as its owner can, who may switch the triggers off. */
  const change = (text: string) => asOwner(store.database, (tx) => tx.query(text));

  const of = ({ host_id }: Made) => `host_id = ${host_id}`;

  /** Makes every hash of a log follow from what is there now, and the head, and the projections. */
  async function mend(made: Made): Promise<void> {
    let hash = genesisOf((await identityOf(store.database, made.host_id)).born);
    for (const row of await readRows(store.database, made.host_id, { from: 1 })) {
      hash = chainHash(hash, row);
      const hex = Buffer.from(hash).toString('hex');
      const at = `${of(made)} and position = ${row.position}`;
      await change(`update events set hash = decode('${hex}', 'hex') where ${at}`);
    }
    await store.database.query(
      `update heads h set position = b.position_to, hash = b.hash, recorded_at = b.recorded_at,
         at_max = b.at_max from batches b
       where h.${of(made)} and b.host_id = h.host_id and b.position_to =
         (select max(position) from events where ${of(made)})`,
    );
    await rebuild(store.database, { host_id: made.host_id });
  }

  /** Takes the last events away, and makes all look as if they had never been. */
  async function cut(made: Made, to: number): Promise<void> {
    await change(`delete from events where ${of(made)} and position > ${to}`);
    await mend(made);
    await store.database.query(`delete from snapshots where ${of(made)} and position > ${to}`);
  }

  async function rewrite(made: Made, [from, to]: readonly [string, string]): Promise<void> {
    const body = `body = replace(body, '"${from}"', '"${to}"')`;
    await change(`update events set ${body} where ${of(made)}`);
    await mend(made);
    await store.database.query(`delete from snapshots where ${of(made)}`);
  }

  const forget = (made: Made, more = 'true') =>
    change(`delete from checkpoints where ${of(made)} and ${more}`);

  async function swap(table: string, column: string): Promise<void> {
    const given = `case when ${of(one)} then (select ${column} from ${table} where ${of(other)}
      order by position limit 1) else (select ${column} from ${table} where ${of(one)}
      order by position limit 1) end`;
    await change(`update ${table} set ${column} = ${given} where ${of(one)} or ${of(other)}`);
  }

  async function swapNames(): Promise<void> {
    const rename = ({ host_id }: Made, to: string) =>
      store.database.query('update hosts set name = $2 where host_id = $1', [host_id, to]);
    await rename(one, 'between');
    await rename(other, one.host);
    await rename(one, other.host);
  }

  /** With what the service remembers of the host of that name, as its route does. */
  async function verify(made: Made, outside: Outside = {}): Promise<Verification> {
    const [row] = await store.database.query<{ name: string }>(
      'select name from hosts where host_id = $1',
      [made.host_id],
    );
    const remembered = await signer.memory.of(row?.name ?? '');
    return verifyHost(store.database, made.host_id, {
      trusted: signer.trusted,
      ...(remembered !== undefined && { kept: [remembered] }),
      ...outside,
    });
  }

  const messagesOf = ({ chain, snapshots }: Verification) =>
    [...chain.faults, ...snapshots.faults].map(({ message }) => message).join('\n');

  it('is none of it when nothing was done', async () => {
    for (const made of [one, other]) {
      const verdicts = await verify(made);
      expect(messagesOf(verdicts)).toBe('');
      expect(verdicts).toMatchObject({
        holds: true,
        chain: { checkpoints: 2, proven_to: 5, kept: 1 },
        snapshots: { holds: true, count: 1 },
        not_excluded: [],
      });
    }
  });

  it('is told when a log is cut below what is stored of it', async () => {
    await store.database.query(
      `insert into idempotency values (${one.host_id}, 'local', 'k', 0, 'f', 5, 5, 0)`,
    );
    await cut(one, 2);
    // By what is in the database alone.
    const verdicts = await verify(one, { kept: [] });
    expect(verdicts.holds).toBe(false);
    expect(messagesOf(verdicts)).toContain(
      '2 checkpoints are stored of positions after the head, which is 2',
    );
    expect(messagesOf(verdicts)).toContain(
      '1 idempotency key is stored of positions after the head',
    );
    expect(verdicts.chain.faults).toContainEqual(
      expect.objectContaining({ position_from: 3, position_to: 5 }),
    );
  });

  it.each([
    ['an event', '1 event', `insert into events values (ID, 6, 1, '[]', null, null, null)`],
    [
      'a sealed segment',
      '1 sealed segment',
      `insert into segments values (ID, 6, 9, '\\x00', '\\x00')`,
    ],
    [
      'a snapshot',
      '1 snapshot',
      `insert into snapshots (host_id, version, position, state, hash) values (ID, 3, 9, '\\x00', '\\x00')`,
    ],
    [
      'a row of a projection',
      'cgroup_versions',
      `update cgroup_versions set position_from = 9 where host_id = ID and path = '/d'`,
    ],
  ])('is told when %s is stored beyond the head', async (_, what, text) => {
    await store.database.query(text.replace('ID', String(one.host_id)));
    const { chain } = await verify(one);
    expect(chain.holds).toBe(false);
    expect(chain.faults[0]?.message).toMatch(/is stored of positions after the head, which is 5/);
    expect(chain.faults[0]?.message).toContain(what);
    expect(chain.fault_count).toBe(1);
  });

  describe('when the checkpoints go along', () => {
    const ways: [string, () => Promise<void>][] = [
      ['a log that was cut', () => cut(one, 2)],
      [
        'a log that was cut and went on',
        async () => {
          await cut(one, 2);
          await log.submit(one.host, mkdir('/else')).catch(() => undefined);
        },
      ],
      ['a log that was rewritten', () => rewrite(one, ['/b', '/q'])],
    ];

    it.each(ways)('%s is not signed again, and told', async (_, tampered) => {
      await forget(one);
      await tampered();
      await expect(sign(one, 9)).rejects.toMatchObject({ reason: { why: 'signing-refused' } });
      const faults: unknown[] = [];
      const now = Date.now() * 1000;
      const signal = new AbortController().signal;
      const onFault = (error: unknown) => faults.push(error);
      await upkeep(store.database, { ...signer, now, signal, onFault });
      expect(faults).toContainEqual(
        expect.objectContaining({
          reason: expect.objectContaining({ why: 'signing-refused', host: one.host }),
        }),
      );
      const verdicts = await verify(one);
      expect(verdicts.holds).toBe(false);
      expect(messagesOf(verdicts)).toMatch(/a kept checkpoint/);
      expect(messagesOf(verdicts)).toContain('remembered outside the database is no longer stored');
      // Others go on.
      expect((await verify(other)).holds).toBe(true);
    });

    it('a log that a thief of the key signs again is told by what is kept', async () => {
      await forget(one);
      await rewrite(one, ['/b', '/q']);
      const thief = { ...(await newSigner()), key: signer.key };
      await signHead(store.database, one, { ...thief, now: 9 });
      thief.drop();
      const alone = await verify(one, { kept: [] });
      expect(alone.holds).toBe(true);
      expect(alone.not_excluded).toEqual([
        expect.stringContaining('if the whole log was rewritten and signed again by the same key'),
      ]);
      const verdicts = await verify(one);
      expect(verdicts.holds).toBe(false);
      expect(messagesOf(verdicts)).toContain(
        'position 5 has another hash than in a kept checkpoint',
      );
    });

    it('and nothing else, what is remembered of them tells it', async () => {
      await forget(one);
      const { chain } = await verify(one);
      expect(chain).toMatchObject({ holds: false, checkpoints: 0, kept: 1 });
      expect(chain.faults[0]?.message).toContain('is no longer stored');
    });

    it.each([
      ['the first', 3],
      ['the last', 5],
    ])('%s alone is missed', async (_, position) => {
      await forget(one, `position = ${position}`);
      const verdicts = await verify(one);
      expect(verdicts.holds).toBe(false);
    });
  });

  it('tells a checkpoint that a thief of the key signs anew in its place', async () => {
    const [before] = await readCheckpoints(store.database, one.host_id, { after: 0, to: 3 });
    if (before === undefined) throw new Error('position 3 was signed');
    await forget(one, 'position = 3');
    const anew = signStatement({ ...before, signed_at: 6 }, signer.key);
    await storeCheckpoint(store.database, one.host_id, anew);
    const verdicts = await verify(one, { kept: [] });
    expect(verdicts.chain.fault_count).toBe(1);
    expect(messagesOf(verdicts)).toContain(
      'checkpoint 2 does not follow the one that is stored before',
    );
  });

  it('tells checkpoints that were swapped between hosts', async () => {
    for (const column of ['signature', 'hash', 'host', 'previous', 'log_id']) {
      await change(`create table kept as select * from checkpoints`);
      await swap('checkpoints', column);
      const verdicts = await verify(one, { kept: [] });
      expect([column, verdicts.holds]).toEqual([column, false]);
      await change('delete from checkpoints');
      await change('insert into checkpoints select * from kept');
      await store.database.query('drop table kept');
    }
    // Whole rows: each is soundly signed, for the other host.
    const [a, b] = [one.host_id, other.host_id];
    await store.database.query('create table kept as select * from checkpoints');
    await store.database.query(
      `update kept set host_id = case host_id when ${a} then ${b} else ${a} end
       where host_id in (${a}, ${b})`,
    );
    await change('delete from checkpoints');
    await store.database.query('insert into checkpoints select * from kept');
    await store.database.query('drop table kept');
    const verdicts = await verify(one, { kept: [] });
    expect(messagesOf(verdicts)).toContain(`was signed for the host ${other.host}`);
  });

  it('tells hosts whose names were swapped', async () => {
    await swapNames();
    for (const made of [one, other]) {
      const verdicts = await verify(made, { kept: [] });
      expect(verdicts.holds).toBe(false);
      expect(messagesOf(verdicts)).toContain('it may be the log of another host');
      expect(messagesOf(verdicts)).toContain('the checkpoint was signed for the host');
    }
    await forget(one);
    await forget(other);
    // Without any checkpoint, the chain that begins with the name tells it.
    expect(messagesOf(await verify(one, { kept: [] }))).toContain(
      'it may be the log of another host',
    );
    await expect(sign({ ...one, host: other.host }, 9)).rejects.toMatchObject({
      reason: { why: 'signing-refused' },
    });
    // And with every hash computed anew, what is remembered.
    await store.database.query(`delete from snapshots where ${of(one)}`);
    await mend(one);
    expect(messagesOf(await verify(one, { kept: [] }))).toBe('');
    expect(messagesOf(await verify(one))).toContain('has another hash than in a kept checkpoint');
  });

  it('tells an import that nobody did, and one that was struck off', async () => {
    const note = `insert into imports values (${one.host_id}, 4, 1, 'x', 'y', null, null, '')`;
    await store.database.query(note);
    expect(messagesOf(await verify(one, { kept: [] }))).toContain(
      'was signed for a log recorded here from position 1 on, not 5',
    );
  });

  describe('stored states', () => {
    const paths = async () => {
      const { kernel, snapshotPosition } = await loadState(store.database, one.host_id, 4);
      return {
        from: snapshotPosition,
        paths: [...kernel.cgroups.values()].map(({ path }) => path).sort(),
      };
    };
    const SOUND = ['/', '/a', '/b', '/c'];

    /** What is told while something is done. */
    async function faultsOf(work: () => Promise<void>): Promise<unknown[]> {
      const faults: unknown[] = [];
      const listen = (fault: unknown) => faults.push(fault);
      subscribe(SNAPSHOT_FAULTS, listen);
      await work();
      unsubscribe(SNAPSHOT_FAULTS, listen);
      return faults;
    }

    it('are read when they are sound', async () => {
      expect(await paths()).toEqual({ from: 4, paths: SOUND });
    });

    it.each([
      ['swapped', () => swap('snapshots', 'state')],
      [
        'swapped with their hashes',
        async () => {
          await swap('snapshots', 'hash');
          await swap('snapshots', 'state');
        },
      ],
      [
        'edited',
        () => change(`update snapshots set state = set_byte(state, 9, 1) where ${of(one)}`),
      ],
    ])('%s are passed over, and told', async (_, tampered) => {
      await tampered();
      const faults = await faultsOf(async () => {
        expect(await paths()).toEqual({ from: 0, paths: SOUND });
      });
      expect(faults).toEqual([{ host_id: one.host_id, position: 4 }]);
      const verdicts = await verify(one);
      expect([verdicts.holds, verdicts.chain.holds, verdicts.snapshots.holds]).toEqual([
        false,
        true,
        false,
      ]);
      expect(verdicts.snapshots.faults).toMatchObject([{ position: 4 }]);
    });

    it('that belong to another history, hashed anew, are told by verify', async () => {
      const { kernel } = await loadState(store.database, other.host_id, 4);
      await store.database.query(`delete from snapshots where ${of(one)}`);
      await storeState(one, snapshotText(kernel));
      const { snapshots } = await verify(one);
      expect(snapshots.faults).toEqual([
        { position: 4, message: 'it is not the state that the log gives' },
      ]);
    });
  });
});
