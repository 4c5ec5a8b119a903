import { describe, expect, it } from 'vitest';
import { RATED_CALLERS_MAX } from '../limits.ts';
import { Rates } from './rates.ts';

/** Rates under a clock that is set by hand. */
function ratesAt(limits: ConstructorParameters<typeof Rates>[0]) {
  const clock = { ms: 0 };
  return { clock, rates: new Rates(limits, () => clock.ms) };
}

describe('a rate', () => {
  it("lets a second's worth come together, and then one as each is due", () => {
    const { clock, rates } = ratesAt({ perSecond: 4 });
    for (let n = 0; n < 4; n++) rates.enter('a');
    expect(() => rates.enter('a')).toThrow('4 requests a second');
    clock.ms = 249;
    expect(() => rates.enter('a')).toThrow();
    clock.ms = 250;
    rates.enter('a');
    expect(() => rates.enter('a')).toThrow();
    clock.ms = 10_000;
    for (let n = 0; n < 4; n++) rates.enter('a');
    expect(() => rates.enter('a')).toThrow();
  });

  it('that is refused costs nothing', () => {
    const { clock, rates } = ratesAt({ perSecond: 1 });
    rates.enter('a');
    for (let n = 0; n < 100; n++) expect(() => rates.enter('a')).toThrow();
    clock.ms = 1000;
    rates.enter('a');
  });

  it('is counted for a bounded number of callers, whose latest are remembered', () => {
    const { clock, rates } = ratesAt({ perSecond: 1 });
    for (let n = 0; n < RATED_CALLERS_MAX - 1; n++) rates.enter(`old-${n}`);
    clock.ms = 1500;
    rates.enter('a');
    rates.enter('b');
    expect(() => rates.enter('a')).toThrow();
  });
});

it('a caller that was refused for its rate holds no place', () => {
  const { rates } = ratesAt({ perSecond: 1, concurrent: 2 });
  const leave = rates.enter('a');
  for (let n = 0; n < 5; n++) expect(() => rates.enter('a')).toThrow('a second');
  leave();
});

it('a place is free again when the request is answered', () => {
  const { rates } = ratesAt({ concurrent: 1 });
  const leave = rates.enter('a');
  expect(() => rates.enter('a')).toThrow('1 request of yours is under way');
  rates.enter('b');
  leave();
  rates.enter('a');
});

it('a caller may have limits of its own, each in the place of the one of all', () => {
  const { clock, rates } = ratesAt({ perSecond: 1, concurrent: 1 });
  const own = { perSecond: 3 };
  for (let n = 0; n < 3; n++) rates.enter('a', own)();
  expect(() => rates.enter('a', own)).toThrow('3 requests a second');
  rates.enter('b')();
  expect(() => rates.enter('b')).toThrow('1 request a second is');
  clock.ms = 5000;
  const leave = [rates.enter('c', { concurrent: 2, perSecond: 9 })];
  leave.push(rates.enter('c', { concurrent: 2, perSecond: 9 }));
  expect(() => rates.enter('c', { concurrent: 2, perSecond: 9 })).toThrow('2 requests of yours');
  rates.enter('d');
  expect(() => rates.enter('d', own)).toThrow('1 request of yours is');
});
