/** `bpfledger migrate`: brings a database's tables up to this version of the program. */
import { migrate as applyMigrations } from '../events/storage/migrate.ts';
import { pendingMigrations } from '../events/storage/pending-migrations.ts';
import { unlessDenied } from './as-owner.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { placeOf, storageFrom } from './settings.ts';
import { STORAGE_FLAGS } from './storage-flags.ts';
import { withNewDatabase } from './with-database.ts';

const denied = unlessDenied('not migrate it');

export const migrate = command({
  usage: '[options]',
  about:
    'Applies the migrations that a database lacks, in order. serve does this by itself for the\n' +
    'embedded database; on PostgreSQL only this command changes the tables.',
  flags: STORAGE_FLAGS,
  example: 'DATABASE_URL=postgresql://user@host/ledger npx bpfledger migrate',
  async run({ flags, words, print }) {
    if (words.length > 0) throw new UsageError(`migrate takes no ${words[0]}; see --help`);
    const configuration = storageFrom(flags, process.env);
    await withNewDatabase(configuration, async (database) => {
      const pending = await pendingMigrations(database).catch(denied);
      // Another process may have been first.
      const applied = await applyMigrations(database).catch(denied);
      for (const name of pending.slice(pending.length - applied)) print.out(`applied ${name}`);
      print.out(`${placeOf(configuration)} is up to date`);
    });
    return EXIT.done;
  },
});
