import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FairQueue } from './fair-queue.ts';

// Who took how long decides, so the time is one in which nothing else happens.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => vi.useRealTimers());

/** Waits for all, while time passes. */
async function settleAll(all: readonly Promise<unknown>[]): Promise<void> {
  let isOver = false;
  const over = Promise.all(all).finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) await vi.advanceTimersByTimeAsync(1);
  await over;
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A connection: what it is asked is done one after the other. */
function connection() {
  const done: string[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  const work = (name: string, ms: number) => () => {
    const working = turn.then(() => delay(ms)).then(() => done.push(name));
    turn = working;
    return working;
  };
  return { done, work };
}

it('lets kinds take turns by the time that they used, and keeps the order of each', async () => {
  const queue = new FairQueue();
  const { done, work } = connection();
  const all = Array.from({ length: 20 }, (_, i) => queue.run('page', work(`page ${i}`, 10)));
  for (let i = 0; i < 5; i++) all.push(queue.run('write', work(`write ${i}`, 1)));
  await settleAll(all);
  expect(done.filter((name) => name.startsWith('page'))).toEqual(
    Array.from({ length: 20 }, (_, i) => `page ${i}`),
  );
  // Two pages were under way when the writes came, and each write takes a tenth of a page.
  expect(done.indexOf('write 4')).toBeLessThan(10);
});

it('starves nobody: a kind that has used much goes on between short ones that keep coming', async () => {
  const queue = new FairQueue();
  const { done, work } = connection();
  const pages = Array.from({ length: 5 }, (_, i) => queue.run('page', work(`page ${i}`, 5)));
  let isOver = false;
  const writer = async () => {
    while (!isOver) await queue.run('write', work('write', 1));
  };
  const writers = [writer(), writer(), writer()];
  await settleAll(pages);
  isOver = true;
  await settleAll(writers);
  expect(done.filter((name) => name.startsWith('page'))).toHaveLength(5);
});

it('does what wants to be alone alone, also after one that failed', async () => {
  const queue = new FairQueue();
  let inside = 0;
  const most: number[] = [];
  const work = async () => {
    most.push(++inside);
    await delay(2);
    inside--;
  };
  const failing = queue.runAlone('transaction', () => Promise.reject(new Error('no')));
  const all = [
    queue.run('a', work),
    queue.run('b', work),
    queue.runAlone('transaction', async () => {
      await work();
      expect(most.at(-1)).toBe(1);
      expect(inside).toBe(0);
    }),
    queue.run('a', work),
    queue.run('b', work),
    queue.runAlone('transaction', work),
  ];
  await expect(failing).rejects.toThrow('no');
  await settleAll(all);
  expect(most).toHaveLength(6);
  expect(Math.max(...most)).toBe(2);
});
