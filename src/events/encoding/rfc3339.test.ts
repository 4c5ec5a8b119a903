import { expect, it } from 'vitest';
import { isDay, microsOf, rfc3339, timeFault } from './rfc3339.ts';

it.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00.000001Z', 1],
  ['1970-01-01t01:00:00+01:00', 0],
  ['2026-03-25T06:57:46.641022Z', 1_774_421_866_641_022],
  ['2026-03-25T06:57:46.6410229Z', 1_774_421_866_641_022],
  ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
  ['2025-02-29T00:00:00Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-03-25T25:00:00Z', undefined],
  ['2026-03-25T06:57:46', undefined],
  ['2026-03-25', undefined],
  ['1774421866', undefined],
])('%s is %s', (text, micros) => expect(microsOf(text)).toBe(micros));

it('text and number are each other', () => {
  for (const micros of [0, 1, 999_999, 1_000_000, 1_774_421_866_641_022, 4_102_444_799_999_999]) {
    expect(microsOf(rfc3339(micros))).toBe(micros);
  }
});

it.each([
  ['2024-02-29', true],
  ['2025-02-29', false],
  ['2026-04-31', false],
  ['2026-00-01', false],
  ['someday', false],
])('%s is a day: %s', (text, is) => expect(isDay(text)).toBe(is));

it.each([
  ['2024-02-29T00:00:00Z', undefined],
  ['noon', undefined],
  ['2026-02-30T00:00:00Z', '2026-02-30 is not a day of the calendar'],
  ['2026-03-25T23:60:00Z', 'hours end at 23, minutes and seconds at 59, offsets at 23:59'],
  ['1969-12-31T23:59:59Z', 'must not be before 1970'],
  [
    '2026-01-01T00:00:00 01:00',
    'has a space before its offset: in a query write %2B for +, or give the time in UTC, which ends in Z',
  ],
])('the fault of the time %s: %s', (text, fault) => expect(timeFault(text)).toBe(fault));
