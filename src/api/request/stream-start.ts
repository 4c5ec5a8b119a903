/** Where a reader of a host's stream goes on: the id of its last message, `42.9f86d081884c7d65`. */
import { MARK_FORM } from '../../events/encoding/mark.ts';
import type { FollowerStart } from '../../events/reading/follower.ts';
import { invalid } from '../problem.ts';

const ID = new RegExp(`^(\\d{1,15})(?:\\.(${MARK_FORM}))?$`);

/** The place of a Last-Event-ID; undefined for none. Throws a problem for a text that is not an id. */
export function startOfStream(lastEventId: string | undefined): FollowerStart | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  const [, position, mark] = ID.exec(lastEventId) ?? [];
  if (position !== undefined) return { after: Number(position), mark };
  throw invalid([
    { field: 'last-event-id', message: 'must be the id of a message, or a position' },
  ]);
}
