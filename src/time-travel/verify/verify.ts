/** Verifies a host: three verdicts that stand for themselves, since each can fail alone. */
import type { Database } from '../../events/database.ts';
import { rebuild } from '../../projections/rebuild.ts';
import { type ChainVerdict, verifyChain } from './chain.ts';
import { type OutcomesVerdict, verifyOutcomes } from './outcomes.ts';
import { type Stopped, stoppedBy } from './stopped.ts';

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
  /** All three do. */
  readonly holds: boolean;
  /** The stored bytes give the stored hashes, and what was signed. */
  readonly chain: ChainVerdict;
  /** The tables hold what the log gives. */
  readonly projections: ProjectionsVerdict | Stopped;
  /** Today's rules answer as the log says. */
  readonly outcomes: OutcomesVerdict | Stopped;
}

/**
 * Verifies a host up to where its log ends; writers go on meanwhile.
 *
 * @throws LogRefusal `host-unknown`
 */
export async function verifyHost(database: Database, host_id: number): Promise<Verification> {
  const chain = await verifyChain(database, host_id);
  const projections = await verifyProjections(database, host_id).catch(stoppedBy);
  const outcomes = await verifyOutcomes(database, host_id).catch(stoppedBy);
  const holds = chain.holds && projections.holds && outcomes.holds;
  return { holds, chain, projections, outcomes };
}

async function verifyProjections(database: Database, host_id: number): Promise<ProjectionsVerdict> {
  const { position, rows, differing, tables } = await rebuild(database, { host_id, check: true });
  const named = tables
    .filter((table) => table.differing > 0)
    .map((table) => ({ table: table.name, rows: table.rows, differing: table.differing }));
  return { holds: differing === 0, position, rows, differing, tables: named };
}
