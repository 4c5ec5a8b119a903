// `hosts delete` as an operator types it: nothing goes before it is confirmed, on both databases; beside
// a running service on PostgreSQL, whose own login may not.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const PATIENCE = { timeout: 120_000 };
const HEX = /[0-9a-f]{64}/;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-deletion-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('on the embedded database', () => {
  const dataDir = () => join(folder, 'data');
  const remove = (...args: string[]) =>
    bpfledger(['hosts', 'delete', ...args, '--data-dir', dataDir()]);

  it(
    'tells what would go, refuses wrong lines, and deletes when it is confirmed',
    PATIENCE,
    async () => {
      const service = await serving(['--data-dir', dataDir(), '--demo']);
      const branch = ['branch', 'create', 'demo', 'twig', '--url', service.url];
      expect((await bpfledger(branch)).code).toBe(0);
      const busy = await remove('demo', '--yes');
      expect([busy.code, busy.err]).toEqual([
        3,
        expect.stringMatching(
          /is in use by process \d+: stop that service, .* takes its address by --url\n$/,
        ),
      ]);
      await service.end('SIGTERM');

      const nobody = await remove('nobody', '--yes');
      expect([nobody.code, nobody.err]).toEqual([
        3,
        `bpfledger: ${dataDir()}: there is no host nobody\n`,
      ]);
      const several = await remove('demo*', '--yes');
      expect([several.code, several.err]).toEqual([
        2,
        'bpfledger: hosts delete takes the name of one host, not demo*\n',
      ]);
      const below = await remove('demo', '--yes');
      expect([below.code, below.err]).toEqual([
        3,
        'bpfledger: branches of demo read its log: twig; delete them first, the youngest first\n',
      ]);
      const long = await remove('demo', '--yes', '--reason', 'x'.repeat(501));
      expect([long.code, long.err]).toEqual([2, expect.stringContaining('500 characters at most')]);

      const twig = await remove('twig', '--yes', '--reason', 'tried it', '--json');
      expect([twig.code, twig.err]).toEqual([0, '']);
      expect(JSON.parse(twig.out)).toMatchObject({ host: 'twig', events: 0 });
      const asked = await remove('demo');
      expect([asked.code, asked.err]).toEqual([0, '']);
      // A running service may have another database: which one this is has to be said.
      expect(asked.out).toMatch(
        /^Would delete demo, with (\d+) events; add --yes to do it\.\n {2}The log goes up to position \1, recorded from 20\S+Z to 20\S+Z, in \S+\.\n/u,
      );
      expect(asked.out).toContain(
        'bpfledger export demo --output FILE, which asks the service, keeps it whole',
      );
      const listed = JSON.parse((await remove('demo', '--json')).out);
      expect(listed).toMatchObject({ host: 'demo', would_delete: listed.position });
      const done = await remove('demo', '--yes');
      expect([done.code, done.err]).toEqual([0, '']);
      expect(done.out).toMatch(
        /^demo is deleted: (\d+) events, up to position \1, hash [0-9a-f]{64}\nall this was in \S+\n$/,
      );
      const again = await remove('demo', '--yes');
      expect([again.code, again.err]).toEqual([
        3,
        expect.stringMatching(
          /^bpfledger: \S+: there is no host demo: it was deleted at 20\S+Z by \S+, with/,
        ),
      ]);

      const back = await serving(['--data-dir', dataDir()]);
      const list = await bpfledger(['hosts', 'list', '--url', back.url]);
      expect(list.out).not.toMatch(/^(?:demo|twig) /m);
      const deleted = await bpfledger(['hosts', 'deleted', '--url', back.url]);
      const [title, ...rows] = deleted.out.trimEnd().split('\n');
      expect(title).toMatch(/^host +events +deleted +by +hash +reason$/);
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatch(/^twig +0 +20\S+Z +\S+ +[0-9a-f]{64} +tried it$/);
      expect(rows[1]).toContain(HEX.exec(done.out)?.[0]);
      await back.end('SIGTERM');
    },
  );
});

describe.skipIf(!needs('postgresql').ok)('on PostgreSQL', () => {
  let database: TestDatabase;
  let service: Serving;
  /** The login of the service, which has only its role. */
  let serviceUrl: string;

  beforeAll(async () => {
    database = await createDatabase();
    expect((await bpfledger(['migrate', '--database-url', database.url])).code).toBe(0);
    const login = `ledger_${new URL(database.url).pathname.slice(1)}`;
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    await sql.unsafe(`create role ${login} login password 'secret' in role bpfledger_service`);
    await sql.end();
    const url = new URL(database.url);
    url.username = login;
    url.password = 'secret';
    serviceUrl = url.href;
    service = await serving(['--database-url', serviceUrl, '--data-dir', join(folder, 'beside')]);
  }, 120_000);

  afterAll(async () => {
    await service?.end('SIGTERM');
    if (database === undefined) return;
    const login = new URL(serviceUrl).username;
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    await sql.unsafe(`drop owned by ${login}`);
    await sql.unsafe(`drop role ${login}`);
    await sql.end();
    await database.drop();
  });

  it('goes beside a running service, whose own login may not', PATIENCE, async () => {
    const at = ['--url', service.url];
    for (const line of ['hosts create web1 --release 6.18', 'syscall web1 mkdir path=/a']) {
      expect((await bpfledger([...line.split(' '), ...at])).code).toBe(0);
    }
    const byService = await bpfledger([
      'hosts',
      'delete',
      'web1',
      '--yes',
      '--database-url',
      serviceUrl,
    ]);
    expect([byService.code, byService.err]).toEqual([
      3,
      expect.stringContaining('this user of the database may delete no host; name the owner'),
    ]);
    expect((await bpfledger(['syscall', 'web1', 'mkdir', 'path=/b', ...at])).code).toBe(0);
    const byOwner = await bpfledger([
      'hosts',
      'delete',
      'web1',
      '--yes',
      '--database-url',
      database.url,
    ]);
    expect([byOwner.code, byOwner.err]).toEqual([0, '']);
    const gone = await bpfledger(['syscall', 'web1', 'mkdir', 'path=/c', ...at]);
    expect([gone.code, gone.err]).toEqual([
      3,
      expect.stringMatching(/there is no host web1: it was deleted at \S+ by \S+, with 3 events/),
    ]);
    // The name is free, for the same process too.
    expect((await bpfledger(['hosts', 'create', 'web1', '--release', '6.18', ...at])).code).toBe(0);
    expect((await bpfledger(['syscall', 'web1', 'mkdir', 'path=/c', ...at])).code).toBe(0);
    const verified = await bpfledger(['verify', 'web1', ...at]);
    expect([verified.code, verified.err]).toEqual([0, '']);
    expect(verified.out).toContain('Another host web1 was deleted');
  });
});
