/**
 * Times ahead of the log. `?at=TIME` is the last position whose running maximum of `at` is not
 * after the time, so one event of the year 2200 would hide all that follow it from reads by time.
 */

/** Seconds that the clock of a machine may be ahead of this one's. */
export const AHEAD_MAX_S = 300;

/**
 * Whether `at` is too far ahead. The past has no limit: recordings are imported later.
 *
 * @param at microseconds since the epoch
 * @param now of the log, microseconds since the epoch
 */
export function isAhead(at: number, now: number): boolean {
  return at > now + AHEAD_MAX_S * 1_000_000;
}
