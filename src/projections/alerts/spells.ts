/** Spells: effective arrays that became empty, and are so still, for rules that want to know of long ones. */
import type { AttachType } from '../../domain/attach-type.ts';
import { holdHosts } from '../../events/host-deletions.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { parseType, spellType } from '../spelling.ts';

/** Where an array is. */
export interface SpellPlace {
  readonly path: string;
  readonly attach_type: AttachType;
}

export interface Spell extends SpellPlace {
  readonly host_id: number;
  /** The event that took the last program, and its `at` in microseconds since the epoch. */
  readonly position: number;
  readonly since: number;
  /** When it has been so for long enough. */
  readonly due_at: number;
}

type SpellRow = Omit<Spell, 'attach_type'> & { readonly attach_type: string };

const COLUMNS = 'host_id, path, attach_type, position, since, due_at';

const spellOf = (row: SpellRow): Spell => ({ ...row, attach_type: parseType(row.attach_type) });

/** The spells of a rule on some hosts. */
export async function spellsOf(
  database: Queryable,
  ruleId: number,
  hosts: readonly number[],
): Promise<Spell[]> {
  const rows = await database.query<SpellRow>(
    `select ${COLUMNS} from alert_spells where rule_id = $1 and host_id = any($2::int8[])
     order by host_id, position, path`,
    [ruleId, sqlArray(hosts)],
  );
  return rows.map(spellOf);
}

/** How many spells a rule has. */
export async function countSpells(database: Queryable, ruleId: number): Promise<number> {
  const [row] = await database.query<{ spells: number }>(
    'select count(*)::int8 as spells from alert_spells where rule_id = $1',
    [ruleId],
  );
  return row?.spells ?? 0;
}

/** Makes the spells of a rule on some hosts these. Those of a deleted host are left out. */
export async function replaceSpells(
  tx: Queryable,
  ruleId: number,
  { hosts, spells: now }: { readonly hosts: readonly number[]; readonly spells: readonly Spell[] },
): Promise<void> {
  const parameters = [ruleId, sqlArray(hosts)];
  await tx.query(
    'delete from alert_spells where rule_id = $1 and host_id = any($2::int8[])',
    parameters,
  );
  if (now.length === 0) return;
  const there = await holdHosts(tx, hosts);
  const spells = now.filter(({ host_id }) => there.has(host_id));
  await tx.query(
    `insert into alert_spells (rule_id, ${COLUMNS})
     select $1, t.* from unnest($2::int8[], $3::text[], $4::text[], $5::int8[], $6::int8[],
       $7::int8[]) as t`,
    [
      ruleId,
      sqlArray(spells.map(({ host_id }) => host_id)),
      sqlArray(spells.map(({ path }) => path)),
      sqlArray(spells.map(({ attach_type }) => spellType(attach_type))),
      sqlArray(spells.map(({ position }) => position)),
      sqlArray(spells.map(({ since }) => since)),
      sqlArray(spells.map(({ due_at }) => due_at)),
    ],
  );
}

/** The spells of a rule that are due, host by host, those of one event together. */
export async function dueSpells(
  database: Queryable,
  {
    rule_id,
    now,
    limit,
  }: { readonly rule_id: number; readonly now: number; readonly limit: number },
): Promise<Spell[]> {
  const rows = await database.query<SpellRow>(
    `select * from (select ${COLUMNS} from alert_spells where rule_id = $1 and due_at <= $2
       order by due_at, host_id, position, path limit $3) due
     order by host_id, position, path`,
    [rule_id, now, limit],
  );
  return rows.map(spellOf);
}

/** Removes the spells of a rule that are told of. Returns whether all of them still were there. */
export async function removeSpells(
  tx: Queryable,
  ruleId: number,
  spells: readonly Spell[],
): Promise<boolean> {
  const removed = await tx.query(
    `delete from alert_spells s using unnest($2::int8[], $3::text[], $4::text[], $5::int8[])
       as told(host_id, path, attach_type, position)
     where s.rule_id = $1 and s.host_id = told.host_id and s.path = told.path
       and s.attach_type = told.attach_type and s.position = told.position
     returning s.host_id`,
    [
      ruleId,
      sqlArray(spells.map(({ host_id }) => host_id)),
      sqlArray(spells.map(({ path }) => path)),
      sqlArray(spells.map(({ attach_type }) => spellType(attach_type))),
      sqlArray(spells.map(({ position }) => position)),
    ],
  );
  return removed.length === spells.length;
}

/** When the next spell is due, microseconds since the epoch; undefined while there is none. */
export async function nextSpellDue(database: Queryable): Promise<number | undefined> {
  const [row] = await database.query<{ due_at: number | null }>(
    'select min(due_at) as due_at from alert_spells',
  );
  return row?.due_at ?? undefined;
}
