/** What a feed of a host's log is made with. */
import type { Clock } from '../clock.ts';
import type { Queryable } from '../storage/database.ts';
import type { HistoryChange } from './history.ts';

export interface FeedOptions {
  readonly database: Queryable;
  readonly clock: Clock;
  readonly hostId: number;
  /** What the host must be called. */
  readonly host?: string | undefined;
  /** Called when the log is not the one that was followed; the receiver must end the feed. */
  readonly onHistoryChanged?: (change: HistoryChange) => void;
  /** Called when nobody can join any more: the last follower left, or the log is another. */
  readonly onDeserted?: () => void;
  /** Default `RING_EVENTS_MAX`. */
  readonly ringEventsMax?: number;
}
