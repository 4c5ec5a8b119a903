import { expect, it } from 'vitest';
import { spareText } from './spare-text.ts';
import { parseSpokenMoment } from './spoken-moment.ts';

/** A time of the day of `NOW`, in the time zone of the test. */
const NOW = new Date(2026, 2, 25, 12);
const at = (day: number, milliseconds: number) =>
  new Date(2026, 2, day, 6, 57, 46, milliseconds).toISOString();

it.each([
  [
    `18 at ${at(25, 640)} by runc[4] prog_attach (local)`,
    '18 at 06:57:46.64 by runc[4] prog_attach',
  ],
  [`18 at ${at(25, 0)} by runc[4]`, '18 at 06:57:46 by runc[4]'],
  [`from ${at(24, 1)}, still open`, 'from 2026-03-24 06:57:46.001, still open'],
  [
    'attached at 7 by systemd[2] (local), then removed',
    'attached at 7 by systemd[2], then removed',
  ],
  ['attached by runc[4] (token:ci)', 'attached by runc[4] (token:ci)'],
  ['/a (local)/b runs nothing', '/a (local)/b runs nothing'],
])('%s', (line, spared) => {
  expect(spareText(line, NOW)).toBe(spared);
});

it('keeps microseconds that say something', () => {
  const text = at(25, 640).replace('.640Z', '.640559Z');
  expect(spareText(text, NOW)).toBe('06:57:46.640559');
});

it('a time that is shown may be typed', () => {
  expect(parseSpokenMoment(spareText(at(24, 0), NOW), NOW)).toBe(at(24, 0));
  expect(parseSpokenMoment(spareText(at(25, 640), NOW), NOW)).toBe(at(25, 640));
});
