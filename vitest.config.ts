import { defineConfig } from 'vitest/config';
import { isThere } from './test/support/needs.ts';

// `unit` is the fast half that every check runs. `full` is the rest: it may start servers, read the
// database and talk to the kernel, and says which of them is missing (test/support/needs.ts).
// `api-on-postgresql` is the API's part of it once more: what a pool of connections does otherwise
// than the one of PGlite is told here. `kernel` comes last, one file after the other: two that act on
// one kernel would see each other's ids.
const fast = ['src/**/*.test.ts', 'test/spec/**/*.test.ts', 'test/house/**/*.test.ts'];
// These start processes and databases of both kinds themselves.
const ownDatabases = ['test/api/durability.test.ts', 'test/api/stale-projections.test.ts'];

const onKernel = ['test/kernel/**/*.test.ts'];

// What comes some time is waited for as long as it takes on a slow machine with much else to do.
const patient = { testTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

const servers = {
  ...patient,
  exclude: ['**/node_modules/**', ...fast],
  globalSetup: ['test/support/built.ts', 'test/support/postgres-for-all.ts'],
  hookTimeout: 120_000,
};

const apiOnPostgresql = {
  test: {
    ...servers,
    name: 'api-on-postgresql',
    include: ['test/api/**/*.test.ts'],
    exclude: [...servers.exclude, ...ownDatabases],
    env: { BPFLEDGER_TEST_API_ON: 'postgresql' },
  },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // These keep nothing in modules, so they load each module once: a third less time. Threads
      // take a sixth less of the processor than processes.
      { test: { ...patient, name: 'unit', include: fast, isolate: false, pool: 'threads' } },
      {
        test: {
          ...servers,
          name: 'full',
          include: ['test/**/*.test.ts'],
          exclude: [...servers.exclude, ...onKernel],
        },
      },
      // Where it is missing, the tests of the stores say so, or fail.
      ...(isThere('postgresql') ? [apiOnPostgresql] : []),
      {
        test: {
          ...servers,
          name: 'kernel',
          include: onKernel,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
