// How long the service takes at most while its database is silent: what docs/postgresql.md states, in
// milliseconds. `silence.test.ts` compares the two.

export const BOUNDS = { read: 30_000, write: 60_000, readyz: 10_000, end: 40_000 } as const;
