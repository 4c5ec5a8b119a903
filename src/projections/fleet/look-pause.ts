/** How long the looks of a process pause, by how long the last one took. */

/** Milliseconds between two looks while somebody waits for what comes, and while nobody does. */
const FOLLOWED_MS = 50;
const UNFOLLOWED_MS = 500;
/** A pause is so many times as long as the look before it, at least. */
const PAUSE_PER_LOOK = 4;
/** The same while logs grow and nobody waits: who writes then needs the database more. */
const PAUSE_PER_LOOK_UNFOLLOWED = 19;
/**
 * Milliseconds of a pause while somebody waits, at most, so that how late an alert leaves can be promised. On a
 * slow machine this costs who writes more: from a look of 53 ms on, looks take more than a twentieth of the
 * database, and one of 250 ms a fifth, as for a follower.
 */
export const PAUSE_MAX_MS = 1000;

/** Milliseconds of the pause after a look, each no longer than the next. */
export interface LookPause {
  /** While somebody waits for what comes. */
  readonly followedMs: number;
  /** While only who need not know it soon waits: alerts. */
  readonly patientMs: number;
  /** While nobody waits: who reads looks first. */
  readonly unfollowedMs: number;
}

/**
 * The pause after a look.
 *
 * @param tookMs what the look took
 * @param isGrowing whether logs grew since it began
 */
export function pauseAfterLook(tookMs: number, isGrowing: boolean): LookPause {
  const perLook = isGrowing ? PAUSE_PER_LOOK_UNFOLLOWED : PAUSE_PER_LOOK;
  const unfollowedMs = Math.max(perLook * tookMs, UNFOLLOWED_MS);
  return {
    followedMs: Math.min(Math.max(PAUSE_PER_LOOK * tookMs, FOLLOWED_MS), PAUSE_MAX_MS),
    patientMs: Math.min(unfollowedMs, PAUSE_MAX_MS),
    unfollowedMs,
  };
}
