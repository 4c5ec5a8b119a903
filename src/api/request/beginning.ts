/** Where a reader of a log begins: of a log that was cut, at the oldest position that is kept. */
import { refuseRemoved } from '../../events/cuts.ts';
import type { EventFilter } from '../../time-travel/filter/event-filter.ts';

/**
 * The first position of a read.
 *
 * @param oldest the oldest position of the log that is kept
 * @throws LogRefusal `position-removed` when the request names an earlier one
 */
export function beginningOf(
  oldest: number,
  {
    after,
    filter,
  }: { readonly after: number | undefined; readonly filter?: EventFilter | undefined },
): number {
  const named = filter?.position_from;
  if (named !== undefined) refuseRemoved(named, oldest);
  if (after === undefined) return oldest;
  refuseRemoved(after + 1, oldest);
  return after + 1;
}
