/** Alert rules as they are stored, each with the place up to which it was evaluated. */
import type { Queryable } from '../../events/storage/database.ts';
import type { ArrivalPlace } from '../fleet/arrived-events.ts';

/** A rule as it is stored: what it watches for is text here. */
export interface StoredRule {
  readonly rule_id: number;
  readonly name: string;
  /** Who made it. */
  readonly actor: string;
  /** Microseconds since the epoch. */
  readonly created_at: number;
  readonly url: string;
  readonly secret: string;
  /** JSON. */
  readonly filter: string;
  /** JSON; null for a rule about events alone. */
  readonly condition: string | null;
  readonly place: ArrivalPlace;
}

/** What became of a rule's alerts, in numbers. */
export interface DeliveryCounts {
  readonly pending: number;
  readonly dead: number;
}

type RuleRow = Omit<StoredRule, 'place'> & ArrivalPlace;
type CountedRow = RuleRow & DeliveryCounts;

const COLUMNS = `r.rule_id, r.name, r.actor, r.created_at, r.url, r.secret, r.filter, r.condition,
  r.arrival, r.host_id, r.position, r.mark`;
const COUNTED = `select ${COLUMNS},
  (select count(*) from alert_deliveries d where d.rule_id = r.rule_id and d.state = 'pending')::int8
    as pending,
  (select count(*) from alert_deliveries d where d.rule_id = r.rule_id and d.state = 'dead')::int8
    as dead
  from alert_rules r`;

function ruleOf<R extends RuleRow>({ arrival, host_id, position, mark, ...rest }: R) {
  return { ...rest, place: { arrival, host_id, position, mark } };
}

/** Adds a rule. Returns its id; undefined when its name is taken. */
export async function insertRule(
  tx: Queryable,
  rule: Omit<StoredRule, 'rule_id'>,
): Promise<number | undefined> {
  const { name, actor, created_at, url, secret, filter, condition, place } = rule;
  const { arrival, host_id, position, mark } = place;
  const [row] = await tx.query<{ rule_id: number }>(
    `insert into alert_rules (name, actor, created_at, url, secret, filter, condition,
       arrival, host_id, position, mark)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (name) do nothing returning rule_id`,
    [name, actor, created_at, url, secret, filter, condition, arrival, host_id, position, mark],
  );
  return row?.rule_id;
}

/** How many rules there are, in all and of an actor. */
export async function countRules(
  tx: Queryable,
  actor: string,
): Promise<{ readonly all: number; readonly own: number }> {
  const [row] = await tx.query<{ all: number; own: number }>(
    `select count(*)::int8 as "all", (count(*) filter (where actor = $1))::int8 as own
     from alert_rules`,
    [actor],
  );
  return row ?? { all: 0, own: 0 };
}

/** All rules, by id: there are few. */
export async function listRules(database: Queryable): Promise<(StoredRule & DeliveryCounts)[]> {
  const rows = await database.query<CountedRow>(`${COUNTED} order by r.rule_id`);
  return rows.map(ruleOf);
}

/** One rule. */
export async function ruleById(
  database: Queryable,
  ruleId: number,
): Promise<(StoredRule & DeliveryCounts) | undefined> {
  const [row] = await database.query<CountedRow>(`${COUNTED} where r.rule_id = $1`, [ruleId]);
  return row && ruleOf(row);
}

/** Deletes a rule with all that waits for it. */
export async function deleteRule(tx: Queryable, ruleId: number): Promise<void> {
  await tx.query('delete from alert_rules where rule_id = $1', [ruleId]);
  await tx.query('delete from alert_spells where rule_id = $1', [ruleId]);
  await tx.query('delete from alert_deliveries where rule_id = $1', [ruleId]);
}

/**
 * Moves a rule on, if it still is where it was: the fence between processes that evaluate the same
 * events, and against a rule that was deleted meanwhile.
 *
 * @returns whether it was there
 */
export async function advanceRule(
  tx: Queryable,
  { rule_id, place: from }: Pick<StoredRule, 'rule_id' | 'place'>,
  to: ArrivalPlace,
): Promise<boolean> {
  const moved = await tx.query(
    `update alert_rules set arrival = $6, host_id = $7, position = $8, mark = $9
     where rule_id = $1 and arrival = $2 and host_id = $3 and position = $4 and mark = $5
     returning rule_id`,
    [
      ...[rule_id, from.arrival, from.host_id, from.position, from.mark],
      ...[to.arrival, to.host_id, to.position, to.mark],
    ],
  );
  return moved.length === 1;
}
