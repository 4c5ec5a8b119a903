/** What an executor that was told to stop still waits for. */
import type { Ledger } from './ledger.ts';

/** Milliseconds that an answer may take from the moment on at which the executor is told to stop. */
const STOP_MS = 3000;

/** The ledger, asked no longer than a moment once the signal aborts. */
export function patient(ledger: Ledger, signal: AbortSignal): Ledger {
  return {
    ...ledger,
    bootPosition: () => untilStopped(ledger.bootPosition(), signal),
    lease: () => untilStopped(ledger.lease(), signal),
    report: (reports, more) => untilStopped(ledger.report(reports, more), signal),
  };
}

/** @throws Error when nothing is answered in time */
async function untilStopped<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const stop = () => {
      const message = 'stopped; the service does not answer, so it was not told all that was done';
      timer = setTimeout(() => reject(new Error(message)), STOP_MS);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    over.abort();
    clearTimeout(timer);
  }
}
