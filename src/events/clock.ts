/** The clock of the log; a simulation has its own. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Microseconds since the epoch, a safe integer. */
  now(): number;
  /** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Math.trunc((performance.timeOrigin + performance.now()) * 1000),
  async sleep(ms, signal) {
    await delay(ms, undefined, { ref: false, ...(signal && { signal }) }).catch(() => undefined);
  },
};
