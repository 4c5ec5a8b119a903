// A database of its own for a test file, on the server that all tests share or on the one that
// BPFLEDGER_TEST_DATABASE_URL names. Guard the suite with needs('postgresql').

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import postgres from 'postgres';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** The server's URL; the first call of a run starts the server. */
export async function postgresUrl(): Promise<string> {
  const given = process.env.BPFLEDGER_TEST_DATABASE_URL;
  if (given) return given;
  const answer = await text(connect(inject('postgresDesk')));
  if (!answer.startsWith('postgres://')) throw new Error(answer || 'the server was not started');
  return answer;
}

export async function createDatabase(): Promise<TestDatabase> {
  const server = await postgresUrl();
  const name = `bpfledger_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
