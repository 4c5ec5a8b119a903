import { expect, it, vi } from 'vitest';
import { progressBar } from './progress-bar.ts';

/** A terminal, or a pipe, that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { written, stream: { isTTY, write } as unknown as NodeJS.WriteStream };
}

/** A clock that shows one time after the other, the last one for ever. */
function clock(...times: readonly number[]) {
  const left = [...times];
  return () => (left.length > 1 ? left.shift() : left[0]) ?? 0;
}

it('draws on a terminal, and takes the line away', () => {
  const terminal = stream(true);
  const bar = progressBar(terminal.stream, clock(0, 1000));
  bar.draw('reading', 5, 10);
  bar.clear();
  bar.clear();
  expect(terminal.written).toEqual([
    `\r\x1b[Kreading [${'#'.repeat(15)}${'.'.repeat(15)}] 50 %`,
    '\r\x1b[K',
  ]);
});

it('draws nothing of what took no second, and no more than ten times a second', () => {
  const terminal = stream(true);
  const bar = progressBar(terminal.stream, clock(5000, 5999, 6000, 6099, 6100));
  for (const done of [1, 2, 3, 4]) bar.draw('reading', done, 4);
  expect(terminal.written.map((line) => line.replace(/^.*\] /su, ''))).toEqual(['50 %', '100 %']);
});

it('writes nothing where nobody looks', () => {
  const pipe = stream(false);
  const bar = progressBar(pipe.stream, clock(0, 1000));
  bar.draw('reading', 5, 10);
  bar.clear();
  expect(pipe.written).toEqual([]);
});

it('tells how long it waits, and gives what it waited for', async () => {
  vi.useFakeTimers();
  const terminal = stream(true);
  const bar = progressBar(terminal.stream, Date.now);
  const done = bar.during('verifying', new Promise((resolve) => setTimeout(resolve, 2500, 'yes')));
  await vi.advanceTimersByTimeAsync(2500);
  expect(await done).toBe('yes');
  expect(terminal.written).toEqual([
    '\r\x1b[Kverifying, 1 s',
    '\r\x1b[Kverifying, 2 s',
    '\r\x1b[K',
  ]);
  vi.useRealTimers();
});
