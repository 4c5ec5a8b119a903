// A primary and its asynchronous standby, behind one front that the services connect to. Between the
// two is a network that can be lost: the standby then takes over without the last commits.

import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { backUp, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { startFront } from '../support/tcp-front.ts';
import { startProxy } from '../support/tcp-proxy.ts';

export interface AsynchronousPair {
  /** Of whichever of the two the front leads to. */
  readonly url: string;
  /** Waits until the standby has what the primary has; later commits do not reach it. */
  cutOff(): Promise<void>;
  /** Kills the primary as a loss of its machine does, and promotes the standby. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

export async function startAsynchronousPair(): Promise<AsynchronousPair> {
  const primary = await startPostgres();
  const network = await startProxy(primary.url);
  const copy = backUp(primary.url, ['--write-recovery-conf']);
  const { port, username, password } = new URL(network.url(primary.url));
  const between = `host=127.0.0.1 port=${port} user=${username} password=${password}`;
  const standby = await copy.start([`primary_conninfo=${between}`]);
  const front = await startFront();
  front.passTo(primary.url);
  const url = new URL(primary.url);
  url.port = new URL(front.url).port;

  return {
    url: url.href,
    async cutOff() {
      const { end } = await ask<{ end: string }>(
        primary,
        'select pg_current_wal_flush_lsn() as end',
      );
      const caughtUp = `select coalesce(pg_last_wal_replay_lsn() >= '${end}', false) as is`;
      while (!(await ask<{ is: boolean }>(standby, caughtUp)).is) await sleep(20);
      network.fallSilent();
    },
    async failOver() {
      process.kill(primary.pid, 'SIGKILL');
      await ask(standby, 'select pg_promote()');
      front.cut();
      front.passTo(standby.url);
    },
    async stop() {
      await front.close();
      await network.close();
      await standby.stop();
      await primary.stop();
    },
  };
}

async function ask<Row>(server: PostgresServer, statement: string): Promise<Row> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  try {
    const [row] = await sql.unsafe(statement);
    return row as Row;
  } finally {
    await sql.end();
  }
}
