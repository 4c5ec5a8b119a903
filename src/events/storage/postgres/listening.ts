/** A connection of its own that listens on a channel, and is opened again whenever it is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Open } from './opening.ts';
import { KEEPALIVE_S } from './time-limits.ts';

/** The pause before a lost connection is opened again, in milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Listens on a channel until it is stopped. It misses notifications while the connection is down.
 *
 * @returns once the first attempt succeeded or failed: what stops it
 */
export async function listen(
  open: Open,
  channel: string,
  wake: (payload: string) => void,
): Promise<() => Promise<void>> {
  const over = new AbortController();
  const { signal } = over;
  const pause = (ms: number) => delay(ms, undefined, { signal, ref: false }).catch(() => undefined);

  let listening: Promise<void> | undefined;
  await new Promise<void>((tried) => {
    listening = (async () => {
      while (!signal.aborted) {
        await hear(open, { channel, wake, signal, pause, onTried: tried }).catch(() => tried());
        await pause(PAUSE_MS);
      }
    })();
  });
  return async () => {
    over.abort(new Error('nobody listens any more'));
    await listening;
  };
}

interface Hearing {
  readonly channel: string;
  readonly wake: (payload: string) => void;
  readonly signal: AbortSignal;
  readonly pause: (ms: number) => Promise<unknown>;
  /** Called once it listens. */
  readonly onTried: () => void;
}

/** Listens on one connection until it is lost, or nobody listens any more. */
async function hear(open: Open, { channel, wake, signal, pause, onTried }: Hearing) {
  const connection = await open(signal, { onNotify: wake });
  try {
    await connection.query(`listen "${channel}"`);
    onTried();
    // A connection that only listens would not notice silence.
    while (!signal.aborted) {
      await connection.query('select');
      await pause(KEEPALIVE_S * 1000);
    }
  } finally {
    connection.destroy(signal.reason);
  }
}
