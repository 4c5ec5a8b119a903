import { constants, PerformanceObserver } from 'node:perf_hooks';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectYoungGarbage, whenAtRest } from './at-rest.ts';

describe('when the process is at rest', () => {
  /** Microseconds of the processor that the process took so far. */
  let used = 0;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    vi.spyOn(process, 'cpuUsage').mockImplementation((before) => ({
      user: used - (before?.user ?? 0),
      system: 0,
    }));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  function pass(seconds: number, { busy }: { readonly busy: boolean }): void {
    for (let i = 0; i < seconds; i += 5) {
      used += busy ? 400_000 : 40_000;
      vi.advanceTimersByTime(5000);
    }
  }

  it('gives memory back at two looks, and again each minute', () => {
    const giveBack = vi.fn();
    whenAtRest(giveBack);
    pass(10, { busy: false });
    expect(giveBack).toHaveBeenCalledTimes(2);
    pass(50, { busy: false });
    expect(giveBack).toHaveBeenCalledTimes(2);
    pass(10, { busy: false });
    expect(giveBack).toHaveBeenCalledTimes(4);
  });

  it('gives nothing back while it works, and does so when the work is done', () => {
    const giveBack = vi.fn();
    whenAtRest(giveBack);
    pass(120, { busy: true });
    expect(giveBack).not.toHaveBeenCalled();
    pass(5, { busy: false });
    expect(giveBack).toHaveBeenCalledTimes(1);
  });

  it('gives nothing back after its end', () => {
    const giveBack = vi.fn();
    whenAtRest(giveBack)();
    pass(60, { busy: false });
    expect(giveBack).not.toHaveBeenCalled();
  });
});

/** What an entry about a collection says of it. */
interface Detail {
  readonly kind?: number;
}

it('collects young garbage alone, and leaves nobody a way to collect', async () => {
  const kinds = await new Promise<(number | undefined)[]>((resolve) => {
    const observer = new PerformanceObserver((list) => {
      observer.disconnect();
      resolve(
        list.getEntries().map((entry) => (entry as unknown as { detail: Detail }).detail.kind),
      );
    });
    observer.observe({ entryTypes: ['gc'] });
    collectYoungGarbage();
  });
  expect(kinds).toContain(constants.NODE_PERFORMANCE_GC_MINOR);
  expect(kinds).not.toContain(constants.NODE_PERFORMANCE_GC_MAJOR);
  expect(runInNewContext('typeof gc')).toBe('undefined');
});
