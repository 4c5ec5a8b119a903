/** Programs: what was loaded, by whom, and which maps each uses. */
import type { AttachType } from '../domain/attach-type.ts';
import type { Kernel } from '../domain/kernel.ts';
import type { ProgType } from '../domain/prog-type.ts';
import { lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { someOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { programVersions } from './schema.ts';
import { parseType, spellType } from './spelling.ts';

export interface ProgramRow {
  readonly prog_id: number;
  readonly prog_type: ProgType;
  readonly expected_attach_type: AttachType;
  readonly enforced: boolean;
  readonly prog_name: string;
  readonly tag: string;
  readonly uid: number;
  readonly map_ids: readonly number[];
  readonly storage_map_ids: readonly number[];
  /** Position from which it reads as it does here. */
  readonly position_from: number;
}

export const programs = projection(programVersions, (kernel: Kernel, prog_id: number) => {
  const program = kernel.programs.get(prog_id);
  if (program === undefined) {
    return {
      prog_id,
      prog_type: null,
      expected_attach_type: null,
      enforced: null,
      prog_name: null,
      tag: null,
      uid: null,
      map_ids: null,
      storage_map_ids: null,
      gone: true,
    };
  }
  return {
    prog_id,
    prog_type: spellType(program.prog_type),
    expected_attach_type: spellType(program.expected_attach_type),
    enforced: program.enforced,
    prog_name: program.prog_name,
    tag: program.tag,
    uid: program.uid,
    map_ids: JSON.stringify(program.map_ids),
    storage_map_ids: JSON.stringify(program.storage_map_ids),
    gone: false,
  };
});

const COLUMNS = `prog_id, prog_type, expected_attach_type, enforced, prog_name, tag, uid,
  map_ids::json as map_ids, storage_map_ids::json as storage_map_ids, position_from`;

/** The programs among `$4` that are there, by id. */
const SOME = someOf({ table: 'program_versions', columns: COLUMNS, key: 'prog_id' });

type StoredProgram = Omit<ProgramRow, 'prog_type' | 'expected_attach_type'> & {
  readonly prog_type: string;
  readonly expected_attach_type: string;
};

/** Those of some programs that are there, by id. */
export async function programsByIds(
  database: Queryable,
  moment: Moment,
  progIds: readonly number[],
): Promise<ProgramRow[]> {
  const rows = await queryLine<StoredProgram>(database, SOME, [...at(moment), sqlArray(progIds)]);
  return rows.map((row) => ({
    ...row,
    prog_type: parseType(row.prog_type),
    expected_attach_type: parseType(row.expected_attach_type),
  }));
}

const LOADED_SINCE = lineText(
  ({ rowsOf }) => `
  select prog_id, min(position_from) as position from ${rowsOf('program_versions')}
  where host_id = $1 and boot = $2 and position_from <= $3 and prog_id = any($4::int8[])
  group by prog_id`,
);

/** The positions of the events that loaded programs of a boot, by program id. */
export async function loadPositions(
  database: Queryable,
  moment: Moment,
  progIds: readonly number[],
): Promise<Map<number, number>> {
  const rows = await queryLine<{ readonly prog_id: number; readonly position: number }>(
    database,
    LOADED_SINCE,
    [...at(moment), sqlArray(progIds)],
  );
  return new Map(rows.map(({ prog_id, position }) => [prog_id, position]));
}
