/**
 * Pins: the names on the bpffs that hold an object. Directories and symlinks hold nothing and have no
 * row.
 */
import type { ObjectKind } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';
import { lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { newestOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { pinVersions } from './schema.ts';

export interface PinRow {
  readonly path: string;
  readonly kind: ObjectKind;
  readonly object_id: number;
  readonly uid: number;
  /** Permission bits. */
  readonly mode: number;
  /** Position from which it reads as it does here. */
  readonly position_from: number;
}

export const pins = projection(pinVersions, (kernel: Kernel, path: string) => {
  const node = kernel.bpffs.get(path);
  if (node === undefined || node.kind === 'dir' || node.kind === 'symlink') {
    return { path, kind: null, object_id: null, uid: null, mode: null, gone: true };
  }
  const { kind, id, uid, mode } = node;
  return { path, kind, object_id: id, uid, mode, gone: false };
});

const COLUMNS = 'path, kind, object_id, uid, mode, position_from';

const SOME = lineText(
  (form) => `
  select ${COLUMNS} from unnest($4::text[]) as wanted(name) cross join lateral ${newestOf(form, {
    table: 'pin_versions',
    columns: `${COLUMNS}, gone`,
    where: 'boot = $2 and md5(path) = md5(wanted.name) and path = wanted.name',
  })} newest where not gone order by path collate "C"`,
);

/** The pins at some paths, by the bytes of their paths; paths without one are left out. */
export function pinsAtPaths(
  database: Queryable,
  moment: Moment,
  paths: readonly string[],
): Promise<PinRow[]> {
  return queryLine<PinRow>(database, SOME, [...at(moment), sqlArray(paths)]);
}
