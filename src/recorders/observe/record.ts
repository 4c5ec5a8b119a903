/** What stands on a line of the spool: an observation as it is posted, or a snapshot to adopt. */
import type { Snapshot } from '../snapshot/snapshot.ts';

/** A hole in the record as it is posted; times in RFC 3339. */
export interface LostLine {
  readonly call: {
    readonly name: 'lost';
    readonly events?: number;
    readonly from?: string;
    readonly to?: string;
    readonly cause: string;
  };
  readonly at: string;
}

const SNAPSHOT = '{"adopt":';

export function snapshotLine(snapshot: Snapshot): string {
  return JSON.stringify({ adopt: snapshot });
}

/** The snapshot of a line; undefined when it is an observation. */
export function snapshotIn(line: string): Snapshot | undefined {
  if (!line.startsWith(SNAPSHOT)) return undefined;
  return (JSON.parse(line) as { readonly adopt: Snapshot }).adopt;
}

export function lostLine(at: string, lost: Omit<LostLine['call'], 'name'>): string {
  return JSON.stringify({ call: { name: 'lost', ...lost }, at } satisfies LostLine);
}
