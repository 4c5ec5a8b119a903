import { expect, it } from 'vitest';
import { progressBar } from './progress-bar.ts';

/** A terminal, or a pipe, that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { written, stream: { isTTY, write } as unknown as NodeJS.WriteStream };
}

it('draws on a terminal, and takes the line away', () => {
  const terminal = stream(true);
  const bar = progressBar(terminal.stream);
  bar.draw('reading', 5, 10);
  bar.clear();
  expect(terminal.written).toEqual([
    `\r\x1b[Kreading [${'#'.repeat(15)}${'.'.repeat(15)}] 50 %`,
    '\r\x1b[K',
  ]);
});

it('writes nothing where nobody looks', () => {
  const pipe = stream(false);
  const bar = progressBar(pipe.stream);
  bar.draw('reading', 5, 10);
  bar.clear();
  expect(pipe.written).toEqual([]);
});
