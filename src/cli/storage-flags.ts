/** The flags of every command that opens the database itself. */
import type { Flags } from './command.ts';

/** Where the data is: PostgreSQL, or the folder of the embedded database. */
export const STORAGE_FLAGS = {
  'database-url': { value: 'URL', about: 'PostgreSQL to use (DATABASE_URL)' },
  'data-dir': { value: 'DIR', about: 'folder of the embedded database (BPFLEDGER_DATA_DIR)' },
} as const satisfies Flags;
