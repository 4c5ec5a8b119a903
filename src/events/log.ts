/**
 * The log: the layers above reach events through it. Hosts are named; times
 * are microseconds since the epoch; a refusal of the log is a `LogRefusal`.
 */
import type { Kernel } from '../domain/kernel.ts';
import type { Clock } from './clock.ts';
import { refuseRemoved } from './cuts.ts';
import { markOf } from './encoding/mark.ts';
import type { LedgerEvent } from './event.ts';
import { readHead, type StoredHead } from './head.ts';
import {
  type Host,
  type HostPageRequest,
  hostIds,
  hostNamed,
  listBranches,
  listHosts,
} from './hosts.ts';
import { LogRefusal, missing } from './log-refusal.ts';
import type { Projector } from './projector.ts';
import { DamagedLog } from './reading/damaged-log.ts';
import type { Follower, FollowerStart } from './reading/follower.ts';
import type { HistoryChange } from './reading/history.ts';
import { HostFeed } from './reading/host-feed.ts';
import { type HostState, loadState } from './reading/host-state.ts';
import {
  type EventRange,
  PAGE_EVENTS_MAX,
  positionAt,
  readEvents,
  readEventsAt,
} from './reading/log-reader.ts';
import type { MarkedMoment } from './reading/moment.ts';
import { PastStates } from './reading/past-states.ts';
import type { Database } from './storage/database.ts';
import type { ExpectedHead, IdempotencyKey, InOrder, Receipt, Submission } from './submission.ts';
import { appendFor } from './writing/append.ts';
import { type BootRequest, bootCall } from './writing/boot-call.ts';
import {
  type BranchRequest,
  createBranch,
  dropBranch,
  type MadeBranch,
} from './writing/branching.ts';
import type { CommitContext } from './writing/commit.ts';
import { HELD_MAX, type HeldMax } from './writing/held-max.ts';
import { type CreatedHost, createHost, type HostCreation } from './writing/host-creation.ts';
import { HostWriter } from './writing/host-writer.ts';
import { HostWriters } from './writing/host-writers.ts';
import { findReceipt, sweepKeys } from './writing/idempotency.ts';
import { GROWN_CHANNEL, notifierFor } from './writing/notifier.ts';

export interface LogOptions {
  /** Migrated already. */
  readonly database: Database;
  readonly clock: Clock;
  readonly projector: Projector;
  /** Gives random bytes, such as `randomBytes` of node:crypto. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Called when the log of a host is no longer the known one: the database went back. */
  readonly onHistoryChanged?: (change: HistoryChange) => void;
  /** Called when a log grew, by whichever process; a hint that may be missing. */
  readonly onGrown?: (hostId: number) => void;
  /** The limits of memory; the defaults are in `HELD_MAX`. */
  readonly held?: Partial<HeldMax>;
}

/** Fields of release and config that are left out stay as in the boot before. */
export interface RebootRequest extends Partial<BootRequest> {
  readonly actor: string;
  readonly at?: number;
  readonly idempotency?: IdempotencyKey;
  readonly expected?: ExpectedHead;
}

export interface Log {
  /** A new host with its first boot. Refuses `host-exists`, `unknown-release`. */
  createHost(request: HostCreation & BootRequest): Promise<CreatedHost>;
  /** A further boot of a host. */
  reboot(host: string, request: RebootRequest): Promise<Receipt>;
  /** Records the calls of a submission, all or none; what the kernel refuses is recorded too. */
  submit(host: string, submission: Submission): Promise<Receipt>;
  /** Records submissions in this order, each all or none, up to the first that is refused. */
  submitInOrder(host: string, submissions: readonly Submission[]): Promise<InOrder>;
  /** What was recorded under a key; undefined when nothing was. Refuses `idempotency-mismatch`. */
  findRecorded(
    host: string,
    by: { readonly actor: string; readonly idempotency: IdempotencyKey },
  ): Promise<Receipt | undefined>;

  /**
   * A branch of a host: a host that shares its log up to a position. Refuses `host-exists`,
   * `no-such-position`, `position-removed`, `branch-too-deep`.
   */
  createBranch(origin: string, request: BranchRequest): Promise<MadeBranch>;
  /** A page of the direct branches of a host, by name. */
  branches(origin: string, page?: HostPageRequest): Promise<Host[]>;
  /** Hides a branch for ever; its name stays taken. Refuses `no-such-host`. */
  dropBranch(origin: string, name: string): Promise<void>;

  /** A page of hosts and branches, by name. */
  hosts(page?: HostPageRequest): Promise<Host[]>;
  /** One host, with its head position. Refuses `no-such-host`, as all that follow do. */
  host(name: string): Promise<Host>;
  /** Where the log ends. */
  head(host: string): Promise<StoredHead & { readonly host_id: number }>;
  /** Events from a position on; empty after the head. Refuses `position-removed`. */
  read(host: string, range: EventRange): Promise<LedgerEvent[]>;
  /** One event. Refuses `no-such-position`, `position-removed`. */
  event(host: string, position: number): Promise<LedgerEvent>;
  /** The events at positions, in order; of those that a cut removed, none. */
  eventsAt(host: string, positions: readonly number[]): Promise<LedgerEvent[]>;
  /** The last position whose running maximum of `at` is not after `time`; 0 before the first. */
  positionAt(host: string, time: number): Promise<number>;
  /**
   * A follower of the events after a place and of later ones. At a mark of another history it ends
   * immediately; without a mark it refuses `no-such-position` when the log does not reach the place.
   */
  subscribe(host: string, follow: FollowerStart): Promise<Follower>;

  /**
   * Calls `read` with the state at a position. `read` must not change the kernel and must not retain
   * it: other readers share it. Refuses `no-such-position`, `position-removed`.
   */
  withStateAt<T>(
    host: string,
    position: number,
    read: (kernel: Kernel, at: MarkedMoment) => T | Promise<T>,
  ): Promise<T>;
  /** A copy of the state at a position (default: the head). Refuses as `withStateAt` does. */
  kernelAt(host: string, position?: number): Promise<HostState>;
  /**
   * Calls `read` with the state at the head, without a copy: for plans and small answers. `read` must
   * be synchronous and must not retain the kernel, which changes with the next commit.
   */
  withHead<T>(host: string, read: (kernel: Kernel, at: MarkedMoment) => T): Promise<T>;

  /** Forgets idempotency keys after their 24 hours; returns how many. */
  sweepKeys(): Promise<number>;
  /** Hosts whose state this process holds, and the rows of all these states. */
  sizeOfStates(): { readonly hosts: number; readonly rows: number };
  /** Evicts the states that were not used for a while. */
  letIdleGo(): void;
  /** Takes no more calls and waits until everybody is answered; the database stays open. */
  close(): Promise<void>;
}

/** Opens the log in a database. */
export async function openLog(options: LogOptions): Promise<Log> {
  const { database, clock, projector, randomBytes, onGrown } = options;
  const ids = hostIds(database);
  const idOf = ids.of;
  const notifier = notifierFor(database, clock, onGrown);
  const feeds = new Map<number, HostFeed>();
  const context: CommitContext = {
    database,
    clock,
    projector,
    append: appendFor(projector.tables),
    writer: Buffer.from(randomBytes(6)).readUIntBE(0, 6),
    onAppended: notifier.noteGrowth,
  };
  const held = { ...HELD_MAX, ...options.held };
  const nowMs = () => clock.now() / 1000;
  /** The first one to notice makes all others drop what is no longer true. */
  function historyChanged(found: HistoryChange): void {
    const host = ids.nameOf(found.host_id);
    ids.forget(found.host_id);
    const change = host === undefined ? found : { ...found, host };
    past.forget(change.host_id);
    feeds.get(change.host_id)?.end(change);
    options.onHistoryChanged?.(change);
  }
  /** Hosts whose writer has still to find out what was told already, with the position then known. */
  const told = new Map<number, number>();
  function reportByReader(change: HistoryChange): void {
    told.set(change.host_id, change.known);
    historyChanged(change);
  }
  function reportByWriter(change: HistoryChange): void {
    const known = told.get(change.host_id);
    told.delete(change.host_id);
    if (known === undefined || change.known < known) historyChanged(change);
  }
  const past = new PastStates({
    database,
    rowsMax: held.pastRows,
    nowMs,
    nameOf: ids.nameOf,
    onHistoryChanged: reportByReader,
  });
  const writers = new HostWriters({
    open: (hostId) => {
      told.delete(hostId);
      return HostWriter.open({
        ...context,
        hostId,
        onCommitted: (...appended) => feeds.get(hostId)?.takeAppended(...appended),
        onLearnt: (...learnt) => feeds.get(hostId)?.publish(...learnt),
        onHistoryChanged: reportByWriter,
        host: ids.nameOf(hostId),
      });
    },
    held,
    nowMs,
  });
  const deafen = await database.listen(GROWN_CHANNEL, (hostId) => {
    feeds.get(Number(hostId))?.hint();
    onGrown?.(Number(hostId));
  });

  /** Works on a host by its id. When the host is gone, another one may have its name by now. */
  async function onHost<T>(host: string, work: (hostId: number) => Promise<T>): Promise<T> {
    const known = await idOf(host);
    try {
      return await work(known);
    } catch (error) {
      if (missing(error) === undefined) throw error;
      ids.forget(known);
      const hostId = await idOf(host);
      if (hostId === known) throw error;
      return work(hostId);
    }
  }

  function submit(host: string, submission: Submission): Promise<Receipt> {
    return onHost(host, (id) => writers.use(id, (writer) => writer.submit(submission)));
  }

  return {
    async createHost(request) {
      const made = await createHost(context, request, bootCall(request, randomBytes));
      notifier.noteGrowth(made.host_id);
      return made;
    },
    async reboot(host, { actor, at, idempotency, expected, ...request }) {
      // An unknown host is refused before anything else is checked.
      await idOf(host);
      const call = bootCall(request, randomBytes);
      return submit(host, {
        actor,
        calls: [{ call, ...(at !== undefined && { at }) }],
        ...(idempotency && { idempotency }),
        ...(expected && { expected }),
      });
    },
    submit,
    submitInOrder: (host, submissions) =>
      onHost(host, (id) => writers.use(id, (writer) => writer.submitInOrder(submissions))),
    async findRecorded(host, { actor, idempotency }) {
      return findReceipt(database, { hostId: await idOf(host), actor }, idempotency);
    },

    async createBranch(origin, request) {
      const originId = await idOf(origin);
      const { position: head, oldest } = await readHead(database, originId);
      const { position } = request;
      refuseRemoved(position, oldest);
      if (position > head) throw new LogRefusal({ why: 'no-such-position', position, head });
      return createBranch(database, originId, { ...request, now: clock.now() });
    },
    branches: async (origin, page = {}) => listBranches(database, await idOf(origin), page),
    async dropBranch(origin, name) {
      await dropBranch(database, await idOf(origin), { name, now: clock.now() });
    },

    hosts: (page = {}) => listHosts(database, page),
    host: (name) => hostNamed(database, name),
    head: (host) =>
      onHost(host, async (host_id) => ({ host_id, ...(await readHead(database, host_id, host)) })),
    read: async (host, range) => readEvents(database, await idOf(host), range),
    async event(host, position) {
      const hostId = await idOf(host);
      const [event] = await readEventsAt(database, hostId, [position]);
      if (event !== undefined) return event;
      const { position: head, oldest } = await readHead(database, hostId);
      refuseRemoved(position, oldest);
      if (position > head) throw new LogRefusal({ why: 'no-such-position', position, head });
      throw new DamagedLog(position, 'missing from the log');
    },
    async eventsAt(host, positions) {
      const hostId = await idOf(host);
      const events: LedgerEvent[] = [];
      for (let i = 0; i < positions.length; i += PAGE_EVENTS_MAX) {
        const page = positions.slice(i, i + PAGE_EVENTS_MAX);
        events.push(...(await readEventsAt(database, hostId, page)));
      }
      return events;
    },
    positionAt: async (host, time) => positionAt(database, await idOf(host), time),
    async subscribe(host, place) {
      const hostId = await idOf(host);
      const feed =
        feeds.get(hostId) ??
        new HostFeed({
          ...{ database, clock, hostId, host },
          onHistoryChanged: reportByReader,
          onDeserted: () => feeds.delete(hostId),
        });
      feeds.set(hostId, feed);
      return feed.follow(place);
    },

    withStateAt: (host, position, read) =>
      onHost(host, (host_id) =>
        past.read(host_id, position, (kernel, mark) =>
          read(kernel, { host_id, boot: kernel.boot.number, position, mark }),
        ),
      ),
    kernelAt: (host, position) =>
      onHost(host, async (hostId) => {
        const { position: head } = await readHead(database, hostId);
        if (position !== undefined && position > head) {
          throw new LogRefusal({ why: 'no-such-position', position, head });
        }
        return loadState(database, hostId, position ?? head);
      }),
    withHead: (host, read) =>
      onHost(host, (host_id) =>
        writers.use(host_id, (writer) =>
          writer.read((kernel, { position, hash }) =>
            read(kernel, { host_id, boot: kernel.boot.number, position, mark: markOf(hash) }),
          ),
        ),
      ),

    sweepKeys: () => sweepKeys(database, clock.now()),
    sizeOfStates: () => writers.held,
    letIdleGo: () => writers.letIdleGo(),
    async close() {
      await writers.close();
      await deafen();
      await notifier.close();
    },
  };
}
