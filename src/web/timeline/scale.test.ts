import { expect, it } from 'vitest';
import { move, scaleOf, showing, ticksOf, zoom } from './scale.ts';

const HEAD = 10_000_000;
const LOG = { from: 1, to: HEAD };

it('finds each position where it was drawn', () => {
  const scale = scaleOf({ from: 11, to: 30 }, 400);
  for (let position = 11; position <= 30; position++) {
    expect(scale.positionAt(scale.middle(position))).toBe(position);
    expect(scale.positionAt(scale.leftEdge(position) + 0.01)).toBe(position);
  }
  expect([scale.positionAt(-50), scale.positionAt(1e6)]).toEqual([11, 30]);
});

it('stays within the log, however it is zoomed and moved', () => {
  let span = { from: 1, to: HEAD };
  for (let i = 0; i < 80; i++) {
    span = zoom(span, LOG, (i * 7_919_000) % HEAD, i % 3 === 0 ? 2 : 0.4);
    span = move(span, LOG, i % 2 === 0 ? -1e7 : 333_333);
    expect(span.from).toBeGreaterThanOrEqual(1);
    expect(span.to).toBeLessThanOrEqual(HEAD);
    expect(span.to - span.from).toBeGreaterThanOrEqual(7);
  }
  expect(zoom({ from: 1, to: 5 }, { from: 1, to: 5 }, 3, 0.5)).toEqual({ from: 1, to: 5 });
});

it('zooms around the position under the pointer', () => {
  const span = { from: 1001, to: 2000 };
  const next = zoom(span, LOG, 1500, 0.5);
  const share = (of: typeof span) => (1500 - of.from) / (of.to - of.from + 1);
  expect(share(next)).toBeCloseTo(share(span), 2);
});

it('moves only as far as a position needs', () => {
  const span = { from: 100, to: 199 };
  expect(showing(span, LOG, 150)).toBe(span);
  const next = showing(span, LOG, 1);
  expect(next).toEqual({ from: 1, to: 100 });
  expect(showing(span, { from: 1, to: 250 }, 250)).toEqual({ from: 151, to: 250 });
  // A log that was cut begins later.
  expect(showing(span, { from: 90, to: 250 }, 90)).toEqual({ from: 90, to: 189 });
  expect(zoom(span, { from: 90, to: 250 }, 150, 100)).toEqual({ from: 90, to: 250 });
});

it('labels round positions, about as many as there is room for', () => {
  for (const span of [
    { from: 1, to: 45 },
    { from: 499_900, to: 500_100 },
    { from: 1, to: HEAD },
  ]) {
    const ticks = ticksOf(span, 10);
    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.length).toBeLessThan(16);
    expect(ticks.every((tick) => tick >= span.from && tick <= span.to)).toBe(true);
  }
});
