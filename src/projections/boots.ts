/**
 * Boots: where each begins in the log, its release, and the version of the projector by which
 * its rows were written. The boot of a position is the newest boot that begins at or before it.
 */
import type { Kernel } from '../domain/kernel.ts';
import type { BootConfig } from '../domain/release/config.ts';
import { refuseRemoved } from '../events/cuts.ts';
import { sortedCoder } from '../events/encoding/field-coder.ts';
import { lineText, queryLine } from '../events/reading/host-line.ts';
import { forkMark, markText } from '../events/reading/mark-at.ts';
import type { MarkedMoment } from '../events/reading/moment.ts';
import type { Queryable } from '../events/storage/database.ts';
import { OLDEST } from '../events/storage/oldest.ts';
import { checkLimit, type Moment, type PageRequest } from './moment.ts';
import { projection } from './projection.ts';
import * as schema from './schema.ts';

/**
 * Raised when the rows that an event adds change. A host with rows of another version is stale
 * and is rebuilt before it is written to.
 */
const PROJECTION_VERSION = 1;

export interface BootRow {
  readonly boot: number;
  readonly boot_id: string;
  readonly release: string;
  readonly config: BootConfig;
  /** Position of its `boot` event. */
  readonly position_from: number;
}

export const boots = projection(schema.boots, ({ boot }: Kernel, _boot: number) => ({
  boot_id: boot.boot_id,
  release: boot.release,
  config: JSON.stringify(inNameOrder(boot.config)),
  projection_version: PROJECTION_VERSION,
}));

/** The same configuration, written in the order of its names: equal ones are equal text. */
export function inNameOrder<T extends object>(config: T): T {
  const { encode, decode } = sortedCoder<T>();
  return decode(encode(config));
}

const AT = lineText(
  (form) => `
  select boot, ${markText(form)} as mark, ${OLDEST} as oldest from ${form.rowsOf('boots')}
  where host_id = $1 and position_from <= $2 order by position_from desc limit 1`,
);

const LIST = lineText(
  ({ rowsOf }) => `
  select boot, boot_id, release, config::json as config, position_from from ${rowsOf('boots')}
  where host_id = $1 and position_from <= $2 and boot > $3 order by position_from limit $4`,
);

const STALE = `
  select distinct host_id from boots where projection_version <> $1 order by host_id`;

/**
 * The moment of a position, with its mark, or undefined when the host has no boot at or before it.
 *
 * @throws LogRefusal `position-removed` for one before the log was cut
 */
export async function momentAt(
  database: Queryable,
  { host_id, position }: Omit<Moment, 'boot'>,
): Promise<MarkedMoment | undefined> {
  const params = [host_id, position] as const;
  const [row] = await queryLine<{ boot: number; mark: string | null; oldest: number }>(
    database,
    AT,
    params,
  );
  if (row === undefined) return undefined;
  refuseRemoved(position, row.oldest);
  const mark = row.mark ?? (await forkMark(database, host_id, position));
  return { host_id, boot: row.boot, position, mark };
}

/** A page of the boots that began at or before a position, by number. */
export function listBoots(
  database: Queryable,
  { host_id, position }: Omit<Moment, 'boot'>,
  page: PageRequest<number>,
): Promise<BootRow[]> {
  const params = [host_id, position, page.after ?? 0, checkLimit(page)] as const;
  return queryLine<BootRow>(database, LIST, params);
}

/** Hosts with rows of another version of the projector: each needs a rebuild. */
export async function staleHosts(database: Queryable): Promise<number[]> {
  const rows = await database.query<{ host_id: number }>(STALE, [PROJECTION_VERSION]);
  return rows.map(({ host_id }) => host_id);
}
