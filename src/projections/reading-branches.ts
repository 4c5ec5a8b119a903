/** The branches that read the log of a host: while there are any, none of its rows may go. */
import type { Queryable } from '../events/storage/database.ts';

/** Branches that a refusal names. */
const NAMED_MAX = 10;

/** Why the rows of a host must stay, in words; undefined when no branch reads them. */
export async function branchesThatRead(
  tx: Queryable,
  { host_id, name }: { readonly host_id: number; readonly name: string },
): Promise<string | undefined> {
  const branches = await tx.query<{ readonly name: string; readonly dropped: boolean }>(
    `select h.name, h.dropped_at is not null as dropped from hosts h
     where h.origin_host_id = $1
       or exists (select from lineages l where l.host_id = h.host_id and l.ancestor_id = $1)
     order by h.name limit $2`,
    [host_id, NAMED_MAX + 1],
  );
  if (branches.length === 0) return undefined;
  const named = branches
    .slice(0, NAMED_MAX)
    .map((branch) => (branch.dropped ? `${branch.name} (dropped)` : branch.name));
  const more = branches.length > NAMED_MAX ? ', …' : '';
  return (
    `branches of ${name} read its log: ${named.join(', ')}${more}; delete them first, the youngest ` +
    'first'
  );
}
