import { defineConfig } from 'vitest/config';

// `unit` is the fast half that every check runs. `full` is the rest: it may start servers, read the
// database and talk to the kernel, and says which of them is missing (test/support/needs.ts).
const fast = ['src/**/*.test.ts', 'test/spec/**/*.test.ts', 'test/house/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: fast } },
      {
        test: {
          name: 'full',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...fast],
          globalSetup: 'test/support/postgres-for-all.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
