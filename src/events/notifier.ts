/**
 * Tells other processes that a log grew, by NOTIFY. A hint only: it runs after the commit, in no
 * one's way, at most one statement at a time for all hosts that grew meanwhile.
 */
import type { Database } from './database.ts';

export const GROWN_CHANNEL = 'bpfledger_grown';

export interface Notifier {
  grown(hostId: number): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** The notifier for a database; PGlite has no other process to tell. */
export function notifierFor(database: Database): Notifier {
  if (database.kind === 'pglite') return { grown: () => undefined, close: async () => undefined };
  const grown = new Set<number>();
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    while (grown.size > 0) {
      const hosts = [...grown];
      grown.clear();
      const text = `select pg_notify('${GROWN_CHANNEL}', h::text) from unnest($1::int8[]) as h`;
      // A lost hint costs a poll.
      await database.query(text, [`{${hosts.join(',')}}`]).catch(() => undefined);
    }
    sending = undefined;
  }

  return {
    grown(hostId) {
      grown.add(hostId);
      sending ??= send();
    },
    close: async () => sending,
  };
}
