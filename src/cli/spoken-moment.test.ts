import { describe, expect, it } from 'vitest';
import { parseSpokenMoment } from './spoken-moment.ts';

/** 28 November 2026, 09:30:00, wherever this runs. */
const NOW = new Date(2026, 10, 28, 9, 30);

describe('a moment as people say it', () => {
  it.each([
    ['03:12', new Date(2026, 10, 28, 3, 12)],
    ['03:12:45', new Date(2026, 10, 28, 3, 12, 45)],
    ['09:30', new Date(2026, 10, 28, 9, 30)],
    ['today 03:12', new Date(2026, 10, 28, 3, 12)],
    ['yesterday 14:00', new Date(2026, 10, 27, 14, 0)],
    ['2026-03-01 03:12', new Date(2026, 2, 1, 3, 12)],
    ['10m ago', new Date(2026, 10, 28, 9, 20)],
    ['90 s ago', new Date(2026, 10, 28, 9, 28, 30)],
    ['2h ago', new Date(2026, 10, 28, 7, 30)],
    ['3d ago', new Date(2026, 10, 25, 9, 30)],
  ])('%s', (text, time) => {
    expect(parseSpokenMoment(text, NOW)).toBe(time.toISOString());
  });

  it('is of yesterday when the clock has not shown it today', () => {
    expect(parseSpokenMoment('14:00', NOW)).toBe(new Date(2026, 10, 27, 14, 0).toISOString());
  });

  it.each([
    '42',
    'boot:2',
    '2026-11-28T03:12:00Z',
    '25:00',
    '3:12',
    '2026-02-31 03:12',
    'noon',
    '',
  ])('leaves %s to the service', (text) => {
    expect(parseSpokenMoment(text, NOW)).toBe(text);
  });
});
