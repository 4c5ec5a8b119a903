/** Updates a database's schema to this program's. */
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';

/** The checked-in migrations; the same folder from the sources and from the built program. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** Applies what is missing; a database that is up to date is left as it is. Returns how many it applied. */
export function migrate(database: Database): Promise<number> {
  return database.migrate(MIGRATIONS_FOLDER);
}
