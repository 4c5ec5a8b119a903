/**
 * Notifies other processes that a log grew. It is only a hint: it runs after the commit, in no
 * one's way, and for all hosts that grew since the last one: a statement after every commit would
 * cost the server as much as the commits themselves.
 */
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';

export const GROWN_CHANNEL = 'bpfledger_grown';

/** Milliseconds between two hints. The first one after a pause is sent immediately. */
const PAUSE_MS = 10;

export interface Notifier {
  noteGrowth(hostId: number): void;
  /** Waits for the pending statement. */
  close(): Promise<void>;
}

/**
 * The notifier for a database; with PGlite there is no other process to notify.
 *
 * @param onGrown is told immediately
 */
export function notifierFor(
  database: Database,
  clock: Clock,
  onGrown: (hostId: number) => void = () => undefined,
): Notifier {
  if (database.kind === 'pglite') return { noteGrowth: onGrown, close: async () => undefined };
  const grown = new Set<number>();
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    while (grown.size > 0) {
      const hosts = [...grown];
      grown.clear();
      const text = `select pg_notify('${GROWN_CHANNEL}', h::text) from unnest($1::int8[]) as h`;
      // A lost hint costs a poll.
      await database.query(text, [`{${hosts.join(',')}}`]).catch(() => undefined);
      await clock.sleep(PAUSE_MS);
    }
    sending = undefined;
  }

  return {
    noteGrowth(hostId) {
      onGrown(hostId);
      grown.add(hostId);
      sending ??= send();
    },
    close: async () => sending,
  };
}
