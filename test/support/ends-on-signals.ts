const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Makes a signal end this process as `process.exit` does: what its servers and services register for
 * its exit is done. A signal alone ends it without that, and leaves them running.
 */
export function endsOnSignals(): void {
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.once(signal, () => process.exit(128 + number));
  }
}
