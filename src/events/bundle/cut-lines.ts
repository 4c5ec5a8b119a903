/** What is kept of the events before a cut, as lines of a bundle: the state there, rows, and events. */
import { type Cut, readCutState } from '../cuts.ts';
import type { EncodedEvent } from '../encoding/codec.ts';
import { hexOf } from '../encoding/hex.ts';
import type { ProjectionTable } from '../projector.ts';
import { SNAPSHOT_VERSION } from '../reading/snapshots.ts';
import type { Queryable } from '../storage/database.ts';
import type { BundleLine } from './bundle-line.ts';

/** Bytes of the state in one line. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** Rows, or events, of one read. */
const PAGE_ROWS = 1000;

/** The lines of a cut. */
export async function* cutLines(
  database: Queryable,
  host_id: number,
  cut: Cut,
  tables: readonly ProjectionTable[],
): AsyncGenerator<BundleLine> {
  const { position, hash, recorded_at, at_max, tree, state_hash, actor, cut_at, reason } = cut;
  yield {
    ...{ type: 'cut', position, hash: hexOf(hash), recorded_at, at_max },
    ...{ tree: hexOf(Buffer.concat(tree)), version: SNAPSHOT_VERSION },
    ...{ state_hash: hexOf(state_hash), actor, cut_at, reason },
  };
  const { state = new Uint8Array() } = (await readCutState(database, host_id)) ?? {};
  for (let from = 0; from < state.length; from += PIECE_BYTES) {
    const bytes = Buffer.from(state.subarray(from, from + PIECE_BYTES)).toString('base64');
    yield { type: 'state', bytes };
  }
  for (const table of tables) yield* versionLines(database, { host_id, position, table });
  yield* keptLines(database, { host_id, position, tables });
}

interface VersionText {
  readonly position_from: number;
  readonly written: string;
}

async function* versionLines(
  database: Queryable,
  {
    host_id,
    position,
    table,
  }: { readonly host_id: number; readonly position: number; readonly table: ProjectionTable },
): AsyncGenerator<BundleLine> {
  const names = table.columns.map(({ name }) => `"${name}"`).join(', ');
  // In the order of positions; several rows of one position are of one event.
  let after: VersionText | undefined;
  for (;;) {
    const rows: VersionText[] = await database.query<VersionText>(
      `select position_from, written from (
         select v.position_from, json_build_array(${names})::text as written
         from ${table.name}_of_line v
         where v.host_id = $1 and v.position_from <= $2 and v.position_from >= $3) kept
       where (position_from, written collate "C") > ($3::int8, $4::text)
       order by position_from, written collate "C" limit $5`,
      [host_id, position, after?.position_from ?? 0, after?.written ?? '', PAGE_ROWS],
    );
    for (const { written } of rows) yield { type: 'version', table: table.name, row: written };
    after = rows.at(-1);
    if (rows.length < PAGE_ROWS) return;
  }
}

/** The events that rows name; others are there while a trim is under way. */
async function* keptLines(
  database: Queryable,
  {
    host_id,
    position,
    tables,
  }: {
    readonly host_id: number;
    readonly position: number;
    readonly tables: readonly ProjectionTable[];
  },
): AsyncGenerator<BundleLine> {
  const named = tables
    .map(
      ({ name }) => `select v.position_from from ${name}_of_line v
        where v.host_id = $1 and v.position_from > $3 and v.position_from <= $2`,
    )
    .join(' union ');
  for (let after = 0; ; ) {
    const rows = await database.query<EncodedEvent>(
      `select position, recorded_at, body from events_of_line
       where host_id = $1 and position > $3 and position <= $2
         and (position = $2 or position in (${named}))
       order by position limit $4`,
      [host_id, position, after, PAGE_ROWS],
    );
    for (const row of rows) yield { type: 'kept', ...row };
    after = rows.at(-1)?.position ?? position;
    if (rows.length < PAGE_ROWS) return;
  }
}
