/** How long the looks of a process pause, by how long the last one took. */

/** Milliseconds between two looks while somebody waits for what comes, and while nobody does. */
const FOLLOWED_MS = 50;
const UNFOLLOWED_MS = 500;
/** A pause is so many times as long as the look before it, at least. */
const PAUSE_PER_LOOK = 4;
/** The same while logs grow and nobody waits: who writes then needs the database more. */
const PAUSE_PER_LOOK_UNFOLLOWED = 19;
/**
 * Milliseconds of a pause, at most, so that how late an alert leaves can be promised. It costs who
 * writes more on a slow machine: from a look of 53 ms on, looks take more than a twentieth of the
 * database, and one of 250 ms a fifth, as for a follower. An idle service pays nothing for it, with
 * 1,000 hosts as with one: it looks only when a log grew, or after `ALL_MS`, however short its pauses.
 */
export const PAUSE_MAX_MS = 1000;

/** Milliseconds of the pause after a look, for two kinds of readers. */
export interface LookPause {
  /** While somebody waits for what comes. */
  readonly followedMs: number;
  /** While nobody does; never less. */
  readonly unfollowedMs: number;
}

/**
 * The pause after a look.
 *
 * @param tookMs what the look took
 * @param isGrowing whether logs grew since it began
 */
export function pauseAfterLook(tookMs: number, isGrowing: boolean): LookPause {
  const pause = (perLook: number, leastMs: number) =>
    Math.min(Math.max(perLook * tookMs, leastMs), PAUSE_MAX_MS);
  return {
    followedMs: pause(PAUSE_PER_LOOK, FOLLOWED_MS),
    unfollowedMs: pause(isGrowing ? PAUSE_PER_LOOK_UNFOLLOWED : PAUSE_PER_LOOK, UNFOLLOWED_MS),
  };
}
