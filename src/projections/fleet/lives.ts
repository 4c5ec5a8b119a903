/**
 * Keeps the lives of programs, entries and cgroups: each new version of the tables of one host ends
 * the life before it and, unless it says that the thing is gone, begins one. A boot ends all lives of
 * the boot before.
 */
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { timeOf } from '../event-text.ts';
import { type LogSpan, spanParameters } from './log-span.ts';

/** A position at which a version of some table begins. */
interface Changed {
  readonly host_id: number;
  readonly position: number;
  /** The running maximum of `at` there, microseconds since the epoch. */
  readonly time: number;
  /** A boot begins there. */
  readonly boots: boolean;
}

const SPANS = `select * from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[])
  as s(host_id, after, "to", at_max)`;

const versionsIn = (table: string) => `select v.host_id, v.position_from as position,
  ${table === 'boots'} as boots
  from span s join ${table} v on v.host_id = s.host_id
    and v.position_from > s.after and v.position_from <= s."to"`;

/**
 * Grouped and not joined: nothing tells the planner how many events a span has, and the loop over two
 * such lists that it then chooses is quadratic.
 */
const CHANGED = `
  with span as (${SPANS}),
  changed as (${['boots', 'program_versions', 'entry_versions', 'cgroup_versions']
    .map(versionsIn)
    .join(' union ')}),
  -- Materialized, so that the events are found by their span and not by their host.
  grown as materialized (select * from span where host_id in (select host_id from changed)),
  timed as (
    select e.host_id, e.position, greatest(s.at_max, max(t.at)
      over (partition by e.host_id order by e.position)) as time
    from grown s join events e on e.host_id = s.host_id
      and e.position > s.after and e.position <= s."to"
    cross join lateral (select ${timeOf('e')} as at) t)
  select host_id, position, coalesce(max(time), max(at_max)) as time,
    coalesce(bool_or(boots), false) as boots from (
      select host_id, position, at_max, null::int8 as time, true as is_change, boots
      from changed join span using (host_id)
      union all select host_id, position, null, time, false, null from timed) each
  group by host_id, position having bool_or(is_change)`;

/** What distinguishes one kind of life from the others here. */
interface LifeKind {
  readonly lives: string;
  readonly versions: string;
  /** What a version is one of, beside host and boot. */
  readonly key: readonly string[];
  /** Columns of the life beside its key and its ends, and what each is in terms of a version `v`. */
  readonly facts: Readonly<Record<string, string>>;
  /** What each version is joined with, for its facts. */
  readonly beside?: string;
}

const KINDS: readonly LifeKind[] = [
  {
    lives: 'program_lives',
    versions: 'program_versions',
    key: ['prog_id'],
    facts: {
      prog_type: 'v.prog_type',
      expected_attach_type: 'v.expected_attach_type',
      prog_name: 'v.prog_name',
      tag: 'v.tag',
      uid: 'v.uid',
    },
  },
  {
    lives: 'cgroup_lives',
    versions: 'cgroup_versions',
    key: ['cgroup_id'],
    facts: { parent_id: 'v.parent_id', path: 'v.path' },
  },
  {
    lives: 'entry_lives',
    versions: 'entry_versions',
    key: ['cgroup_id', 'attach_type'],
    facts: {
      nth: '(listed.nth - 1)::int4',
      mode: 'v.mode',
      prog_id: "(listed.entry ->> 'prog_id')::int8",
      link_id: "(listed.entry ->> 'link_id')::int8",
      preorder: "listed.entry ->> 'preorder' is not null",
      prog_name: "coalesce(program.prog_name, '')",
      tag: "coalesce(program.tag, '')",
    },
    beside: `cross join lateral json_array_elements(v.entries::json)
        with ordinality as listed(entry, nth)
      left join lateral (
        select p.prog_name, p.tag from program_versions p
        where p.host_id = v.host_id and p.boot = v.boot
          and p.prog_id = (listed.entry ->> 'prog_id')::int8
          -- No column by itself: the index of changes begins with it, and has no programs.
          and p.position_from + 0 <= v.position_from and not p.gone
        order by p.position_from + 0 desc limit 1) program on true`,
  },
];

const CHANGES = `select * from unnest($1::int8[], $2::int8[], $3::int8[])
  as c(host_id, position, time)`;

/** Ends what lasted until the first new version of its key. */
function endingOf({ lives, versions, key }: LifeKind): string {
  const keys = ['host_id', 'boot', ...key];
  return `
    with change as (${CHANGES}),
    first as (
      select distinct on (${keys.map((name) => `v.${name}`).join(', ')})
        ${keys.map((name) => `v.${name}`).join(', ')}, c.position, c.time
      from change c join ${versions} v on v.host_id = c.host_id and v.position_from = c.position
      order by ${keys.map((name) => `v.${name}`).join(', ')}, c.position)
    update ${lives} l set position_to = first.position, time_to = first.time from first
    where ${keys.map((name) => `l.${name} = first.${name}`).join(' and ')}
      and l.position_to is null`;
}

/** Begins a life for each new version, until the next new one of its key. */
function beginningOf({ lives, versions, key, facts, beside = '' }: LifeKind): string {
  const keys = ['host_id', 'boot', ...key];
  const columns = [...keys, 'position_from', 'position_to', 'time_from', 'time_to'];
  return `
    with change as (${CHANGES}),
    new as (
      select v.*, c.time as time_from, lead(c.position) over one as position_to,
        lead(c.time) over one as time_to
      from change c join ${versions} v on v.host_id = c.host_id and v.position_from = c.position
      window one as (partition by ${keys.map((name) => `v.${name}`).join(', ')}
        order by c.position))
    insert into ${lives} (${[...columns, ...Object.keys(facts)].join(', ')})
    select ${[...columns.map((name) => `v.${name}`), ...Object.values(facts)].join(', ')}
    from new v ${beside} where not v.gone`;
}

/** Ends what lasted through the boot before. */
const rebootOf = ({ lives }: LifeKind): string => `
  with change as (${CHANGES})
  update ${lives} l set position_to = c.position, time_to = c.time
  from change c join boots b on b.host_id = c.host_id and b.position_from = c.position
  where l.host_id = b.host_id and l.boot = b.boot - 1 and l.position_to is null`;

const VERSIONS = KINDS.flatMap((kind) => [endingOf(kind), beginningOf(kind)]);
const REBOOTS = KINDS.map(rebootOf);

/** Brings the lives of hosts up to the end of spans that begin where they stand. */
export async function followLives(tx: Queryable, spans: readonly LogSpan[]): Promise<void> {
  const changes = await tx.query<Changed>(CHANGED, spanParameters(spans));
  await runAll(tx, VERSIONS, changes);
  // Seldom any: to find that there is none, the server looked through all lives of the hosts.
  await runAll(
    tx,
    REBOOTS,
    changes.filter(({ boots }) => boots),
  );
}

async function runAll(
  tx: Queryable,
  statements: readonly string[],
  changes: readonly Changed[],
): Promise<void> {
  if (changes.length === 0) return;
  const parameters = [
    sqlArray(changes.map(({ host_id }) => host_id)),
    sqlArray(changes.map(({ position }) => position)),
    sqlArray(changes.map(({ time }) => time)),
  ];
  for (const text of statements) await tx.query(text, parameters);
}
