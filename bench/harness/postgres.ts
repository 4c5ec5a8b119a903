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
  /** What `select version()` says, shortened. */
  readonly version: string;
  /** The URL of a database, which is made when it is not there. */
  databaseUrl(name: string): Promise<string>;
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
  const bin = findInstalled();
  const server = await startPostgres();
  return serverOf(bin, server.url, () => server.stop());
}

/** A server that somebody else started, and stops. */
export function sharedBenchPostgres(url: string): Promise<BenchPostgres> {
  return serverOf(findInstalled(), url, async () => undefined);
}

function findInstalled(): string {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('benchmarks need a PostgreSQL server: install postgresql');
  return bin;
}

async function serverOf(
  bin: string,
  serverUrl: string,
  stop: () => Promise<void>,
): Promise<BenchPostgres> {
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
    const { stdout } = await run(join(bin, name), args, { env, maxBuffer: 1 << 26 });
    return stdout;
  }

  const psql = (url: string, sql: string) => tool('psql', url, ['-XqAt', '-c', sql]);
  const urlOf = (name: string) => {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  const createDatabase = async (name: string) => {
    await psql(serverUrl, `create database "${name}"`);
    return urlOf(name);
  };
  const version = (await psql(serverUrl, 'show server_version')).trim();
  return {
    url: serverUrl,
    version,
    psql,
    tool,
    async databaseUrl(name) {
      const found = await psql(serverUrl, `select 1 from pg_database where datname = '${name}'`);
      return found === '' ? createDatabase(name) : urlOf(name);
    },
    createDatabase,
    stop,
  };
}
