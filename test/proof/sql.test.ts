// The views of analysts on both databases: they say what the API says, and docs/sql.md is true.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachTypeOf } from '../../src/domain/attach-type.ts';
import { ERRNO_NUMBERS } from '../../src/domain/errno.ts';
import { MAP_TYPE_NAMES } from '../../src/domain/map-type.ts';
import { PROG_TYPE_NAMES } from '../../src/domain/prog-type.ts';
import { CALL_FIELDS } from '../../src/events/encoding/call-fields.ts';
import { decodeEvent, encodeEvent } from '../../src/events/encoding/codec.ts';
import { EFFECT_FIELDS } from '../../src/events/encoding/effect-fields.ts';
import * as names from '../../src/events/encoding/names.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { momentAt } from '../../src/projections/boots.ts';
import { post, startTestService, type TestService } from '../api/running.ts';
import { describeStores, type Store } from '../contract/stores.ts';
import { effectiveArrayAt } from '../support/effective-by-tables.ts';
import { allCgroups, allLinks, allPrograms } from '../support/keys-in-tables.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/sql.md'), 'utf8');
const [, calls = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];
const examples = [...page.matchAll(/^```sql\n(.*?)^```\n\n```text\n(.*?)^```$/gms)].map(
  ([, query = '', shown = '']) => ({ query, shown }),
);

/** Rows as `psql -A` prints them, without the count. */
function psqlText(rows: readonly object[]): string {
  const [first] = rows;
  const lines = [Object.keys(first ?? {}), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => `${cells.map((cell) => cell ?? '').join('|')}\n`).join('');
}

/** Fields that SQL shows as the log has them, in numbers. */
const AS_NUMBERS = ['flags', 'query_flags', 'tag', 'key'];

function comparable(record: object): object {
  const kept = Object.entries(record).filter(([field]) => !AS_NUMBERS.includes(field));
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

describeStores('SQL for analysts', ({ open }) => {
  let store: Store;
  let service: TestService;
  let events: LedgerEvent[];
  let host_id: number;

  beforeAll(async () => {
    store = await open();
    service = await startTestService({ database: store.database });
    await post(service.app, '/v1/hosts', {
      body: { name: 'web1', release: '6.18', at: '2026-03-25T06:56:00Z' },
    });
    const made = await post(service.app, '/v1/hosts/web1/syscalls', { body: calls });
    expect(made.status).toBe(200);
    events = [];
    host_id = await addHost(store.database, 'random');
    const history = randomHistory({ seed: 11, events: 400, release: '6.18', rebootEvery: 150 });
    const onStep = ({ event }: { event: LedgerEvent }) => {
      events.push(decodeEvent({ ...event, body: encodeEvent(event) }));
    };
    await appendHistory(store.database, host_id, history, { sizeOf: () => 7, onStep });
  });

  afterAll(async () => {
    await service?.close();
    await store?.drop();
  });

  const rows = (text: string, params: readonly unknown[] = []) =>
    store.database.query<Record<string, unknown>>(text, params);

  it('the page has examples, each with what it prints', () => {
    expect(examples.length).toBe([...page.matchAll(/^```sql$/gm)].length);
    expect(examples.length).toBeGreaterThan(9);
  });

  it.each(examples)('prints what the page shows: $query', async ({ query, shown }) => {
    const only = query.includes('hosts_view') ? query.replace(';', " WHERE host = 'web1'") : query;
    expect(psqlText(await rows(only))).toBe(shown);
  });

  it('answers as the API for the host of the page', async () => {
    const query = 'cgroup=/pods/a&attach_type=cgroup_inet_egress';
    for (const at of [6, 7, 8, 9]) {
      const response = await service.app.request(`/v1/hosts/web1/effective?${query}&at=${at}`);
      const { slots } = (await response.json()) as { slots: { prog_id: number }[] };
      const array = await rows(
        `select prog_id from effective_array_at('web1', '/pods/a', 'cgroup_inet_egress', $1)`,
        [at],
      );
      expect(array.map((slot) => slot.prog_id)).toEqual(slots.map((slot) => slot.prog_id));
    }
  });

  it('is exported as the audit record that docs/proof.md shows', async () => {
    const path = '/v1/hosts/web1/export?format=audit&call=link_create';
    const record = await (await service.app.request(path)).text();
    const proof = readFileSync(join(import.meta.dirname, '../../docs/proof.md'), 'utf8');
    expect(proof).toContain(`\n${record}`);
  });

  it('tells the times of events as the API does', async () => {
    const response = await service.app.request('/v1/hosts/web1/events');
    const { items } = (await response.json()) as { items: { at: string; recorded_at: string }[] };
    const format = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
    const times = await rows(
      `select to_char(at at time zone 'utc', ${format}) as at,
         to_char(recorded_at at time zone 'utc', ${format}) as recorded_at
       from events_view where host = 'web1' order by position`,
    );
    expect(times).toEqual(items.map(({ at, recorded_at }) => ({ at, recorded_at })));
  });

  it('knows every name and field that the log is written with', async () => {
    const known = await rows('select kind, code, name from ledger_names');
    const numbers = Array.from({ length: 80 }, (_, n) => attachTypeOf(n));
    const lists = {
      attach_type: Object.fromEntries(
        numbers.flatMap((name, n) => (typeof name === 'string' ? [[name, n]] : [])),
      ),
      prog_type: Object.fromEntries(PROG_TYPE_NAMES.map((name, n) => [name, n])),
      map_type: Object.fromEntries(MAP_TYPE_NAMES.map((name, n) => [name, n])),
      errno: ERRNO_NUMBERS,
      call: names.CALL_CODES,
      fcntl_cmd: names.FCNTL_CODES,
      sysctl: names.SYSCTL_CODES,
      effect: names.EFFECT_CODES,
      reason: names.REASON_CODES,
      kind: names.KIND_CODES,
      other_file: names.OTHER_FILE_CODES,
      namespace: names.NAMESPACE_CODES,
      access: names.ACCESS_CODES,
      mode: names.MODE_CODES,
      source: names.SOURCE_CODES,
      capability: names.CAPABILITY_CODES,
    };
    const expected = Object.entries(lists).flatMap(([kind, codes]) =>
      Object.entries(codes).map(([name, code]) => `${kind} ${code} ${name}`),
    );
    expect(known.map((n) => `${n.kind} ${n.code} ${n.name}`).sort()).toEqual(expected.sort());

    const fields = await rows('select record_of, code, nth, field from ledger_fields');
    const written = [
      ...Object.entries(names.CALL_CODES).map(([name, code]) => {
        return ['call', code, CALL_FIELDS[name as keyof typeof CALL_FIELDS].names] as const;
      }),
      ...Object.entries(names.EFFECT_CODES).map(([name, code]) => {
        return ['effect', code, EFFECT_FIELDS[name as keyof typeof EFFECT_FIELDS].names] as const;
      }),
    ].flatMap(([of, code, list]) => list.map((field, i) => `${of} ${code} ${i + 1} ${field}`));
    expect(fields.map((f) => `${f.record_of} ${f.code} ${f.nth} ${f.field}`).sort()).toEqual(
      written.sort(),
    );
  });

  it('shows every event of a random log as it was', async () => {
    const shown = await rows(
      `select position, boot, source, actor, pid, comm, call, arguments, ret, errno, rule, effects
       from events_view where host = 'random' order by position`,
    );
    expect(shown.length).toBe(events.length);
    for (const [i, recorded] of events.entries()) {
      // The helper that appended them gave all events of a batch one time.
      const { call, outcome, effects, recorded_at: _, at: __, ...event } = recorded;
      const { name, ...args } = call;
      const refused = 'errno' in outcome;
      const row = shown[i] as { arguments: object; effects: object[] };
      const told = { ...row, arguments: comparable(row.arguments) };
      expect({ ...told, effects: row.effects.map(comparable) }).toEqual({
        ...event,
        call: name,
        arguments: comparable(args),
        ret: refused ? null : outcome.ret,
        errno: refused ? outcome.errno : null,
        rule: refused ? outcome.rule : null,
        effects: effects.map(comparable),
      });
    }
  });

  it('answers at every position as the reads of the API do', async () => {
    const { database } = store;
    let slots = 0;
    for (let position = 5; position <= events.length; position += 57) {
      const moment = await momentAt(database, { host_id, position });
      if (moment === undefined) throw new Error('a log has a boot');
      const programs = await rows(`select prog_id, tag from programs_at('random', $1)`, [position]);
      const listed = await allPrograms(database, moment);
      expect(programs).toEqual(listed.map(({ prog_id, tag }) => ({ prog_id, tag })));
      const links = await rows(`select link_id, prog_id, cgroup_id from links_at('random', $1)`, [
        position,
      ]);
      expect(links).toEqual(
        (await allLinks(database, moment)).map(({ link_id, prog_id, cgroup_id }) => ({
          link_id,
          prog_id,
          cgroup_id,
        })),
      );
      const paths = await rows(`select path from cgroups_at('random', $1)`, [position]);
      const cgroups = await allCgroups(database, moment);
      expect(paths.map(({ path }) => path)).toEqual(cgroups.map(({ path }) => path).sort());
      for (const { path, cgroup_id } of cgroups) {
        for (const attach_type of ['cgroup_inet_egress', 'cgroup_inet_ingress'] as const) {
          const expected = await effectiveArrayAt(database, moment, { cgroup_id, attach_type });
          const array = await rows(
            `select prog_id, link_id, index, preorder from effective_array_at('random', $1, $2, $3)`,
            [path, attach_type, position],
          );
          expect(array).toEqual(
            expected.map(({ prog_id, link_id = null, index = null, preorder = false }) => ({
              prog_id,
              link_id,
              index,
              preorder,
            })),
          );
          slots += array.length;
        }
      }
    }
    expect(slots).toBeGreaterThan(20);
  });

  it('finds positions by time as the API does', async () => {
    const [{ at }] = events as [LedgerEvent];
    for (const micros of [at - 1, at, at + 500, at + 3000, at + 399_000, at + 1e9]) {
      const [row] = await rows(`select position_at('random', ledger_time($1::int8)) as position`, [
        micros,
      ]);
      expect(row?.position).toBe(await service.log.positionAt('random', micros));
    }
  });

  it('refuses what is not there in a sentence', async () => {
    await expect(rows(`select * from links_at('nobody')`)).rejects.toThrow('no host nobody');
    await expect(rows(`select * from links_at('web1', 10)`)).rejects.toThrow(
      'the log of web1 has the positions 1 to 9, not 10',
    );
  });
});
