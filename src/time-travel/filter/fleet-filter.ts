/**
 * The filter of events of all hosts. What is meant by a tag, a name or a cgroup are other ids on each
 * host, so each has scopes of its own; they are made when the first event of the host is looked at.
 */
import type { LedgerEvent } from '../../events/event.ts';
import type { Log } from '../../events/log.ts';
import { knowLine } from '../../events/reading/host-line.ts';
import type { Queryable } from '../../events/storage/database.ts';
import type { ArrivedEvent } from '../../projections/fleet/arrived-events.ts';
import { hostsEverWith } from '../../projections/fleet/ever.ts';
import { type CgroupPattern, wildcardsIn } from './cgroup-pattern.ts';
import { cgroupScope, newCgroupScope } from './cgroup-scope.ts';
import { type EventFilter, isOpen, selectWanted } from './event-filter.ts';
import { type NamedPrograms, namedScope, newNamedScope } from './program-scope.ts';
import type { Scope } from './scope.ts';

/** Hosts whose scopes are kept; the one that was used longest ago is forgotten, and made again when needed. */
const HOSTS_MAX = 2000;
/** So few hosts are read apart from the others; where more are meant, any page has events of some. */
const HOSTS_APART_MAX = 200;
/** Scopes that are made concurrently. */
const TOGETHER = 4;

/** Conditions that mean something else on each host. */
export interface FleetConditions extends NamedPrograms {
  readonly cgroup?: CgroupPattern | undefined;
}

type HostScopes = Pick<EventFilter, 'named' | 'cgroup'>;

interface HostEvents {
  readonly host_id: number;
  readonly host: string;
  readonly events: LedgerEvent[];
}

export class FleetFilter {
  readonly #alike: EventFilter;
  readonly #own: FleetConditions;
  readonly #log: Pick<Log, 'withStateAt'>;
  /** By host; at most `HOSTS_MAX` and the hosts of one page. */
  readonly #scopes = new Map<number, HostScopes>();

  /**
   * @param alike conditions that mean the same on every host
   * @param own those that do not
   */
  constructor(log: Pick<Log, 'withStateAt'>, alike: EventFilter, own: FleetConditions) {
    this.#log = log;
    this.#alike = alike;
    this.#own = own;
  }

  /** Whether it lets everything pass. */
  get isOpen(): boolean {
    return isOpen(this.#alike) && !this.#hasScopes;
  }

  get #hasScopes(): boolean {
    return this.#isNamed || this.#own.cgroup !== undefined;
  }

  get #isNamed(): boolean {
    return this.#own.tags !== undefined || this.#own.names !== undefined;
  }

  /**
   * The hosts that had one of the programs, by what arrived so far, where they are few: no other host has a
   * wanted event. Undefined where a host without such a program may have one, or too many had it.
   *
   * @param hosts ids of those that are asked about; all when left out
   */
  async hostsApart(
    database: Queryable,
    hosts: readonly number[] | undefined,
  ): Promise<readonly number[] | undefined> {
    if (!this.#isNamed) return undefined;
    const { tags, names } = this.#own;
    const most = HOSTS_APART_MAX + 1;
    const had = await hostsEverWith(database, hosts, { programs: { tags, names } }, most);
    return had.size > HOSTS_APART_MAX ? undefined : [...had];
  }

  /**
   * Those events of a page that are wanted, and those that cannot be read, in the order of the page. Pages
   * must come in order.
   *
   * @param page the events of each host without a gap, but for those that cannot be read
   * @throws QuestionLimit when too much of one host is meant
   */
  async selectWanted(database: Queryable, page: readonly ArrivedEvent[]): Promise<ArrivedEvent[]> {
    const hosts = byHost(page);
    if (this.#hasScopes) await this.#prepare(database, hosts);
    const passed = new Set<LedgerEvent>();
    for (const { host_id, host, events } of hosts) {
      const filter = { ...this.#alike, ...this.#scopes.get(host_id) };
      for (const run of unbroken(events)) {
        const wanted = await selectWanted(run, filter, (position, read) =>
          this.#log.withStateAt(host, position, read),
        );
        for (const event of wanted) passed.add(event);
      }
    }
    this.#letOldGo();
    return page.filter(({ event }) => event === null || passed.has(event));
  }

  /** Makes the scopes of those of some hosts that have none. */
  async #prepare(database: Queryable, hosts: readonly HostEvents[]): Promise<void> {
    const lacking: number[] = [];
    for (const { host_id } of hosts) {
      const known = this.#scopes.get(host_id);
      if (known === undefined) lacking.push(host_id);
      // The order of the map is the order of use.
      else if (this.#scopes.delete(host_id)) this.#scopes.set(host_id, known);
    }
    if (lacking.length === 0) return;
    const { tags, names, cgroup } = this.#own;
    const hadProgram = this.#isNamed
      ? await hostsEverWith(database, lacking, { programs: { tags, names } })
      : undefined;
    const hadCgroup =
      cgroup === undefined || wildcardsIn(cgroup) > 0
        ? undefined
        : await hostsEverWith(database, lacking, { path: cgroup });
    for (let i = 0; i < lacking.length; i += TOGETHER) {
      await Promise.all(
        lacking.slice(i, i + TOGETHER).map(async (host_id) => {
          // A branch has no part in the order of arrival.
          knowLine(database, host_id, false);
          const named = this.#isNamed && this.#readScope(database, host_id, hadProgram);
          const below = cgroup !== undefined && cgroupOf(database, host_id, { cgroup, hadCgroup });
          const scopes = {
            ...(named && { named: await named }),
            ...(below && { cgroup: await below }),
          };
          this.#scopes.set(host_id, scopes);
        }),
      );
    }
  }

  async #readScope(
    database: Queryable,
    hostId: number,
    hadProgram: ReadonlySet<number> | undefined,
  ): Promise<Scope> {
    return hadProgram?.has(hostId) === false
      ? newNamedScope(this.#own)
      : namedScope(database, hostId, this.#own);
  }

  #letOldGo(): void {
    for (const hostId of this.#scopes.keys()) {
      if (this.#scopes.size <= HOSTS_MAX) return;
      this.#scopes.delete(hostId);
    }
  }
}

async function cgroupOf(
  database: Queryable,
  hostId: number,
  of: {
    readonly cgroup: CgroupPattern;
    /** Hosts that ever had it; undefined where that is not known. */
    readonly hadCgroup: ReadonlySet<number> | undefined;
  },
): Promise<Scope> {
  return of.hadCgroup?.has(hostId) === false
    ? newCgroupScope(of.cgroup)
    : cgroupScope(database, hostId, of.cgroup);
}

/** The readable events of a page, host by host, by position. */
function byHost(page: readonly ArrivedEvent[]): HostEvents[] {
  const hosts = new Map<number, HostEvents>();
  for (const { host, place, event } of page) {
    if (event === null) continue;
    const { host_id } = place;
    const known = hosts.get(host_id) ?? { host_id, host, events: [] };
    hosts.set(host_id, known);
    known.events.push(event);
  }
  for (const { events } of hosts.values()) events.sort((a, b) => a.position - b.position);
  return [...hosts.values()];
}

/** Runs of events without a gap. */
function* unbroken(events: readonly LedgerEvent[]): Generator<readonly LedgerEvent[]> {
  let begin = 0;
  for (let i = 1; i <= events.length; i++) {
    if (events[i]?.position === (events[i - 1] as LedgerEvent).position + 1) continue;
    if (i > begin) yield events.slice(begin, i);
    begin = i;
  }
}
