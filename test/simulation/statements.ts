// What the statements of the log mean. A statement that is not here is an error: the simulation never
// makes an answer up.

import { NAME_CONSTRAINT } from '../../src/events/hosts.ts';
import { KEY_CONSTRAINT, type KeyRow } from '../../src/events/writing/append.ts';
import { listOf } from './array-literal.ts';
import {
  type HostRows,
  keptEvents,
  oldestOf,
  type Server,
  type Session,
  type StoredKey,
  serverError,
} from './server.ts';

type Params = readonly unknown[];
type Rows = readonly object[];

/** Parameters of an append before those of its keys, and of its keys. */
const LOG_PARAMS = 10;
const KEY_PARAMS = 6;

interface Statement {
  readonly is: (text: string) => boolean;
  readonly run: (at: {
    readonly server: Server;
    readonly session: Session;
    readonly text: string;
    readonly params: Params;
  }) => Rows | Promise<Rows>;
}

const startsWith = (start: string) => (text: string) => text.trimStart().startsWith(start);

const STATEMENTS: readonly Statement[] = [
  {
    is: startsWith('select position, epoch'),
    async run({ server, session, text, params }) {
      const [hostId, name] = params as [number, string | undefined];
      if (text.endsWith('for update')) await server.lock(session, hostId);
      const rows = server.rows(session, hostId);
      return rows?.head === undefined || (name !== undefined && rows.name !== name)
        ? []
        : [{ ...rows.head, oldest: oldestOf(rows) }];
    },
  },
  {
    is: startsWith('update heads set epoch = epoch + 1'),
    async run({ server, session, params }) {
      const [hostId] = params as [number];
      await server.lock(session, hostId);
      const rows = server.rows(session, hostId);
      if (rows?.head === undefined) return [];
      const head = { ...rows.head, epoch: rows.head.epoch + 1 };
      session.changed.set(hostId, { ...rows, head });
      return [{ ...head, oldest: oldestOf(rows) }];
    },
  },
  { is: startsWith('with head as (\n  update heads set position'), run: append },
  {
    is: startsWith('select 1 as found from batches'),
    run({ server, session, params }) {
      const [hostId, position, writer, hash] = params as [number, number, number, string];
      const rows = server.rows(session, hostId);
      const event = rows && keptEvents(rows).find((one) => one.position === position);
      return event?.writer === writer && event.hash === hash ? [{ found: 1 }] : [];
    },
  },
  {
    is: startsWith('select fingerprint, position_from, position_to from idempotency'),
    run({ server, session, params }) {
      const [hostId, actor, key, line] = params as [number, string, string, number];
      const keys = server.rows(session, hostId)?.keys ?? [];
      return keys.filter((row) => row.actor === actor && row.key === key && row.line === line);
    },
  },
  {
    is: startsWith('with old as (\n         select host_id, principal, key, line from idempotency'),
    run: sweep,
  },
  // No host of a simulation is a branch.
  {
    is: startsWith('select max(position_to) as position from lineages'),
    run: () => [{ position: null }],
  },
  { is: startsWith('select ancestor_id as host_id'), run: () => [] },
  {
    // There are no snapshots.
    is: (text) => text.includes('select found.*'),
    run({ server, session, params }) {
      const rows = server.rows(session, params[0] as number);
      return [{ host_id: null, oldest: rows ? oldestOf(rows) : 1 }];
    },
  },
  { is: startsWith('with page as'), run: page },
  {
    is: startsWith('select position_to as position, 0 as epoch'),
    run({ server, session, params }) {
      const [hostId, from, to] = params as [number, number, number];
      const rows = server.rows(session, hostId);
      const ends = (rows === undefined ? [] : keptEvents(rows)).filter(
        ({ position, hash }) => hash !== null && position >= from && position <= to,
      );
      const last = ends.at(-1);
      return last === undefined ? [] : [{ ...last, epoch: 0 }];
    },
  },
  {
    is: startsWith('select h.name as host, h.log_id'),
    run({ server, session, params }) {
      const [hostId] = params as [number];
      const rows = server.rows(session, hostId);
      if (rows === undefined) return [];
      const { name, log_id } = rows;
      return [{ host: name, log_id, born_as: name, born_log_id: log_id, imported_to: null }];
    },
  },
  {
    is: (text) => text.startsWith('select (select encode') && text.includes('as mark'),
    run({ server, session, params }) {
      const [hostId, position] = params as [number, number];
      const rows = server.rows(session, hostId);
      const events = rows === undefined ? [] : keptEvents(rows);
      const end = events.find((one) => one.position >= position && one.hash !== null);
      return [{ mark: end?.hash?.slice(0, 16) ?? null, oldest: rows ? oldestOf(rows) : 1 }];
    },
  },
  {
    is: (text) => text.startsWith('select h.host_id, h.name') && text.endsWith('and h.name = $1'),
    run({ server, session, params }) {
      const rows = server.findByName(session, params[0] as string);
      if (rows?.head === undefined) return [];
      const { host_id, name, head } = rows;
      const { position, recorded_at } = head;
      const made = { created_at: 0, origin: null, origin_position: null, imported: null };
      return [{ host_id, name, position, recorded_at, ...made }];
    },
  },
  {
    is: startsWith('select host_id from hosts where name'),
    run({ server, session, params }) {
      const rows = server.findByName(session, params[0] as string);
      return rows === undefined ? [] : [{ host_id: rows.host_id }];
    },
  },
  {
    is: startsWith('select coalesce((select max(c.position) from cuts c'),
    run({ server, session, params }) {
      const rows = server.rows(session, params[0] as number);
      return [{ oldest: rows ? oldestOf(rows) : 1 }];
    },
  },
  {
    is: startsWith('select position, version, state from cuts'),
    run({ server, session, params }) {
      const cut = server.rows(session, params[0] as number)?.cut;
      return cut === undefined ? [] : [cut];
    },
  },
  // No host of a simulation is deleted.
  {
    is: startsWith('select name, events, actor, deleted_at\n     from host_deletions'),
    run: () => [],
  },
  {
    is: startsWith('insert into hosts'),
    run({ server, session, params }) {
      const [name] = params as [string];
      if (server.findByName(session, name) !== undefined) {
        throw serverError('23505', 'duplicate key value', NAME_CONSTRAINT);
      }
      const host_id = server.nextId();
      const log_id = `00000000-0000-4000-8000-${String(host_id).padStart(12, '0')}`;
      const none = {
        head: undefined,
        events: [],
        keys: [],
        projected: [],
        cut: undefined,
        gone: 0,
      };
      session.changed.set(host_id, { host_id, name, log_id, ...none });
      return [{ host_id, log_id }];
    },
  },
  {
    is: startsWith('insert into heads'),
    async run({ server, session, params }) {
      const [hostId, position, hash, recorded_at, at_max] = params as [
        number,
        number,
        string,
        number,
        number,
      ];
      await server.lock(session, hostId);
      const head = { position, epoch: 0, hash, recorded_at, at_max };
      session.changed.set(hostId, { ...(server.rows(session, hostId) as HostRows), head });
      return [];
    },
  },
  {
    is: startsWith("select pg_notify('bpfledger_grown'"),
    run({ server, params }) {
      for (const id of listOf(params[0] as string)) server.notify(String(id));
      return [];
    },
  },
];

/** Runs a statement in a session. */
export type Execute = (
  server: Server,
  session: Session,
  text: string,
  params: Params,
) => Promise<Rows>;

export const execute: Execute = async (server, session, text, params) => {
  const statement = STATEMENTS.find(({ is }) => is(text));
  if (statement === undefined) throw new Error(`the simulated server does not know: ${text}`);
  return statement.run({ server, session, text, params });
};

async function append({
  server,
  session,
  text,
  params,
}: Parameters<Statement['run']>[0]): Promise<Rows> {
  const [hostId, position, epoch, to, recorded_at, at_max, hash, writer, bodies, before] =
    params as [number, number, number, number, number, number, string, number, string, string];
  await server.lock(session, hostId);
  const rows = server.rows(session, hostId) as HostRows;
  const { head } = rows;
  // The fence is what the statement says, no more.
  const isFenced =
    (text.includes('position = $2::int8') && head?.position !== position) ||
    (text.includes('epoch = $3::int8') && head?.epoch !== epoch) ||
    (text.includes("hash = decode($10::text, 'hex')") && head?.hash !== before);
  if (isFenced || head === undefined) return [{ moved: 0 }];
  const texts = bodies.split('\n');
  const added = texts.map((body, i) => {
    const isLast = i === texts.length - 1;
    const end = {
      at_max: isLast ? at_max : null,
      writer: isLast ? writer : null,
      hash: isLast ? hash : null,
    };
    return { position: position + 1 + i, recorded_at, body, ...end };
  });
  const isKeyed = text.includes('insert into idempotency');
  const keys = isKeyed
    ? keysOf(params.slice(LOG_PARAMS, LOG_PARAMS + KEY_PARAMS) as string[], recorded_at)
    : [];
  for (const key of keys) {
    const isSame = (row: KeyRow) =>
      row.actor === key.actor && row.key === key.key && row.line === key.line;
    if (rows.keys.some(isSame)) throw serverError('23505', 'duplicate key value', KEY_CONSTRAINT);
  }
  let param = LOG_PARAMS + (isKeyed ? KEY_PARAMS : 0);
  const projected = [...text.matchAll(/insert into "(\w+)" \(host_id, ([^)]*)\)/g)].map(
    ([, table, names]) => {
      const columns = (names ?? '').split(', ').map(() => params[param++] as string);
      return { to, table: table as string, columns };
    },
  );
  session.changed.set(hostId, {
    ...rows,
    head: { ...head, position: to, recorded_at, at_max, hash },
    events: [...rows.events, ...added],
    keys: [...rows.keys, ...keys],
    projected: [...rows.projected, ...projected],
  });
  return [{ moved: 1 }];
}

function keysOf(params: readonly string[], created_at: number): StoredKey[] {
  const [actors, keys, lines, fingerprints, from, to] = params.map(listOf) as [
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  return keys.map((key, i) => ({
    actor: actors[i] as string,
    key,
    line: Number(lines[i]),
    fingerprint: fingerprints[i] as string,
    position_from: Number(from[i]),
    position_to: Number(to[i]),
    created_at,
  }));
}

/** Forgets keys of all hosts. The rows of a host are one here, so a sweep waits for those who append. */
async function sweep({ server, session, params }: Parameters<Statement['run']>[0]): Promise<Rows> {
  const [before, limit] = params as [number, number];
  let gone = 0;
  for (const { host_id } of server.committed) {
    await server.lock(session, host_id);
    const rows = server.rows(session, host_id);
    const old = (rows?.keys ?? []).filter(({ created_at }) => created_at < before);
    const swept = new Set(old.slice(0, limit - gone));
    if (rows === undefined || swept.size === 0) continue;
    session.changed.set(host_id, { ...rows, keys: rows.keys.filter((key) => !swept.has(key)) });
    gone += swept.size;
  }
  return [{ gone }];
}

/** A page of events, in the three forms that the log reads them in. Texts here never fill a page. */
function page({ server, session, text, params }: Parameters<Statement['run']>[0]): Rows {
  const [hostId, from, limit] = params as [number, number, number];
  const rows = server.rows(session, hostId);
  const events = (rows === undefined ? [] : keptEvents(rows))
    .filter(({ position }) => position >= Math.max(from, rows === undefined ? 1 : oldestOf(rows)))
    .slice(0, limit);
  if (text.includes('string_agg')) {
    const last = events.at(-1);
    return [{ bodies: last && events.map(({ body }) => body).join('\n'), last: last?.position }];
  }
  return events.map(({ position, recorded_at, body, hash }) =>
    text.includes(' as mark')
      ? { position, recorded_at, body, mark: hash?.slice(0, 16) ?? null }
      : { position, recorded_at, body },
  );
}
