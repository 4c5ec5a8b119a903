/**
 * Takes away what is before a cut, a bounded number of rows in a transaction. What lived at the cut keeps
 * its rows since its life began, as far as questions ask for them, and the events that these rows name:
 * so it is known who loaded, attached and made it. Each step leaves what a reader after the cut finds the
 * same, and a step that was done before finds nothing.
 */
import type { Database, Queryable } from '../../events/storage/database.ts';
import { projector } from '../projector.ts';
import { HOLDERS, KEYS } from '../version-keys.ts';
import type { Kept } from './kept.ts';
import { removeListVersions } from './list-origins.ts';

/** Positions whose rows one statement removes. */
const STEP = 20_000;

/** What was removed, in rows. */
export interface Removed {
  readonly events: number;
  /** Rows of the projections. */
  readonly versions: number;
  readonly segments: number;
}

/** `$1` host, `$2` and `$3` the positions of a step, `$4` the cut. */
type Parameters = readonly [number, number, number, number];

/** Removes what is before a cut that was recorded. */
export async function removeBefore(
  database: Database,
  { host_id, oldest }: Kept,
  progress: (done: number, of: number) => void,
): Promise<Removed> {
  let [events, versions, segments] = [0, 0, 0];
  versions += await removeListVersions(database, { host_id, oldest });
  // Rows of content before those of what holds it: they end with it.
  for (const text of [...ENDED, HOLES, REPORTS]) {
    versions += await inSteps(database, text, { host_id, oldest });
  }
  events += await inSteps(database, EVENTS, { host_id, oldest }, progress);
  const whole = (text: string) =>
    database.transaction((tx) => removeRows(tx, text, [host_id, oldest]), 'job');
  segments += await whole(SEGMENTS);
  await whole(SNAPSHOTS);
  return { events, versions, segments };
}

async function inSteps(
  database: Database,
  text: string,
  { host_id, oldest }: Kept,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<number> {
  let count = 0;
  for (let from = 0; from < oldest; from += STEP) {
    const to = Math.min(from + STEP, oldest);
    const step: Parameters = [host_id, from, to, oldest];
    count += await database.transaction((tx) => removeRows(tx, text, step), 'job');
    progress(to, oldest);
  }
  return count;
}

/** Removes rows; how many. */
async function removeRows(
  database: Queryable,
  text: string,
  parameters: readonly unknown[],
): Promise<number> {
  const [row] = await database.query<{ readonly count: number }>(
    `with gone as (${text} returning 1) select count(*)::int8 as count from gone`,
    parameters,
  );
  return row?.count ?? 0;
}

/** Of which boot the state at the cut is. */
const BOOT = `(select boot from boots where host_id = $1 and position_from <= $4
  order by position_from desc limit 1)`;

/** Content of which nobody asks what it was before: only the newest row is asked for. */
const NEWEST_ALONE: Readonly<Record<string, string>> = {
  element_versions: '',
  // The row of its making says since when it is there.
  storage_versions: 'and (not r.made or n.made)',
};

/** What rows of links name by which column. */
const NAMED_BY_LINKS: Readonly<Record<string, string>> = {
  program_versions: 'prog_id',
  cgroup_versions: 'cgroup_id',
};

function endedText(table: string): string {
  const same = ['host_id', 'boot', ...(KEYS[table] ?? [])]
    .map((name) => `n."${name}" = r."${name}"`)
    .join(' and ');
  const until = 'n.position_from >= r.position_from and n.position_from <= $4';
  // What the event at the cut ends goes with the next cut: the event is kept, and is told of.
  const ended = `n.gone and ${until} and n.position_from < $4`;
  const holder = HOLDERS[table];
  const newest = NEWEST_ALONE[table];
  const ends = [
    `r.boot < ${BOOT}`,
    `exists (select from ${table} n where ${same} and ${ended})`,
    ...(holder === undefined
      ? []
      : [
          `exists (select from ${holder}_versions n where n.host_id = r.host_id and n.boot = r.boot
            and n.${holder}_id = r.${holder}_id and ${ended})`,
        ]),
    ...(newest === undefined
      ? []
      : [
          `exists (select from ${table} n where ${same} and ${until}
            and n.position_from > r.position_from ${newest})`,
        ]),
  ];
  const named = NAMED_BY_LINKS[table];
  // A link that lives may be of a cgroup that is gone, and may have run a program that is gone.
  const unnamed =
    named === undefined
      ? ''
      : `and not exists (select from link_versions l where l.host_id = r.host_id
          and l.boot = r.boot and l.${named} = r.${named})`;
  return `delete from ${table} r where r.host_id = $1 and r.position_from > $2
    and r.position_from <= $3 and (${ends.join(' or ')}) ${unnamed}`;
}

/** Those that hold others, or that others name, come last. */
const TABLES = [
  ...['storage_versions', 'element_versions', 'entry_versions', 'link_versions'],
  ...['program_versions', 'pin_versions', 'map_versions', 'cgroup_versions'],
];

/**
 * An array that a kernel bug wrote ends by a row of another cgroup, above it: while a boot lasts, these
 * few rows all stay.
 */
const WRITTEN = `delete from written_array_versions r where r.host_id = $1 and r.position_from > $2
  and r.position_from <= $3 and r.boot < ${BOOT}`;

const ENDED = [...TABLES.map(endedText), WRITTEN];

const HOLES = `delete from holes where host_id = $1 and position_from > $2 and position_from <= $3
  and position_from < $4`;
const REPORTS = `delete from executor_reports where host_id = $1 and position > $2 and position <= $3
  and position < $4`;
const SEGMENTS = 'delete from segments where host_id = $1 and position_from < $2';
const SNAPSHOTS = 'delete from snapshots where host_id = $1 and position < $2';

/** Boots stay, as a list of what there was; their events go with the others. */
const NAMING = projector.tables.map(({ name }) => name).filter((name) => name !== 'boots');

const EVENTS = `delete from events where host_id = $1 and position > $2 and position <= $3
  and position < $4 and position not in (
    ${NAMING.map(
      (table) => `select position_from from ${table}
        where host_id = $1 and position_from > $2 and position_from <= $3`,
    ).join(' union all ')})`;
