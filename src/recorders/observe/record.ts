/** What stands on a line of the spool: an observation as it is posted, or a snapshot to adopt. */
import type { Snapshot } from '../snapshot/snapshot.ts';

const SNAPSHOT = '{"adopt":';

export function snapshotLine(snapshot: Snapshot): string {
  return JSON.stringify({ adopt: snapshot });
}

/** The snapshot of a line; undefined when it is an observation. */
export function snapshotIn(line: string): Snapshot | undefined {
  if (!line.startsWith(SNAPSHOT)) return undefined;
  return (JSON.parse(line) as { readonly adopt: Snapshot }).adopt;
}
