import { describe, expect, it } from 'vitest';
import { PAUSE_MAX_MS, pauseAfterLook } from './look-pause.ts';

const LOOKS_MS = [0, 1, 12.4, 13, 27, 53, 100, 250, 350, 1000, 60_000];

describe('the pause after a look', () => {
  it('is a twentieth of a second or half a second after a short look', () => {
    expect(pauseAfterLook(5, true)).toEqual({ followedMs: 50, unfollowedMs: 500 });
    expect(pauseAfterLook(5, false)).toEqual({ followedMs: 50, unfollowedMs: 500 });
  });

  it('leaves the database to who writes after a longer one', () => {
    expect(pauseAfterLook(40, true)).toEqual({ followedMs: 160, unfollowedMs: 760 });
    expect(pauseAfterLook(40, false)).toEqual({ followedMs: 160, unfollowedMs: 500 });
  });

  it.each(LOOKS_MS)('is never longer than promised (%d ms)', (tookMs) => {
    for (const isGrowing of [false, true]) {
      const { followedMs, unfollowedMs } = pauseAfterLook(tookMs, isGrowing);
      expect(followedMs).toBeLessThanOrEqual(unfollowedMs);
      expect(unfollowedMs).toBeLessThanOrEqual(PAUSE_MAX_MS);
    }
  });
});
