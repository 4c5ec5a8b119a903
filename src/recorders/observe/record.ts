/** What stands on a line of the spool: an observation as it is posted, or a snapshot to adopt. */
import type { KernelSnapshot } from '../snapshot/snapshot.ts';

const SNAPSHOT = '{"adopt":';

export function snapshotLine(snapshot: KernelSnapshot): string {
  return JSON.stringify({ adopt: snapshot });
}

/**
 * A line of a collector as it waits. Only the survey of this program is a snapshot: what looks like one
 * gets a blank before it, so that it is posted as an observation, which the service refuses.
 */
export function collectorLine(line: string): string {
  return line.startsWith(SNAPSHOT) ? ` ${line}` : line;
}

/** The snapshot of a line; undefined when it is an observation, or was damaged where it waited. */
export function snapshotIn(line: string): KernelSnapshot | undefined {
  if (!line.startsWith(SNAPSHOT)) return undefined;
  try {
    return (JSON.parse(line) as { readonly adopt: KernelSnapshot }).adopt;
  } catch {
    return undefined;
  }
}
