// PgBouncer before a PostgreSQL server, on loopback, as a child that ends with the run.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, serverIdentity } from './postgres.ts';

export interface PgBouncer {
  /** The URL of the database behind it, by way of it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The program; Debian keeps it off the PATH of ordinary users. */
export function findPgbouncer(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, '/usr/sbin']
    .map((folder) => join(folder, 'pgbouncer'))
    .find((path) => existsSync(path));
}

/** Starts it before the database that a URL names; `settings` are lines of its configuration. */
export async function startPgbouncer(
  database: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<PgBouncer> {
  const program = findPgbouncer();
  if (program === undefined) throw new Error('PgBouncer is not installed');
  const { hostname, port, username, password } = new URL(database);
  const identity = serverIdentity();
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-pgbouncer-'));
  const own = await freePort();
  const users = join(folder, 'users');
  const file = join(folder, 'pgbouncer.ini');
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: own,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(users, `"${username}" "${password}"\n`, { mode: 0o600 });
  writeFileSync(
    file,
    `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\n${lines.join('')}`,
    { mode: 0o600 },
  );
  if (identity.uid !== undefined) {
    for (const path of [folder, users, file]) chownSync(path, identity.uid, identity.gid);
  }
  const child = spawn(program, [file], { ...identity, stdio: ['ignore', 'ignore', 'pipe'] });
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-10_000);
  });
  const exited = once(child, 'exit');
  const deadline = Date.now() + 20_000;
  while (!words.includes('process up') && child.exitCode === null && Date.now() < deadline) {
    await sleep(20);
  }
  if (!words.includes('process up')) {
    abandon();
    throw new Error(`PgBouncer did not start:\n${words}`);
  }
  const url = new URL(database);
  url.port = String(own);
  return {
    url: url.href,
    async stop() {
      process.off('exit', abandon);
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
