import { describe, expect, it } from 'vitest';
import { inOnePiece, inTurns, mapInTurns, type Pausing, sortInTurns, turn } from './turns.ts';

/** Work that takes several pieces, and records each step. */
function* long(steps: number, tell: (step: number) => void): Pausing<string> {
  for (let step = 1; step <= steps; step++) {
    const end = performance.now() + 10;
    while (performance.now() < end);
    tell(step);
    yield;
  }
  return 'done';
}

/** Turns that the loop has made since; a timer of none is due in each. */
function turnsOfTheLoop() {
  const seen = { turns: 0, on: true };
  const count = () => {
    seen.turns++;
    if (seen.on) setImmediate(count);
  };
  setImmediate(count);
  return seen;
}

describe('work in turns', () => {
  it('gives what it gives in one piece', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => i);
    const work = () => mapInTurns(rows, (row) => row * 2);
    expect(await inTurns(work())).toEqual(inOnePiece(work()));
    expect(inOnePiece(work())).toEqual(rows.map((row) => row * 2));
  });

  it.each([0, 1, 511, 512, 513, 5000])('sorts %i rows as they are sorted in one piece', (count) => {
    const rows = Array.from({ length: count }, (_, i) => ({ i, key: (i * 7919) % 97 }));
    const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
    expect(inOnePiece(sortInTurns(rows, byKey))).toEqual([...rows].sort(byKey));
  });

  it('lets the loop turn between two pieces, however many work', async () => {
    const loop = turnsOfTheLoop();
    const pieces: number[] = [];
    const works = Array.from({ length: 5 }, () => inTurns(long(4, () => pieces.push(loop.turns))));
    expect(await Promise.all(works)).toEqual(Array(5).fill('done'));
    loop.on = false;
    expect(pieces).toHaveLength(20);
    expect(new Set(pieces).size).toBe(20);
  });

  it('goes round: nobody has a second turn before all had one', async () => {
    const order: string[] = [];
    const works = ['a', 'b', 'c'].map((name) => inTurns(long(3, (n) => order.push(`${name}${n}`))));
    await Promise.all(works);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3']);
  });

  it('ends when it is not wanted any more', async () => {
    const stop = new AbortController();
    const steps: number[] = [];
    const work = inTurns(
      long(100, (step) => {
        steps.push(step);
        if (step === 2) stop.abort(new Error('left'));
      }),
      stop.signal,
    );
    await expect(work).rejects.toThrow('left');
    expect(steps).toEqual([1, 2]);
  });

  it('comes after what has arrived', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('arrived'));
    await turn();
    order.push('turn');
    expect(order).toEqual(['arrived', 'turn']);
  });
});
