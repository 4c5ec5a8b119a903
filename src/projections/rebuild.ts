/**
 * Rebuild: derives every row of a host's projections from its log again, beside the rows that are
 * there, and compares. Where they differ, which also says that they are of another version, the
 * new rows replace the old ones in the same transaction. Of a log that was cut, the rows up to the cut
 * are compared with the state there, and stay.
 */
import { emptyKernel } from '../domain/boot.ts';
import type { Kernel } from '../domain/kernel.ts';
import { lockHead, readHead } from '../events/head.ts';
import type { ProjectionRow } from '../events/projector.ts';
import { DamagedLog } from '../events/reading/damaged-log.ts';
import { lastSharedPosition } from '../events/reading/host-line.ts';
import { fold, loadCutState } from '../events/reading/host-state.ts';
import { readThrough } from '../events/reading/log-reader.ts';
import type { Database, Queryable } from '../events/storage/database.ts';
import { compareAtCut } from './at-cut.ts';
import { rederiveLives } from './fleet/arriving.ts';
import { projector } from './projector.ts';
import { compareTable, createShadow, fillShadow, replaceTable, type ShadowDiff } from './shadow.ts';

export interface RebuildOptions {
  readonly host_id: number;
  /** Only compare; change nothing and delay no writer. */
  readonly check?: boolean;
  /** Hears how many events of the log were folded, and of how many. */
  readonly progress?: (done: number, of: number) => void;
}

export interface Rebuilt {
  /** The log was read up to here. */
  readonly position: number;
  readonly rows: number;
  readonly differing: number;
  readonly tables: readonly ShadowDiff[];
  /** The derived rows replaced the stored ones. */
  readonly replaced: boolean;
}

/**
 * Rebuilds the projections of one host.
 *
 * Writers continue while the log is folded; they wait only while the last events are folded and
 * the rows are compared and replaced. Replacing needs a role that may delete rows, which the
 * service's own role may not: the owner of the tables.
 *
 * @throws LogRefusal when there is no such host
 * @throws UnreadableEvent or DamagedLog when an event is damaged; nothing is changed then
 */
export function rebuild(database: Database, options: RebuildOptions): Promise<Rebuilt> {
  const { host_id, check = false, progress = () => undefined } = options;
  return database.transaction(async (tx) => {
    for (const table of projector.tables) await createShadow(tx, table);
    const { position: from } = await readHead(tx, host_id);
    const begin = await loadCutState(tx, host_id);
    const { kernel, position: cut } = begin ?? { kernel: emptyKernel(), position: 0 };
    const atCut = begin && (await compareAtCut(tx, host_id, begin));
    // A branch has rows of its own; those of its prefix are its origin's.
    const grown = Math.max(await lastSharedPosition(tx, host_id), cut);
    await derive(tx, kernel, { host_id, after: cut, to: from, grown, progress });
    const { position } = check ? { position: from } : await lockHead(tx, host_id);
    await derive(tx, kernel, { host_id, after: from, to: position, grown, progress });

    // Rows after a locked head are of no event; during a check a writer may just add some.
    const upTo = check ? position : Number.MAX_SAFE_INTEGER;
    const tables: ShadowDiff[] = [];
    let later = 0;
    for (const table of projector.tables) {
      const { rows, differing, name } = await compareTable(tx, table, {
        ...{ host_id, after: cut, to: upTo },
      });
      const before = atCut?.get(name) ?? { rows: 0, differing: 0 };
      tables.push({
        ...{ name, rows: rows + before.rows, differing: differing + before.differing },
      });
      later += differing;
    }
    const sum = (count: (diff: ShadowDiff) => number) => tables.reduce((n, t) => n + count(t), 0);
    const differing = sum((table) => table.differing);
    // What is before a cut can be derived from nothing.
    const replaced = !check && later > 0;
    if (replaced) {
      for (const table of projector.tables) await replaceTable(tx, table, { host_id, after: cut });
      await rederiveLives(tx, host_id);
    }
    return { position, rows: sum((table) => table.rows), differing, tables, replaced };
  }, 'job');
}

interface RebuildSpan {
  readonly host_id: number;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly to: number;
  /** Up to this position the rows belong to another host. */
  readonly grown: number;
  readonly progress: (done: number, of: number) => void;
}

/** Folds a range of the log into `kernel` and its rows into the shadow tables. */
async function derive(tx: Queryable, kernel: Kernel, range: RebuildSpan): Promise<void> {
  const { host_id, after, to, grown, progress } = range;
  let position = after;
  for await (const page of readThrough(tx, host_id, { from: after + 1, to })) {
    const rows = projector.tables.map((): ProjectionRow[] => []);
    for (const event of page) {
      fold(kernel, [event]);
      position = event.position;
      if (position <= grown) continue;
      projector.project(kernel, event).forEach((added, i) => {
        for (const row of added) rows[i]?.push(row);
      });
    }
    for (const [i, table] of projector.tables.entries()) {
      await fillShadow(tx, table, { host_id, rows: rows[i] ?? [] });
    }
    progress(position, to);
  }
  if (position !== to) throw new DamagedLog(position + 1, `missing before the head ${to}`);
}
