/** How long a stopping executor still waits for the service. */
import type { Ledger } from './ledger.ts';

/** Milliseconds that an answer may take after the signal to stop. */
const STOP_MS = 3000;

/** Limits the waits for a ledger's answers to a moment once the signal aborts. */
export function limitWaits(ledger: Ledger, signal: AbortSignal): Ledger {
  return {
    ...ledger,
    bootPosition: () => waitUntilStopped(ledger.bootPosition(), signal),
    lease: () => waitUntilStopped(ledger.lease(), signal),
    report: (reports, more) => waitUntilStopped(ledger.report(reports, more), signal),
  };
}

/** @throws Error when nothing is answered in time */
async function waitUntilStopped<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
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
    return await Promise.race([answer, late]);
  } finally {
    over.abort();
    clearTimeout(timer);
  }
}
