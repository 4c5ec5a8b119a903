/** pgbench: what PostgreSQL does with one prepared insert of one row a transaction. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from '../harness/bench.ts';

/** Characters of the inserted text: about what an event takes. */
const TEXT_CHARS = 130;

/** Prepares a database and gives the contender: committed rows a second. */
export async function singleRowInserts(
  context: BenchContext,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<() => Promise<number>> {
  const postgres = await context.postgres();
  const url = await postgres.createDatabase('pgbench_rows');
  await postgres.psql(
    url,
    'create table rows (id bigint generated always as identity primary key, body text not null)',
  );
  const script = join(context.scratch, 'insert.sql');
  writeFileSync(script, `insert into rows (body) values (repeat('x', ${TEXT_CHARS}));\n`);
  return async () => {
    const said = await postgres.tool('pgbench', url, [
      ...['-n', '-M', 'prepared', '-c', String(clients), '-j', '2'],
      ...['-T', String(seconds), '-f', script],
    ]);
    const tps = /^tps = ([\d.]+)/m.exec(said)?.[1];
    if (tps === undefined) throw new Error(`pgbench said: ${said}`);
    return Number(tps);
  };
}
