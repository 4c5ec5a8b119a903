/** Pins: the names on the bpffs that hold an object. Directories hold nothing and stand in no row. */
import type { ObjectKind } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';
import type { Queryable } from '../events/database.ts';
import { at, checkedLimit, type Moment, type Page } from './moment.ts';
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
  if (node === undefined || node.kind === 'dir') {
    return { path, kind: null, object_id: null, uid: null, mode: null, gone: true };
  }
  const { kind, id, uid, mode } = node;
  return { path, kind, object_id: id, uid, mode, gone: false };
});

const COLUMNS = 'path, kind, object_id, uid, mode, position_from';

const ONE = `
  select ${COLUMNS} from (
    select * from pin_versions_of_line
    where host_id = $1 and boot = $2 and position_from <= $3 and md5(path) = md5($4) and path = $4
    order by position_from desc limit 1) newest
  where not gone`;

const LIST = `
  select ${COLUMNS} from (
    select distinct on (md5(path), path) * from pin_versions_of_line
    where host_id = $1 and boot = $2 and position_from <= $3
    order by md5(path), path, position_from desc) newest
  where not gone and ($4::text is null or path collate "C" > $4)
    and ($5::text is null or kind = $5) and ($6::int8 is null or object_id = $6)
  order by path collate "C" limit $7`;

/** The pin at this path, or undefined. */
export async function pinByPath(
  database: Queryable,
  moment: Moment,
  path: string,
): Promise<PinRow | undefined> {
  const [row] = await database.query<PinRow>(ONE, [...at(moment), path]);
  return row;
}

/** A page of the pins by the bytes of their paths; with `kind` and `object_id`, those of an object. */
export function listPins(
  database: Queryable,
  moment: Moment,
  page: Page<string> & {
    readonly kind?: ObjectKind | undefined;
    readonly object_id?: number | undefined;
  },
): Promise<PinRow[]> {
  const { after = null, kind = null, object_id = null } = page;
  const params = [...at(moment), after, kind, object_id, checkedLimit(page)];
  return database.query<PinRow>(LIST, params);
}
