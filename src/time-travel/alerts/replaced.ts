/**
 * Alerts about entries that one process put into a list and another one replaced: a replacing attach, or
 * a link_update of a link whose program somebody else chose. Processes are told apart by their names, since
 * an agent that restarts has another pid.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Log } from '../../events/log.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { entriesSince, linksSince } from '../../projections/entry-origins.ts';
import { linksByIds } from '../../projections/links.ts';
import { pathOfCgroup } from '../../projections/lives.ts';
import type { Moment } from '../../projections/moment.ts';
import { cgroupMatcher } from '../filter/cgroup-pattern.ts';
import { passes } from '../filter/event-filter.ts';
import type { Alert, AlertFilter, ReplacedCondition } from './alert-rule.ts';

/** What was replaced, and the position of the event that had put it there. */
interface Replaced {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
  readonly put: number;
}

/** The alerts that events of a host raise by a rule, one for each event at most. */
export async function replacedBy(
  { log, database }: { readonly log: Log; readonly database: Queryable },
  { host_id, host }: { readonly host_id: number; readonly host: string },
  events: readonly LedgerEvent[],
  rule: {
    readonly rule_id: number;
    readonly filter: AlertFilter;
    readonly condition: ReplacedCondition;
  },
): Promise<Alert[]> {
  const { cgroup: pattern, attach_type: wanted } = rule.condition;
  const matches = pattern === undefined ? () => true : cgroupMatcher(pattern);
  const alerts: Alert[] = [];
  for (const event of events) {
    if (!passes(event, rule.filter)) continue;
    const before = { host_id, boot: event.boot, position: event.position - 1 };
    for (const one of await replacements(database, before, event)) {
      if (wanted !== undefined && one.attach_type !== wanted) continue;
      const path = await pathOfCgroup(database, before, one.cgroup_id);
      if (path === undefined || !matches(path)) continue;
      const [putter] = await log.eventsAt(host, [one.put]);
      const isSeen = putter !== undefined && putter.call.name !== 'found';
      if (isSeen && putter.comm === event.comm) continue;
      alerts.push({
        ...{ rule_id: rule.rule_id, host_id, host, position: event.position, time: event.at },
        ...{ places: [{ cgroup: path, attach_type: one.attach_type }], place_count: 1 },
        ...(isSeen && { owner: { comm: putter.comm, position: putter.position } }),
      });
      break;
    }
  }
  return alerts;
}

async function replacements(
  database: Queryable,
  before: Moment,
  { effects }: LedgerEvent,
): Promise<Replaced[]> {
  const found: Replaced[] = [];
  for (const effect of effects) {
    if (effect.type === 'EntryReplaced') {
      const { cgroup_id, attach_type, was_prog_id: prog_id } = effect;
      const [put] = await entriesSince(database, before, attach_type, [{ cgroup_id, prog_id }]);
      if (put !== undefined) found.push({ cgroup_id, attach_type, put });
    } else if (effect.type === 'LinkUpdated' && effect.prog_id !== effect.was_prog_id) {
      const [link] = await linksByIds(database, before, [effect.link_id]);
      if (!link?.cgroup_id) continue;
      const [origin] = await linksSince(database, before, [effect.link_id]);
      const { cgroup_id, attach_type } = link;
      if (origin !== undefined) found.push({ cgroup_id, attach_type, put: origin.updated });
    }
  }
  return found;
}
