// A log that is cut, for who reads the events of all hosts: alert rules must have come to the cut before,
// and a reader who is between two queries is told of it.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Log } from '../../src/events/log.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import type { Database } from '../../src/events/storage/database.ts';
import {
  advanceRule,
  deleteRule,
  insertRule,
  listRules,
} from '../../src/projections/alerts/rules.ts';
import { FIRST_PLACE, readArrived } from '../../src/projections/fleet/arrived-events.ts';
import { look } from '../../src/projections/fleet/arriving.ts';
import { trim } from '../../src/projections/retention/trim.ts';
import { newSigner } from '../support/signer.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const signer = await newSigner();
afterAll(() => signer.drop());

const NOW = 1_796_000_000_000_000;

describeStores('the events of all hosts, of which one is cut', ({ open }) => {
  let store: Store;
  let database: Database;
  let log: Log;
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
    database = store.database;
  });
  afterAll(() => store?.drop());

  /** Eight events that have not arrived. At the sixth is a checkpoint; /a3 lives from the third to the fourth. */
  beforeEach(async () => {
    log = await logOn(store.another());
    host = await newHost(log);
    ({ host_id } = await log.head(host));
    for (let n = 2; n <= 8; n++) {
      const rmdir = { call: { name: 'rmdir', path: '/a3' } } as const;
      await log.submit(host, n === 4 ? { actor: 'local', calls: [rmdir] } : mkdir(`/a${n}`));
      if (n === 6) await signHead(database, { host_id, host }, { ...signer, now: n });
    }
    return () => log.close();
  });

  const cut = () =>
    trim(database, {
      ...({ name: host, before: { kind: 'position', position: 7 }, actor: 'root' } as const),
      ...{ reason: '', now: NOW },
    });
  const arrive = async () => {
    while ((await look(database, { mark: 1 })).more);
  };
  const newest = async (from: Database) => {
    const page = await readArrived(from, { after: FIRST_PLACE, order: 'asc', limit: 1000 });
    const positions = page.events
      .filter((one) => one.host === host)
      .map((one) => one.place.position);
    return { positions, cuts: page.cuts.filter((one) => one.host === host), page };
  };

  it('are not removed before each alert rule has come to them', async () => {
    const rule_id = await insertRule(database, {
      ...{ name: 'gone', actor: 'local', created_at: 0, url: 'http://x/', secret: '' },
      ...{ filter: '{}', condition: null, place: FIRST_PLACE },
    });
    if (rule_id === undefined) throw new Error('the name of the rule is taken');
    const refusal = new RegExp(
      `the alert rule gone has not come to position 6 of ${host}: .* rules remove ${rule_id}`,
    );
    // Not even arrived.
    await expect(cut()).rejects.toThrow(refusal);
    await arrive();
    await expect(cut()).rejects.toThrow(refusal);
    const [rule] = await listRules(database);
    const { page } = await newest(database);
    if (rule === undefined || page.reached === undefined) throw new Error('nothing arrived');
    await advanceRule(database, rule, page.reached);
    await expect(cut()).resolves.toMatchObject({ oldest: 6 });
    await deleteRule(database, rule_id);
  });

  it('are read whole, or with the cut, by who is between two queries', async () => {
    await arrive();
    let queries = 0;
    const query: Database['query'] = async (text, params) => {
      if (++queries === 2) await cut();
      return database.query(text, params);
    };
    const { positions, cuts } = await newest({ ...database, query } as Database);
    expect(queries).toBe(4);
    expect(cuts).toEqual([{ host, oldest: 6 }]);
    expect(positions).toEqual([6, 7, 8]);
  });
});
