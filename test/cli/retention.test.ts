// `retention` as an operator types it: nothing goes before it is confirmed, and the rest is as before.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const PATIENCE = { timeout: 400_000 };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-retention-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = (...args: string[]) => bpfledger(args);

/** The demo's host, signed at its head, and one more event. Returns the position that was signed. */
async function sign({ url }: Serving): Promise<number> {
  const { out, err } = await command('checkpoint', 'demo', '--url', url, '--json');
  expect(err).toBe('');
  expect((await command('syscall', 'demo', 'mkdir', 'path=/later', '--url', url)).code).toBe(0);
  return (JSON.parse(out) as { position: number }).position;
}

describe('on the embedded database', () => {
  it('tells what would go, cuts when it is confirmed, and goes on', PATIENCE, async () => {
    const data = ['--data-dir', join(folder, 'data')];
    const service = await serving([...data, '--demo']);
    const position = await sign(service);
    await service.end('SIGTERM');

    const trim = (...args: string[]) => command('retention', 'trim', ...args, ...data);
    const cases = [
      [['demo'], 2, /retention trim needs a moment/],
      [['demo', '--before', 'soon'], 2, /--before soon is not a moment/],
      [['demo', '--before', '1', '--key', 'x'], 2, /--key x is not a key id/],
      [['nobody', '--before', '9'], 3, /data: there is no host nobody/],
      [['demo', '--before', '9000d ago'], 3, /demo begins after that moment: there is nothing/],
      [
        ['demo', '--before', '1'],
        3,
        /demo has none up to position 1; the first one is at position/,
      ],
    ] as const;
    for (const [args, code, message] of cases) {
      const refused = await trim(...args);
      expect([refused.code, refused.err]).toEqual([code, expect.stringMatching(message)]);
    }
    const asked = await trim('demo', '--before', String(position + 1));
    expect([asked.code, asked.err]).toEqual([0, '']);
    expect(asked.out).toMatch(
      new RegExp(`^Would remove up to ${position - 1} events of demo, .* add --yes to do it\\.\n`),
    );
    expect(asked.out).toContain(`demo would begin at position ${position}, recorded at 20`);
    const listed = await trim('demo', '--before', String(position + 1), '--json');
    expect(JSON.parse(listed.out)).toMatchObject({ host: 'demo', would_begin_at: position });
    const whole = await command('retention', 'show', 'demo', ...data);
    expect(whole.out).toMatch(/^demo is whole: positions 1 to \d+\n$/);

    const done = await trim('demo', '--before', String(position + 1), '--yes', '--reason', 'old');
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toMatch(
      new RegExp(`^demo begins at position ${position}: \\d+ events were removed\n$`),
    );
    const shown = await command('retention', 'show', 'demo', ...data);
    expect(shown.out).toMatch(
      new RegExp(`^cut at position ${position}, hash [0-9a-f]{64}.*: old\n$`),
    );
    const nothing = await trim('demo', '--before', String(position + 1));
    expect([nothing.code, nothing.out.split('\n')[0]]).toEqual([
      0,
      `demo begins at position ${position} already.`,
    ]);
    expect(nothing.out).toMatch(/Nothing is left of the events before|from before (?:is|are) left/);
    const again = await trim('demo', '--before', String(position + 1), '--yes', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ host: 'demo', oldest: position, events: 0 });

    const later = await serving(data);
    const verified = await command('verify', 'demo', '--url', later.url);
    expect([verified.code, verified.out]).toEqual([
      0,
      expect.stringContaining(`The events before position ${position} were removed`),
    ]);
    const who = await command('who-removed', 'demo', '/nosuch', 'device', '--url', later.url);
    expect(who.err).toContain(
      `no cgroup /nosuch in the log of demo since position ${position}, where the log was cut`,
    );
    const early = await command('at', 'demo', '1', '--url', later.url);
    expect(early.code).not.toBe(0);
    await later.end('SIGTERM');
  });
});

const loginOf = ({ url }: TestDatabase) => `ledger_${new URL(url).pathname.slice(1)}`;

async function asOwner({ url }: TestDatabase, ...statements: string[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  for (const one of statements) await sql.unsafe(one);
  await sql.end();
}

describe.skipIf(!needs('postgresql').ok)('on PostgreSQL, beside a running service', () => {
  let database: TestDatabase;
  let asService: string;
  let service: Serving;

  beforeAll(async () => {
    database = await createDatabase();
    const login = loginOf(database);
    expect((await command('migrate', '--database-url', database.url)).code).toBe(0);
    await asOwner(
      database,
      `create role ${login} login password 'secret' in role bpfledger_service`,
    );
    const url = new URL(database.url);
    url.username = login;
    url.password = 'secret';
    asService = url.href;
    const where = ['--database-url', asService, '--data-dir', join(folder, 'beside')];
    service = await serving([...where, '--demo']);
  }, 120_000);
  afterAll(async () => {
    await service?.end('SIGTERM');
    if (database === undefined) return;
    const login = loginOf(database);
    await asOwner(database, `drop owned by ${login}`, `drop role ${login}`);
    await database.drop();
  });

  it('is for the owner alone, and the service answers 410 from then on', PATIENCE, async () => {
    const position = await sign(service);
    const words = ['retention', 'trim', 'demo', '--before', String(position + 1), '--yes'];
    const others = await command(...words, '--database-url', asService);
    expect([others.code, others.err]).toEqual([
      3,
      expect.stringContaining('this user of the database may cut no log'),
    ]);
    const at = (moment: number) => fetch(`${service.url}/v1/hosts/demo/state?at=${moment}`);
    expect((await at(2)).status).toBe(200);
    expect((await command(...words, '--database-url', database.url)).code).toBe(0);
    // What was just read may be kept for a second.
    await expect.poll(async () => (await at(2)).status, { timeout: 10_000 }).toBe(410);
    expect(await (await at(2)).json()).toMatchObject({
      type: 'urn:bpfledger:problem:position-removed',
      position,
    });
    expect((await at(position)).status).toBe(200);
  });
});
