// The service as an operator meets it: started, written to, killed, started again, taken apart.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bpfledger,
  COMMAND,
  environment,
  root,
  type Serving,
  serving,
} from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { freePort } from '../support/postgres.ts';

const postgresql = needs('postgresql');

/** Starting a service takes a while on a busy machine. */
const PATIENCE = { timeout: 120_000 };

async function lines(...args: string[]): Promise<string[]> {
  const { code, out, err } = await bpfledger(args);
  expect([code, err]).toEqual([0, '']);
  return out.trimEnd().split('\n');
}

describe('serve on the embedded database', () => {
  let folder: string;
  let service: Serving;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bpfledger-serve-'));
    service = await serving(['--data-dir', folder, '--demo']);
  }, 120_000);

  afterAll(async () => {
    await service?.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  const at = () => ['--url', service.url];

  it('says where it listens, where the data is, what that survives, and what to try', () => {
    expect(service.out).toContain(`listens on ${service.url} (pid ${service.pid})\n`);
    expect(service.out).toContain(`  data     ${folder}\n`);
    expect(service.out).toContain('pglite: survives a crash of the process, not a loss of power');
    const tour = `${service.url}/#/demo-links?tour=1`;
    expect(service.out).toContain(`  open ${tour} in a browser: a tour\n`);
    expect(service.out).toContain(`  npx bpfledger tree demo --at 24 --url ${service.url}\n`);
  });

  it('has something to show with --demo: a container with two filters', PATIENCE, async () => {
    expect(await lines('cgroups', 'demo', ...at())).toEqual([
      '/  (cgroup 1)',
      '/system.slice  (cgroup 2)',
      '/system.slice/docker-4f1c9e.scope  (cgroup 3)',
      '    attached  cgroup_device (multi, revision 10): 5005 runc_devices, 5006 sd_devices',
      '    effective cgroup_device: 5005 runc_devices, 5006 sd_devices',
    ]);
  });

  it('records calls typed as words, as JSON and as lines', PATIENCE, async () => {
    expect(await lines('hosts', 'create', 'web1', '--release', '6.18', ...at())).toEqual([
      'host web1 runs 6.18.44',
    ]);
    const [mkdir, made] = await lines('syscall', 'web1', 'mkdir', 'path=/pod1', ...at());
    expect(mkdir).toMatch(/^2 {2}\S+Z {2}init\[1\] mkdir\(path=\/pod1\) = 0$/);
    expect(made).toBe('     CgroupMade cgroup_id=2 path=/pod1');
    const load = '{"name":"prog_load","prog_type":"cgroup_skb"}';
    expect((await lines('syscall', 'web1', load, ...at()))[0]).toMatch(/\) = 3$/);
    const input = [
      {
        call: {
          name: 'prog_attach',
          attach_bpf_fd: 3,
          target_path: '/pod1',
          attach_type: 0,
          flags: ['multi'],
        },
      },
      { call: { name: 'prog_attach', attach_bpf_fd: 3, target_path: '/pod1', attach_type: 0 } },
    ];
    const streamed = await bpfledger(['syscall', 'web1', '-', '--json', ...at()], {
      input: input.map((line) => JSON.stringify(line)).join('\n'),
    });
    const outcomes = streamed.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).outcome);
    expect(outcomes).toEqual([
      { ret: 0 },
      expect.objectContaining({ errno: 'EPERM', rule: 'list-mode-differs' }),
    ]);
    expect(streamed.code).toBe(0);
  });

  it(
    'keeps what came before a broken line, says which and what is wrong, and ends with 2',
    PATIENCE,
    async () => {
      const input =
        '{"call":{"name":"mkdir","path":"/kept"}}\n{"call":{"name":"mkdri","path":"/b"}}\n';
      const { code, out, err } = await bpfledger(['syscall', 'web1', '-', ...at()], { input });
      expect(out).toContain('mkdir(path=/kept) = 0');
      expect(err).toMatch(/^bpfledger: line 2: .*did you mean "mkdir"\?/mu);
      expect(err).toContain('what stands before line 2 is recorded');
      expect(code).toBe(2);
    },
  );

  it('lists what was refused, and pages on', PATIENCE, async () => {
    const refused = await lines('events', 'list', 'demo', '--errno', 'ENOENT', '--json', ...at());
    expect(refused.map((line) => JSON.parse(line).position)).toEqual([19, 21, 43]);
    const some = ['events', 'list', 'demo', '--limit', '9', '--after', '3', '--json', ...at()];
    const { out, err } = await bpfledger(some);
    const positions = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).position);
    expect(positions).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(err).toBe('9 events; later ones are left out: continue with --after 12\n');
  });

  it('answers a recording over REST as the kernel did', PATIENCE, async () => {
    const header = { scenario: 'a-refusal', kernel: '6.18.44-fc', attach_types: ['cgroup_device'] };
    const steps = [
      { i: 0, step: { op: 'spawn', proc: 'p1' }, out: { ret: 0 } },
      { i: 1, step: { op: 'rmdir', cg: '/b' }, out: { err: 'ENOENT' } },
    ];
    const recording = join(folder, 'recording.jsonl');
    writeFileSync(recording, [header, ...steps].map((line) => JSON.stringify(line)).join('\n'));
    const conforming = ['conform', recording, '--via', service.url];
    const right = await bpfledger(conforming);
    expect([right.code, right.out]).toEqual([0, '2 steps, 0 mismatches\n']);
    const [, host] = /^1 host stays on the service: (conform-\S+-1); /u.exec(right.err) ?? [];
    expect(right.err).toContain(
      ' database (an embedded one: with the service stopped) deletes it with ' +
        `bpfledger hosts delete ${host} --yes\n`,
    );
    expect(await lines('hosts', 'list', ...at())).toContainEqual(
      expect.stringMatching(`^${host} `),
    );
    const wrong = { i: 2, step: { op: 'mkdir', cg: '/a' }, out: { err: 'EPERM' } };
    appendFileSync(recording, `\n${JSON.stringify(wrong)}`);
    const { code, out } = await bpfledger(conforming);
    expect(out).toContain('  expected {"err":"EPERM"}\n  got      {"ret":0}\n');
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([1, '3 steps, 1 mismatch']);
  });

  it('lets its log be followed, from any position on', PATIENCE, async () => {
    const [node, ...words] = COMMAND;
    const following = ['events', 'follow', 'demo', '--after', '17', '--json', ...at()];
    const child = spawn(node, [...words, ...following], { cwd: root, env: environment() });
    const positions: number[] = [];
    for await (const line of createInterface(child.stdout)) {
      positions.push(JSON.parse(line).position);
      if (positions.length === 28) await lines('syscall', 'demo', 'mkdir', 'path=/new', ...at());
      if (positions.length === 29) break;
    }
    child.kill();
    expect(positions).toEqual(Array.from({ length: 29 }, (_, i) => 18 + i));
  });

  it('refuses a port that is taken, and says what to type', PATIENCE, async () => {
    const elsewhere = ['--data-dir', join(folder, 'other'), '--port', new URL(service.url).port];
    const { code, err } = await bpfledger(['serve', ...elsewhere]);
    expect(err).toContain('the port is taken; choose another with --port');
    expect(code).toBe(3);
  });

  it('refuses a second server on its folder, and says who has it', PATIENCE, async () => {
    const { code, err } = await bpfledger(['serve', '--port', '0', '--data-dir', folder]);
    expect(err).toContain(`${folder} is in use by process ${service.pid}: stop that service, or`);
    expect(code).toBe(3);
  });

  it('is not taken for another folder by a rebuild that finds no host', PATIENCE, async () => {
    const other = join(folder, 'other');
    await lines('migrate', '--data-dir', other);
    const { code, err } = await bpfledger(['rebuild', '--check', '--data-dir', other]);
    expect([code, err]).toEqual([0, `${other} has no host\n`]);
  });

  it.each([
    ['rebuild', '--check'],
    ['rebuild', 'demo'],
    ['hosts', 'delete', 'demo'],
    ['retention', 'trim', 'demo', '--before', '365d ago'],
    ['retention', 'show', 'demo'],
  ])('makes no database where %s %s looks for one', PATIENCE, async (...words) => {
    const nowhere = join(folder, 'nowhere');
    const { code, err } = await bpfledger([...words, '--data-dir', nowhere]);
    expect([code, err]).toEqual([
      3,
      expect.stringMatching(/nowhere has no database: .* --data-dir, .* DATABASE_URL\n$/),
    ]);
    expect(existsSync(nowhere)).toBe(false);
  });

  it(
    'has everything it answered after kill -9, and a rebuild finds nothing to change',
    PATIENCE,
    async () => {
      const before = await lines('events', 'list', 'web1', '--json', ...at());
      expect(await service.end('SIGKILL')).toBe(null);
      const checked = await lines('rebuild', '--check', '--data-dir', folder);
      expect(checked).toHaveLength(5);
      expect(checked).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^demo: compared \d+ rows up to position 46, 0 differ$/),
          expect.stringMatching(/^web1: compared \d+ rows up to position 6, 0 differ$/),
        ]),
      );
      expect(await lines('rebuild', 'web1', '--data-dir', folder)).toEqual([
        expect.stringMatching(
          /^web1: derived \d+ rows up to position 6, 0 differ from those that are stored, which stay$/,
        ),
      ]);
      service = await serving(['--data-dir', folder, '--demo']);
      expect(service.out).toContain('from an earlier start\n');
      expect(await lines('events', 'list', 'web1', '--json', ...at())).toEqual(before);
    },
  );

  it('ends with 0 when it is told to stop', PATIENCE, async () => {
    expect(await service.end('SIGTERM')).toBe(0);
  });

  it('goes on when nobody reads its output', PATIENCE, async () => {
    const port = await freePort();
    const [node, ...words] = COMMAND;
    const args = [...words, 'serve', '--port', String(port), '--data-dir', folder];
    const child = spawn(node, args, { cwd: root, env: environment() });
    // What it says when it listens meets closed pipes.
    child.stdout.destroy();
    child.stderr.destroy();
    const exited = once(child, 'exit');
    const health = () => fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    const stays = (async () => {
      while ((await health())?.ok !== true) await sleep(50);
      await sleep(500);
      return (await health())?.ok;
    })();
    const ends = exited.then(([code]) => `ended with ${code}`);
    expect(await Promise.race([stays, ends])).toBe(true);
    child.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
  });
});

const TOKEN = 'a-token-that-is-long-enough';

describe('serve --ephemeral', () => {
  it('keeps its data until it ends, and says so', PATIENCE, async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'bpfledger-temporary-'));
    const folders = () => readdirSync(temporary).filter((name) => name.startsWith('bpfledger-'));
    const service = await serving(['--ephemeral'], { TMPDIR: temporary });
    try {
      expect(service.out).toContain('  data     kept until the service ends\n');
      const made = ['hosts', 'create', 'web1', '--release', '6.18', '--url', service.url];
      expect(await lines(...made)).toEqual(['host web1 runs 6.18.44']);
      const health = await (await fetch(`${service.url}/healthz`)).json();
      expect(health).toMatchObject({
        storage: { survives: 'nothing: the data goes with the process' },
      });
      expect(folders()).toHaveLength(1);
      expect(await service.end('SIGTERM')).toBe(0);
      expect(folders()).toEqual([]);
    } finally {
      await service.end('SIGKILL');
      rmSync(temporary, { recursive: true, force: true });
    }
  });

  it('excludes a folder to keep data in', PATIENCE, async () => {
    const { code, err } = await bpfledger(['serve', '--ephemeral', '--data-dir', '/data']);
    expect([code, err]).toEqual([
      2,
      'bpfledger: --data-dir: says where data is kept, and BPFLEDGER_EPHEMERAL keeps none\n',
    ]);
  });
});

describe('serve with tokens', () => {
  let folder: string;
  let service: Serving;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bpfledger-tokens-'));
    const sha256 = createHash('sha256').update(TOKEN).digest('hex');
    const token = { name: 'ci', role: 'admin', hosts: ['*'], sha256 };
    writeFileSync(join(folder, 'tokens'), JSON.stringify(token), { mode: 0o600 });
    service = await serving([
      '--data-dir',
      join(folder, 'data'),
      '--tokens-file',
      join(folder, 'tokens'),
    ]);
  }, 120_000);

  afterAll(async () => {
    await service?.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('says that a token comes first, and where it is reached', PATIENCE, async () => {
    const tokens = ['--tokens-file', join(folder, 'tokens')];
    const everywhere = await serving(['--ephemeral', '--host', '0.0.0.0', ...tokens]);
    await everywhere.end('SIGTERM');
    const [, port] = /listens on http:\/\/0\.0\.0\.0:(\d+) /.exec(everywhere.out) ?? [];
    const [, next = ''] = everywhere.out.split('Try next:\n');
    expect(next.split('\n').slice(0, 3)).toEqual([
      `  open http://127.0.0.1:${port}/ in a browser`,
      `  export BPFLEDGER_TOKEN=TOKEN  # first, with a token of ${join(folder, 'tokens')}`,
      `  npx bpfledger hosts create web1 --release 6.18 --url http://127.0.0.1:${port}`,
    ]);
  });

  it('lets in who has one, by a file or by environment', PATIENCE, async () => {
    const list = ['hosts', 'create', 'web1', '--release', '6.18', '--url', service.url];
    const without = await bpfledger(list);
    expect(without.err).toContain(
      'send Authorization: Bearer TOKEN (401): commands send the token of BPFLEDGER_TOKEN, or of the file of --token-file',
    );
    expect(without.code).toBe(3);
    const typed = await bpfledger([...list, '--token', TOKEN]);
    expect(typed.err).toContain('has no option --token; did you mean "--token-file"?');
    const file = join(folder, 'token-of-a-client');
    writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
    const withFlag = await bpfledger([...list, '--token-file', file]);
    expect(withFlag.out).toBe('host web1 runs 6.18.44\n');
    const env = { BPFLEDGER_TOKEN: TOKEN };
    const withVariable = await bpfledger(['hosts', '--url', service.url], { env });
    expect(withVariable.out).toMatch(/^host {2}position {2}recorded .*\nweb1 {2}1 {9}\S+Z\n$/);
  });

  it('reads them again on SIGHUP, and keeps them when the file is no good', PATIENCE, async () => {
    const file = join(folder, 'tokens');
    const before = readFileSync(file, 'utf8');
    const statusOf = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${service.url}/v1/hosts`, { headers })).status;
    };
    const becomes = async (token: string, status: number) => {
      process.kill(service.pid, 'SIGHUP');
      while ((await statusOf(token)) !== status) await sleep(20);
    };
    const NEXT = 'a-token-that-came-later';
    const sha256 = createHash('sha256').update(NEXT).digest('hex');
    const line = JSON.stringify({ name: 'later', role: 'admin', hosts: ['*'], sha256 });
    writeFileSync(file, `${before}\n${line}\n`);
    await becomes(NEXT, 200);
    writeFileSync(file, 'no tokens at all');
    process.kill(service.pid, 'SIGHUP');
    await becomes(NEXT, 200);
    expect(await statusOf(TOKEN)).toBe(200);
    writeFileSync(file, before);
    await becomes(NEXT, 401);
    expect(await statusOf(TOKEN)).toBe(200);
  });
});

describe.skipIf(!postgresql.ok)('serve on PostgreSQL', () => {
  let database: TestDatabase;
  let service: Serving | undefined;

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(async () => {
    await service?.end('SIGTERM');
    await database?.drop();
  });

  it('does not start before the tables are there, and migrate makes them', PATIENCE, async () => {
    const storage = ['--database-url', database.url];
    const early = await bpfledger(['serve', '--port', '0', ...storage]);
    expect(early.err).toContain('run `bpfledger migrate` first');
    expect(early.code).toBe(3);
    const applied = await lines('migrate', ...storage);
    expect(applied[0]).toMatch(/^applied 0000_/);
    expect(await lines('migrate', ...storage)).toEqual([applied.at(-1)]);
    expect(applied.join()).not.toContain(new URL(database.url).password);
    service = await serving(storage);
    expect(service.out).not.toContain(new URL(database.url).password);
  });

  it('lets rebuild check a host while the service runs', PATIENCE, async () => {
    if (service === undefined) throw new Error('the service did not start');
    await lines('hosts', 'create', 'web1', '--release', '6.18', '--url', service.url);
    const calls = ['mkdir', 'rmdir'].map((name) => JSON.stringify({ call: { name, path: '/a' } }));
    await bpfledger(['syscall', 'web1', '-', '--url', service.url], { input: calls.join('\n') });
    const storage = ['--database-url', database.url];
    const [checked] = await lines('rebuild', 'web1', '--check', '--json', ...storage);
    expect(JSON.parse(checked ?? '')).toMatchObject({ host: 'web1', position: 3, differing: 0 });
  });
});
