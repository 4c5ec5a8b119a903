/** Finds the id that an imported host will have. */
import type { Queryable } from '../storage/database.ts';

/**
 * The id of a host that is inserted at the end. Its name is tried and given back immediately: held for
 * as long as a bundle takes to arrive, it would block all writers of that name, and their connections.
 */
export async function reserveHost(tx: Queryable, name: string): Promise<number> {
  await tx.query('savepoint reserved');
  const [row] = await tx.query<{ host_id: number }>(
    'insert into hosts (name) values ($1) returning host_id',
    [name],
  );
  await tx.query('rollback to savepoint reserved');
  // Below a savepoint the host would be made by another transaction, as the guard of cuts sees it.
  await tx.query('release savepoint reserved');
  if (row === undefined) throw new Error('an inserted host has an id');
  return row.host_id;
}
