// A log that is distributed by host: a migration that adds a table must not forget the script that
// spreads them, since a table of one node cannot be joined with those of all.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../migrations');
const script = readFileSync(join(folder, 'citus/distribute.sql'), 'utf8');

/** Names of the tables that the migrations leave, and whether each has the column. */
function tablesWith(column: string): Map<string, boolean> {
  const tables = new Map<string, boolean>();
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  for (const file of files.sort()) {
    const sql = readFileSync(join(folder, file), 'utf8');
    const changes =
      /^(CREATE|DROP) TABLE "(\w+)"(?: \(([\s\S]*?)\n\))?;|^ALTER TABLE "(\w+)" ADD COLUMN "(\w+)"/gm;
    for (const [, verb, name = '', columns = '', altered = '', added] of sql.matchAll(changes)) {
      if (verb === 'CREATE') tables.set(name, columns.includes(`"${column}"`));
      else if (verb === 'DROP') tables.delete(name);
      else if (added === column) tables.set(altered, true);
    }
  }
  return tables;
}

it('spreads every table of the log', () => {
  const tables = tablesWith('host_id');
  const ofHosts = [...tables].filter(([, has]) => has).map(([name]) => name);
  expect(ofHosts).toEqual(expect.arrayContaining(['heads', 'events', 'imports', 'executors']));
  const spread = /^SELECT create_(?:distributed|reference)_table\('(\w+)'/gm;
  const named = [...script.matchAll(spread)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([...tables.keys()].toSorted());
});
