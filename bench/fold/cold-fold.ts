/**
 * A process that holds nothing of any log, and folds one when it is told to: by a new connection,
 * from sealed segments as a cold start does, or from pages of rows. Answers by how long it took and
 * the state that came out.
 */
import { emptyKernel } from '../../src/domain/boot.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { fold, loadState } from '../../src/events/reading/host-state.ts';
import { readEvents } from '../../src/events/reading/log-reader.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { digestOf } from './state-digest.ts';

export interface ColdFold {
  readonly url: string;
  readonly hostId: number;
  /** Last position. */
  readonly to: number;
  readonly by: 'segments' | 'pages';
}

export interface Folded {
  readonly ms: number;
  readonly digest: string;
}

async function foldPages(database: Database, { hostId, to }: ColdFold): Promise<Kernel> {
  const kernel = emptyKernel();
  for (let from = 1; from <= to; ) {
    const page = await readEvents(database, hostId, { from, limit: to - from + 1 });
    fold(kernel, page);
    from += page.length;
  }
  return kernel;
}

process.on('message', async (asked: ColdFold) => {
  const database = openPostgres({ url: asked.url, connectionsMax: 2 });
  const start = performance.now();
  const kernel =
    asked.by === 'pages'
      ? await foldPages(database, asked)
      : (await loadState(database, asked.hostId, asked.to)).kernel;
  const ms = performance.now() - start;
  await database.close();
  process.send?.({ ms, digest: digestOf(kernel) } satisfies Folded);
});
