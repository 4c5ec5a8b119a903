/** `bpfledger rebuild`: derives the projections from the log again. */
import { countText } from '../domain/count-text.ts';
import { type Host, hostNamed, listHosts } from '../events/hosts.ts';
import type { Database } from '../events/storage/database.ts';
import { rebuild as rebuildHost } from '../projections/rebuild.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { progressBar } from './progress-bar.ts';
import { placeOf, storageFrom } from './settings.ts';
import { STORAGE_FLAGS } from './storage-flags.ts';
import { requireMigrated, withDatabase } from './with-database.ts';

export const rebuild = command({
  usage: '[HOST] [options]',
  about:
    "Derives every row of a host's projections from its log again, compares them with the stored\n" +
    'rows, and replaces the rows that differ. Without HOST it does so for every host. The service\n' +
    'may run meanwhile on PostgreSQL; only one process can open the embedded database.',
  flags: {
    ...STORAGE_FLAGS,
    check: { about: 'only compare; exit code 1 when rows differ' },
    json: { about: 'one JSON object a line, for each host' },
  },
  example: 'npx bpfledger rebuild --check',
  async run({ flags, words, print }) {
    const [only, extra] = words;
    if (extra !== undefined) throw new UsageError('rebuild takes one HOST, or none for all');
    const check = flags.check === true;
    const configuration = storageFrom(flags, process.env);
    const differing = await withDatabase(configuration, async (database) => {
      await requireMigrated(database);
      const bar = progressBar(process.stderr);
      let sum = 0;
      let hosts = 0;
      for await (const { host_id, name } of hostsOf(database, only)) {
        const { position, rows, differing, replaced } = await rebuildHost(database, {
          host_id,
          check,
          progress: (done, of) =>
            bar.draw(check ? `comparing ${name}` : `rebuilding ${name}`, done, of),
        }).finally(() => bar.clear());
        sum += differing;
        hosts += 1;
        const told = { host: name, position, rows, differing, replaced };
        print.out(flags.json ? JSON.stringify(told) : sentence(told, check));
      }
      // Nothing compared must not look like nothing found: the database may be the wrong one.
      if (hosts === 0) print.err(`${placeOf(configuration)} has no host`);
      return sum;
    });
    return check && differing > 0 ? EXIT.differs : EXIT.done;
  },
});

/** One host, or all of them, a page at a time. */
async function* hostsOf(database: Database, only: string | undefined): AsyncGenerator<Host> {
  if (only !== undefined) {
    yield await hostNamed(database, only);
    return;
  }
  for (let after = ''; ; ) {
    const page = await listHosts(database, { after });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.name;
  }
}

interface RebuildReport {
  readonly host: string;
  readonly position: number;
  readonly rows: number;
  readonly differing: number;
  readonly replaced: boolean;
}

/** @param check whether the rows were only compared */
function sentence(told: RebuildReport, check: boolean): string {
  const { host, position, rows, differing } = told;
  const done = check ? 'compared' : 'derived';
  const found = countText(differing, 'differs', 'differ');
  const then = consequence(told, check);
  return `${host}: ${done} ${countText(rows, 'row')} up to position ${position}, ${found}${then}`;
}

function consequence({ host, differing, replaced }: RebuildReport, check: boolean): string {
  if (check) return differing === 0 ? '' : `; bpfledger rebuild ${host} derives them again`;
  if (replaced) return ': the derived rows replaced those that were stored';
  if (differing === 0) return ' from those that are stored, which stay';
  return ': they are from before the cut of the log, where nothing derives them, and stay';
}
