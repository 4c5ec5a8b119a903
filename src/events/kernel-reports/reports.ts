/** Reports of an executor: what a real kernel answered, position by position. */
import { sameAnswer } from '../../domain/agreement.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { readHead } from '../head.ts';
import { headWithout } from '../reading/head-without.ts';
import { readEvents } from '../reading/log-reader.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { sqlArray } from '../storage/sql-array.ts';
import { LEASE_MS } from './leases.ts';
import { type Repair, storeRepairs } from './repairs.ts';

/** How an event came to be on the kernel. */
export type How = 'performed' | 'found' | 'withheld';

export interface Report {
  readonly position: number;
  readonly how: How;
  readonly outcome: Outcome;
  readonly kernel_ids?: Readonly<Record<string, number>>;
  readonly note?: string;
  /** Microseconds that the call took. */
  readonly duration?: number;
}

export interface ReportRow {
  readonly position: number;
  readonly executor: string;
  /** Who reported it; null where that was not stored yet. */
  readonly actor: string | null;
  readonly how: How;
  readonly outcome: string;
  readonly agrees: boolean;
  readonly kernel_ids: string;
  readonly note: string;
  readonly duration: number;
  readonly reported_at: number;
}

export interface Reporting {
  readonly hostId: number;
  readonly lease: string;
  /** Who reports: the lease also belongs to the actor that took it. */
  readonly actor: string;
  /** In the order of the log, without gaps. */
  readonly reports: readonly Report[];
  /** What the executor read last, and what marks the history there (`encoding/mark.ts`); absent when it does not say. */
  readonly read?: { readonly position: number; readonly mark: string };
  /** How the kernel differs from the log now; absent when nothing changed. */
  readonly standing?: readonly unknown[];
  /** What was put back on the kernel since the last report. */
  readonly repairs?: readonly Repair[];
  readonly now: number;
}

/** What came of reports. */
export interface StoredReport {
  readonly reported_position: number;
  readonly disagree: number;
}

/**
 * Stores reports under a lease and renews it. A report that is already stored stays as it is, so a
 * batch may be sent again.
 *
 * @returns the position up to which all is reported, and how many of the batch disagree; or why
 *   nothing is stored: the lease is not, or no longer, the executor's, or the log went back behind
 *   what the executor read, so that other events stand where it applied some
 */
export function storeReports(
  database: Database,
  { hostId, lease, actor, reports, read, standing, repairs = [], now }: Reporting,
): Promise<StoredReport | 'lease-lost' | 'history-changed'> {
  return database.transaction(async (tx) => {
    // In the transaction: a server that takes over ends it.
    if (read !== undefined) {
      const known = { ...read, head: await readHead(tx, hostId) };
      if ((await headWithout(tx, { hostId }, known)) !== undefined) return 'history-changed';
    }
    const [held] = await tx.query<{ executor: string; reported_position: number }>(
      `update executors set expires_at = $3
       where host_id = $1 and lease = $2 and actor = $5 and expires_at > $4
       returning executor, reported_position`,
      [hostId, lease, now + LEASE_MS * 1000, now, actor],
    );
    if (held === undefined) return 'lease-lost';
    const agreed = await agreements(tx, hostId, reports);
    await insert(tx, { hostId, executor: held.executor, actor, reports, agreed, now });
    const last = reports.at(-1)?.position ?? 0;
    const reported = Math.max(held.reported_position, last);
    await tx.query('update executors set reported_position = $2 where host_id = $1', [
      hostId,
      reported,
    ]);
    const { executor } = held;
    await storeRepairs(tx, { hostId, executor, actor, position: reported, repairs, now });
    if (standing !== undefined) {
      await tx.query('update executors set standing = $2, standing_at = $3 where host_id = $1', [
        hostId,
        JSON.stringify(standing),
        now,
      ]);
    }
    return { reported_position: reported, disagree: agreed.filter((agrees) => !agrees).length };
  });
}

/** For each report, whether the kernel answered as the log says. */
async function agreements(
  tx: Queryable,
  hostId: number,
  reports: readonly Report[],
): Promise<boolean[]> {
  const [first] = reports;
  if (first === undefined) return [];
  const events = await readEvents(tx, hostId, { from: first.position, limit: reports.length });
  const outcomes = new Map(events.map(({ position, outcome }) => [position, outcome]));
  return reports.map(({ position, outcome, how }) => {
    const logged = outcomes.get(position);
    return how !== 'withheld' && logged !== undefined && sameAnswer(logged, outcome);
  });
}

interface ReportRows {
  readonly hostId: number;
  readonly executor: string;
  readonly actor: string;
  readonly reports: readonly Report[];
  readonly agreed: readonly boolean[];
  readonly now: number;
}

async function insert(
  tx: Queryable,
  { hostId, executor, actor, reports, agreed, now }: ReportRows,
): Promise<void> {
  if (reports.length === 0) return;
  await tx.query(
    `insert into executor_reports (host_id, position, executor, how, outcome, agrees, kernel_ids,
       note, duration, reported_at, actor)
     select $1, t.position, $2, t.how, t.outcome, t.agrees, t.kernel_ids, t.note, t.duration, $3, $11
     from unnest($4::int8[], $5::text[], $6::text[], $7::bool[], $8::text[], $9::text[], $10::int8[])
       as t(position, how, outcome, agrees, kernel_ids, note, duration)
     on conflict do nothing`,
    [
      hostId,
      executor,
      now,
      sqlArray(reports.map(({ position }) => position)),
      sqlArray(reports.map(({ how }) => how)),
      sqlArray(reports.map(({ outcome }) => JSON.stringify(outcome))),
      sqlArray(agreed),
      sqlArray(reports.map(({ kernel_ids = {} }) => JSON.stringify(kernel_ids))),
      sqlArray(reports.map(({ note = '' }) => note)),
      sqlArray(reports.map(({ duration = 0 }) => duration)),
      actor,
    ],
  );
}

/** Reports from a position on, all or those that disagree, oldest first. */
export function listReports(
  database: Queryable,
  hostId: number,
  page: { readonly after: number; readonly limit: number; readonly disagreeing: boolean },
): Promise<ReportRow[]> {
  return database.query<ReportRow>(
    `select * from executor_reports where host_id = $1 and position > $2 and not (agrees and $4)
     order by position limit $3`,
    [hostId, page.after, page.limit, page.disagreeing],
  );
}

/** How many reports a host has, and how many disagree. */
export async function countReports(
  database: Queryable,
  hostId: number,
): Promise<{ readonly reports: number; readonly disagreeing: number }> {
  const [row] = await database.query<{ reports: number; disagreeing: number }>(
    `select count(*)::int8 as reports, count(*) filter (where not agrees)::int8 as disagreeing
     from executor_reports where host_id = $1`,
    [hostId],
  );
  return row ?? { reports: 0, disagreeing: 0 };
}
