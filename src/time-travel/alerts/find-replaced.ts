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

interface AlertSources {
  readonly log: Log;
  readonly database: Queryable;
}

/** The alerts that events of a host raise by a rule, one for each event at most. */
export async function findReplaced(
  sources: AlertSources,
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
  const past = new NearPast(sources, { host_id, host });
  const alerts: Alert[] = [];
  for (const event of events) {
    if (passes(event, rule.filter)) {
      for (const one of await past.replacements(event)) {
        if (wanted !== undefined && one.attach_type !== wanted) continue;
        const path = await past.pathOf(event, one.cgroup_id);
        if (path === undefined || !matches(path)) continue;
        const putter = await past.eventAt(one.put);
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
    past.learn(event);
  }
  return alerts;
}

/**
 * What was before each of some events. What the events themselves tell is remembered, so that an agent
 * that updates its links all the time costs no queries for each update.
 */
class NearPast {
  readonly #sources: AlertSources;
  readonly #host: { readonly host_id: number; readonly host: string };
  /** Links whose last program was given by an event that was learned or asked for. */
  readonly #links = new Map<number, Replaced>();
  /** Paths of cgroups of the boot. */
  readonly #paths = new Map<number, string>();
  /** Those that were learned and still put something somewhere, by position. */
  readonly #events = new Map<number, LedgerEvent>();

  constructor(sources: AlertSources, host: { readonly host_id: number; readonly host: string }) {
    this.#sources = sources;
    this.#host = host;
  }

  /** What an event replaces. */
  async replacements(event: LedgerEvent): Promise<Replaced[]> {
    const { database } = this.#sources;
    const before = this.#before(event);
    const found: Replaced[] = [];
    for (const effect of event.effects) {
      if (effect.type === 'EntryReplaced') {
        const { cgroup_id, attach_type, was_prog_id: prog_id } = effect;
        const [put] = await entriesSince(database, before, attach_type, [{ cgroup_id, prog_id }]);
        if (put !== undefined) found.push({ cgroup_id, attach_type, put });
      } else if (effect.type === 'LinkUpdated' && effect.prog_id !== effect.was_prog_id) {
        const link = this.#links.get(effect.link_id) ?? (await this.#link(before, effect.link_id));
        if (link === undefined) continue;
        this.#links.set(effect.link_id, link);
        found.push(link);
      }
    }
    return found;
  }

  async #link(before: Moment, linkId: number): Promise<Replaced | undefined> {
    const { database } = this.#sources;
    const [link] = await linksByIds(database, before, [linkId]);
    if (!link?.cgroup_id) return undefined;
    const [origin] = await linksSince(database, before, [linkId]);
    const { cgroup_id, attach_type } = link;
    return origin && { cgroup_id, attach_type, put: origin.updated };
  }

  /** The path of a cgroup that is there before an event. */
  async pathOf(event: LedgerEvent, cgroupId: number): Promise<string | undefined> {
    const known = this.#paths.get(cgroupId);
    if (known !== undefined) return known;
    const path = await pathOfCgroup(this.#sources.database, this.#before(event), cgroupId);
    if (path !== undefined) this.#paths.set(cgroupId, path);
    return path;
  }

  async eventAt(position: number): Promise<LedgerEvent | undefined> {
    const known = this.#events.get(position);
    if (known !== undefined) return known;
    const [event] = await this.#sources.log.eventsAt(this.#host.host, [position]);
    if (event !== undefined) this.#events.set(position, event);
    return event;
  }

  /** Remembers what an event changed. */
  learn(event: LedgerEvent): void {
    for (const effect of event.effects) {
      if (effect.type === 'Booted') {
        this.#links.clear();
        this.#paths.clear();
      }
      if (effect.type === 'CgroupRemoved') this.#paths.delete(effect.cgroup_id);
      if (!('link_id' in effect) || effect.link_id === undefined) continue;
      const { link_id } = effect;
      const link = this.#links.get(link_id);
      if (link === undefined) continue;
      // Who gives it the program that it has is its owner too; whatever else names it may end it.
      if (effect.type === 'LinkUpdated') {
        this.#events.delete(link.put);
        this.#events.set(event.position, event);
        this.#links.set(link_id, { ...link, put: event.position });
      } else this.#links.delete(link_id);
    }
  }

  #before({ boot, position }: LedgerEvent): Moment {
    return { host_id: this.#host.host_id, boot, position: position - 1 };
  }
}
