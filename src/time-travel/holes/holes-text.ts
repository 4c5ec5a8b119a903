/** Holes for people: one line each, so that nobody takes a record for whole that is not. */
import { countText } from '../../domain/count-text.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { Hole } from './holes.ts';

/** A line for each hole. */
export function holesText(holes: readonly Hole[]): string[] {
  return holes.map(({ position, at, events, from, to, cause }) => {
    const count =
      events === undefined
        ? 'events were lost'
        : countText(events, 'event was lost', 'events were lost');
    const since = from === undefined ? '' : ` from ${rfc3339(from)}`;
    const why = cause === undefined ? '' : `, ${cause}`;
    const until = ` to ${rfc3339(to ?? at)}`;
    return `the record has a hole at ${position}: ${count}${since}${until}${why}; more may have happened`;
  });
}
