// Global setup of the `full` tests: one PostgreSQL server for the whole run, started when the first
// test file asks for it (test/support/database.ts) and stopped after the last.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A socket that answers every connection with the URL of the server, or with `error: why`. */
    readonly postgresDesk: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-desk-'));
  let server: Promise<PostgresServer> | undefined;
  const desk = createServer((asker) => {
    asker.on('error', () => undefined);
    server ??= startPostgres();
    server.then(
      ({ url }) => asker.end(url),
      (error) => asker.end(`error: ${String(error)}`),
    );
  });
  desk.listen(join(folder, 'desk'));
  await once(desk, 'listening');
  project.provide('postgresDesk', join(folder, 'desk'));

  return async () => {
    desk.close();
    await (await server?.catch(() => undefined))?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
