// The ways to a server that an address may name beside plain TCP: TLS, which is also given up when it
// falls silent, and a Unix socket.

import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { needs } from '../support/needs.ts';
import { type PostgresServer, serverIdentity, startPostgres } from '../support/postgres.ts';
import { startProxy } from '../support/tcp-proxy.ts';

async function withDatabase(url: string, work: (database: Database) => Promise<void>) {
  const database = openPostgres({ url });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

describe.skipIf(!needs('postgresql-programs').ok)('a server is reached', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-tls-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  let server: PostgresServer;
  let socketFolder: string;

  beforeAll(async () => {
    server = await startPostgres();
    const request = ['req', '-new', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const { uid, gid } = serverIdentity();
    if (uid !== undefined) for (const path of [folder, key, certificate]) chownSync(path, uid, gid);
    const sql = postgres(server.url, { max: 1 });
    await sql.unsafe(`alter system set ssl_cert_file = '${certificate}'`);
    await sql.unsafe(`alter system set ssl_key_file = '${key}'`);
    await sql.unsafe('alter system set ssl = on');
    await sql.unsafe('select pg_reload_conf()');
    const [row] = await sql.unsafe<[{ folder: string }]>(
      `select current_setting('unix_socket_directories') as folder`,
    );
    socketFolder = row.folder;
    await sql.end();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('by TLS, and left when it falls silent', { timeout: 60_000 }, async () => {
    const proxy = await startProxy(server.url);
    await withDatabase(`${proxy.url(server.url)}?sslmode=require`, async (database) => {
      const isEncrypted = async () => {
        const [row] = await database
          .query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
          .catch(() => []);
        return row?.ssl === true;
      };
      // The server may still be reading its new configuration.
      await expect.poll(isEncrypted).toBe(true);
      proxy.fallSilent();
      await expect(database.query('select 1')).rejects.toThrow('was given up');
      proxy.mend();
      await expect.poll(isEncrypted).toBe(true);
    });
    await proxy.close();
  });

  it('by TLS only with a certificate that holds, where that is asked for', async () => {
    await withDatabase(`${server.url}?sslmode=verify-full`, async (database) => {
      await expect(database.query('select 1')).rejects.toThrow(/certificate/);
    });
  });

  it('by a Unix socket', async () => {
    const { username, password, port } = new URL(server.url);
    const login = `${username}:${password}`;
    const url = `postgresql://${login}@${encodeURIComponent(socketFolder)}:${port}/postgres`;
    await withDatabase(url, async (database) => {
      expect(await database.query('select inet_client_addr() is null as local')).toEqual([
        { local: true },
      ]);
    });
  });
});
