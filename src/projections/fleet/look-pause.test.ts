import { describe, expect, it } from 'vitest';
import { PAUSE_MAX_MS, pauseAfterLook } from './look-pause.ts';

const LOOKS_MS = [0, 1, 12.4, 13, 27, 53, 100, 250, 350, 1000, 60_000];

describe('the pause after a look', () => {
  it.each([
    [5, true, { followedMs: 50, patientMs: 500, unfollowedMs: 500 }],
    [5, false, { followedMs: 50, patientMs: 500, unfollowedMs: 500 }],
    [40, false, { followedMs: 160, patientMs: 500, unfollowedMs: 500 }],
    // Logs grow: the database is left to who writes.
    [40, true, { followedMs: 160, patientMs: 760, unfollowedMs: 760 }],
    [400, true, { followedMs: 1000, patientMs: 1000, unfollowedMs: 7600 }],
  ])('after %d ms, growing: %s', (tookMs, isGrowing, pause) => {
    expect(pauseAfterLook(tookMs, isGrowing)).toEqual(pause);
  });

  it.each(LOOKS_MS)('is never longer than promised to who waits (%d ms)', (tookMs) => {
    for (const isGrowing of [false, true]) {
      const { followedMs, patientMs, unfollowedMs } = pauseAfterLook(tookMs, isGrowing);
      expect(followedMs).toBeLessThanOrEqual(patientMs);
      expect(patientMs).toBeLessThanOrEqual(Math.min(unfollowedMs, PAUSE_MAX_MS));
    }
  });
});
