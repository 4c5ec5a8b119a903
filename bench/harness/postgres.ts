/**
 * The PostgreSQL server that a run of benchmarks shares by all contenders: a data directory of its
 * own and the server's defaults, so fsync and synchronous_commit are on.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres, startPostgres } from '../../test/support/postgres.ts';

const run = promisify(execFile);

export interface BenchPostgres {
  /** The server's own database. */
  readonly url: string;
  readonly pid: number;
  /** What `select version()` says, shortened. */
  readonly version: string;
  /** Makes an empty database and gives its URL. */
  createDatabase(name: string): Promise<string>;
  /** Runs SQL by psql and gives what it prints, unaligned. */
  psql(url: string, sql: string): Promise<string>;
  /** Runs a program of PostgreSQL's own, such as pgbench, on a database. */
  tool(name: string, url: string, args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server. Throws when none is installed. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('benchmarks need a PostgreSQL server: install postgresql');
  const server = await startPostgres();

  async function tool(name: string, url: string, args: readonly string[]): Promise<string> {
    const { hostname, port, username, password, pathname } = new URL(url);
    const env = {
      ...process.env,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: password,
      PGDATABASE: pathname.slice(1),
    };
    const { stdout } = await run(join(bin as string, name), args, { env, maxBuffer: 1 << 26 });
    return stdout;
  }

  const psql = (url: string, sql: string) => tool('psql', url, ['-XqAt', '-c', sql]);
  const version = (await psql(server.url, 'show server_version')).trim();
  return {
    url: server.url,
    pid: server.pid,
    version,
    psql,
    tool,
    async createDatabase(name) {
      await psql(server.url, `create database "${name}"`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: () => server.stop(),
  };
}
