/** Verifies a host: four separate verdicts, because each can fail alone. */
import { countText } from '../../domain/count-text.ts';
import { type Cut, readCut } from '../../events/cuts.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { listDeletions } from '../../events/host-deletions.ts';
import type { Outside } from '../../events/proof/checkpoint-check.ts';
import { identityOf } from '../../events/reading/birth.ts';
import { type ImportedLog, importOf } from '../../events/reading/imports.ts';
import type { Database } from '../../events/storage/database.ts';
import { rebuild } from '../../projections/rebuild.ts';
import { type ChainVerdict, verifyChain } from './chain.ts';
import { cutSentences, notExcluded } from './not-excluded.ts';
import { type OutcomesVerdict, verifyOutcomes } from './outcomes.ts';
import { SnapshotsBeside, type SnapshotsVerdict } from './snapshots.ts';
import { type Stopped, stoppedVerdict } from './stopped.ts';

/** A table whose rows are not those that the log gives. */
export interface DifferingTable {
  readonly table: string;
  /** Rows that the log gives. */
  readonly rows: number;
  /** Rows that only one of the two has. */
  readonly differing: number;
}

export interface ProjectionsVerdict {
  readonly holds: boolean;
  readonly position: number;
  readonly rows: number;
  readonly differing: number;
  readonly tables: readonly DifferingTable[];
}

export interface Verification {
  /** All four do. */
  readonly holds: boolean;
  /** The stored bytes give the stored hashes, and what was signed. */
  readonly chain: ChainVerdict;
  /** The tables hold what the log gives. */
  readonly projections: ProjectionsVerdict | Stopped;
  /** Today's rules answer as the log says. */
  readonly outcomes: OutcomesVerdict | Stopped;
  /** The stored states are those that the log gives. */
  readonly snapshots: SnapshotsVerdict;
  /** How the log was imported, if it was: the imported events were recorded elsewhere. */
  readonly imported: ImportedLog | undefined;
  /** Where the log is cut, if it is. */
  readonly cut: Cut | undefined;
  /** What may be wrong although everything holds, in sentences. */
  readonly not_excluded: readonly string[];
}

/**
 * Verifies a host up to its head; writers continue meanwhile.
 *
 * @param outside what is trusted, from outside of the database
 * @throws LogRefusal `no-such-host`
 */
export async function verifyHost(
  database: Database,
  host_id: number,
  outside: Outside = {},
): Promise<Verification> {
  const cut = await readCut(database, host_id);
  const found = await verifyFrom(database, host_id, cut, outside);
  const later = await readCut(database, host_id);
  // It was cut while it was read: what was seen of it is neither the one log nor the other.
  return later?.position === cut?.position ? found : verifyHost(database, host_id, outside);
}

async function verifyFrom(
  database: Database,
  host_id: number,
  cut: Cut | undefined,
  outside: Outside,
): Promise<Verification> {
  const identity = await identityOf(database, host_id);
  const imported = await importOf(database, host_id);
  const chain = await verifyChain(database, host_id, outside);
  const projections = await verifyProjections(database, host_id).catch(stoppedVerdict);
  const beside = new SnapshotsBeside();
  const outcomes = await verifyOutcomes(database, host_id, beside).catch(stoppedVerdict);
  const snapshots = beside.verdict();
  const verdicts = { chain, projections, outcomes, snapshots };
  const holds = Object.values(verdicts).every((verdict) => verdict.holds);
  const not_excluded = [
    ...notExcluded(identity, chain, outside),
    ...cutSentences(cut, chain),
    ...(await deletionSentences(database, identity.host)),
  ];
  return { holds, ...verdicts, imported, cut, not_excluded };
}

/** A sentence about the last host of the same name that was deleted. */
async function deletionSentences(database: Database, host: string): Promise<string[]> {
  const page = { order: 'desc', limit: 1 } as const;
  const deleted = await listDeletions(database, { may: [host] }, page);
  return deleted.map(
    ({ events, deleted_at }) =>
      `Another host ${host} was deleted at ${rfc3339(deleted_at)}, with ${countText(events, 'event')}: checkpoints ` +
      'and proofs of it are about another log, and nothing here says what it held.',
  );
}

async function verifyProjections(database: Database, host_id: number): Promise<ProjectionsVerdict> {
  const { position, rows, differing, tables } = await rebuild(database, { host_id, check: true });
  const named = tables
    .filter((table) => table.differing > 0)
    .map((table) => ({ table: table.name, rows: table.rows, differing: table.differing }));
  return { holds: differing === 0, position, rows, differing, tables: named };
}
