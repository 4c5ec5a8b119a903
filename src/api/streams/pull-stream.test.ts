import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pullStream } from './pull-stream.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => vi.useRealTimers());

/** A stream asks its source a moment after it is read. */
const waitUntilAsked = () => new Promise((resolve) => setImmediate(resolve));

/** A source that yields a text on demand. */
function source() {
  let answer: ((result: IteratorResult<string, undefined>) => void) | undefined;
  let fail: ((error: Error) => void) | undefined;
  const seen = { ended: false };
  return {
    seen,
    async say(value: string) {
      await waitUntilAsked();
      answer?.({ done: false, value });
    },
    async break() {
      await waitUntilAsked();
      fail?.(new Error('broken'));
    },
    next: () =>
      new Promise<IteratorResult<string, undefined>>((resolve, reject) => {
        answer = resolve;
        fail = reject;
      }),
    async return() {
      seen.ended = true;
      return { done: true as const, value: undefined };
    },
  };
}

const LIMITS = { unreadMs: 4000, mayGoOn: () => true, heartbeat: { ms: 1000, text: 'beat' } };

const textOf = async (read: Promise<{ value?: Uint8Array }>) =>
  Buffer.from((await read).value ?? []);

describe('a pulled body', () => {
  it('sends a heartbeat to a waiting reader, and then what comes', async () => {
    const from = source();
    const reader = pullStream(from, LIMITS).getReader();
    const beat = reader.read();
    await vi.advanceTimersByTimeAsync(1500);
    expect((await textOf(beat)).toString()).toBe('beat');
    const piece = reader.read();
    await from.say('piece');
    expect((await textOf(piece)).toString()).toBe('piece');
    expect(from.seen.ended).toBe(false);
  });

  it('is silent while something came lately', async () => {
    const from = source();
    const reader = pullStream(from, LIMITS).getReader();
    for (const text of ['a', 'b', 'c', 'd']) {
      const read = reader.read();
      await vi.advanceTimersByTimeAsync(600);
      await from.say(text);
      expect((await textOf(read)).toString()).toBe(text);
    }
  });

  it('ends the source when nobody reads', async () => {
    const from = source();
    const reader = pullStream(from, LIMITS).getReader();
    const read = reader.read();
    await from.say('taken');
    await read;
    await vi.advanceTimersByTimeAsync(3000);
    expect(from.seen.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(from.seen.ended).toBe(true);
    await expect(reader.read()).rejects.toThrow('not read for 4000 ms');
  });

  it('keeps no more than one heartbeat for a reader that stopped', async () => {
    const from = source();
    const reader = pullStream(from, LIMITS).getReader();
    void reader.read();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(from.seen.ended).toBe(true);
    await expect(reader.read()).rejects.toThrow('not read');
  });

  it.each(['leaves', 'is failed'])('ends the source when the reader %s', async (why) => {
    const from = source();
    const reader = pullStream(from, LIMITS).getReader();
    const read = reader.read();
    if (why === 'leaves') {
      await reader.cancel();
      expect(await read).toMatchObject({ done: true });
    } else {
      const failed = expect(read).rejects.toThrow('broken');
      await from.break();
      await failed;
    }
    expect(from.seen.ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
