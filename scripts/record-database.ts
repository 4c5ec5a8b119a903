// Keeps what an older version of this program left in its database, for test/contract/upgrade-schemas.test.ts:
// takes that version's sources out of git, runs its service on a new embedded database, writes to it over
// HTTP what it takes, and packs the rows of all tables into test/histories/databases.
//
//   npx tsx scripts/record-database.ts COMMIT…

import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { openPglite } from '../src/events/storage/pglite-database.ts';
import { randomFrom } from '../src/recorders/generator/random.ts';
import type { ServiceProcess } from '../test/api/process.ts';
import { randomHistory } from '../test/support/random-history.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = join(ROOT, 'test/histories/databases');
const SEED = 20260325;
/** So many calls that a service stores a state. */
const CALLS = 560;
/** Of the host whose log is cut. */
const FEW_CALLS = 60;
/** Calls of one request, which are one append. */
const LIST_MAX = 12;

const PLACE = { kernel: '6.18.44', cgroup_root: '/cg', bpffs: '/bpf', ephemeral: false };

interface Writing {
  readonly url: string;
  /** What it did not take: an older service does not know every route and call. */
  readonly refused: Set<string>;
}

/** Posts JSON; the answer of an older service is as it is. */
async function post({ url, refused }: Writing, path: string, body: unknown, key?: string) {
  const response = await fetch(`${url}/v1${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) refused.add(`${path} ${response.status} ${text.slice(0, 120)}`);
  return text;
}

/** A history on a host: some calls alone, more in lists, some under a key. */
async function fill(to: Writing, host: string, calls: number): Promise<void> {
  const random = randomFrom(SEED);
  await post(to, '/hosts', { name: host, release: '6.18' }, `make-${host}`);
  let list: object[] = [];
  const send = async () => {
    const [one] = list;
    const key = random.chance(0.3) ? `${host}-${list.length}-${random.below(1e6)}` : undefined;
    if (one !== undefined)
      await post(to, `/hosts/${host}/syscalls`, list.length === 1 ? one : list, key);
    list = [];
  };
  let size = 1;
  for (const { event } of randomHistory({ seed: SEED, events: calls, rebootEvery: 250 })) {
    const { call, pid, position } = event;
    if (call.name === 'boot') {
      await send();
      if (position > 1) await post(to, `/hosts/${host}/reboot`, {});
      continue;
    }
    list.push({ pid, call });
    if (list.length < size) continue;
    await send();
    size = 1 + random.below(LIST_MAX);
  }
  await send();
}

/** All that a service has tables for, as far as this one has them. */
async function write(to: Writing): Promise<void> {
  await post(to, '/rules', {
    ...{ name: 'detached', filter: { call: 'prog_detach' } },
    url: 'https://hooks.invalid/',
  });
  await fill(to, 'web', CALLS);
  await post(to, '/hosts/web/branches', { name: 'web-twig', at: 300 });
  for (const path of ['/twig', '/twig/leaf']) {
    await post(to, '/hosts/web-twig/syscalls', { call: { name: 'mkdir', path } });
  }
  await post(to, '/hosts/web/checkpoints', {});
  const seen = { name: 'mkdir', path: '/seen' };
  await post(to, '/hosts', { name: 'observed', release: '6.18' });
  await post(to, '/hosts/observed/syscalls', { call: seen, outcome: { ret: 0 } });
  const drifted = { call: seen, outcome: { errno: 'EPERM' } };
  await post(to, '/hosts/observed/syscalls', drifted);
  await post(to, '/hosts/observed/syscalls', { call: { name: 'lost' } });
  const lease = { executor: 'one', instance: 'one', place: PLACE };
  await post(to, '/hosts/observed/executor/lease', lease);
  await fill(to, 'cut', FEW_CALLS);
  await post(to, '/hosts/cut/checkpoints', {});
  await post(to, '/hosts/cut/reboot', {});
  await post(to, '/hosts', { name: 'gone', release: '6.18' });
  // What is kept of all hosts is written when somebody asks.
  for (const path of ['/events?limit=1', '/programs?limit=1']) await fetch(`${to.url}/v1${path}`);
}

/** Filled by migrations. */
const BY_MIGRATIONS = ['ledger_fields', 'ledger_names'];

/** Rows of every table of a closed service's database. */
async function rowsIn(folder: string) {
  const database = await openPglite({ folder, prepared: false });
  try {
    const names = await database.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`,
    );
    const tables: Record<string, unknown[]> = {};
    for (const { name } of names) {
      const rows = await database.query<{ row: unknown }>(
        `select to_jsonb(t) as row from "${name}" t`,
      );
      if (rows.length > 0 && !BY_MIGRATIONS.includes(name))
        tables[name] = rows.map(({ row }) => row);
    }
    const migrations = await database.query<{ hash: string; created_at: number }>(
      'select hash, created_at from drizzle.__drizzle_migrations order by created_at',
    );
    return { migrations, tables };
  } finally {
    await database.close();
  }
}

/** Records what the version of a commit leaves. */
async function record(commit: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-version-'));
  try {
    const tar = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 1 << 28 });
    execFileSync('tar', ['-x', '-C', folder], { input: tar });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const { entries } = JSON.parse(
      readFileSync(join(folder, 'migrations/meta/_journal.json'), 'utf8'),
    ) as { entries: { tag: string }[] };
    const tag = entries.at(-1)?.tag;
    const dataDir = join(folder, 'data');
    const { startProcess } = (await import(
      pathToFileURL(join(folder, 'test/api/process.ts')).href
    )) as { startProcess(env: Record<string, string>): Promise<ServiceProcess> };
    const service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    const refused = new Set<string>();
    await write({ url: service.url, refused });
    await service.stop();
    /** Runs a command of that version, if it has it. */
    const command = (file: string, ...words: string[]) =>
      existsSync(join(folder, 'src/cli', file))
        ? spawnSync(
            process.execPath,
            ['--import', 'tsx', 'src/cli/bpfledger.ts', ...words, '--yes', '--data-dir', dataDir],
            { cwd: folder, stdio: 'ignore' },
          ).status
        : 'unknown';
    const before = `${FEW_CALLS + 1}`;
    const trimmed = command('retention.ts', 'retention', 'trim', 'cut', '--before', before);
    const deleted = command('delete-host.ts', 'hosts', 'delete', 'gone');
    const recorded = await rowsIn(dataDir);
    const packed = brotliCompressSync(JSON.stringify({ commit, ...recorded }));
    mkdirSync(TARGET, { recursive: true });
    writeFileSync(join(TARGET, `${tag}.json.br`), packed);
    const tables = Object.entries(recorded.tables).map(([name, rows]) => `${name} ${rows.length}`);
    console.log(
      `${tag}: ${packed.length} bytes; refused: ${[...refused].join(', ')}; ` +
        `trim ${trimmed}, delete ${deleted}; ${tables.join(', ')}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const commits = process.argv.slice(2);
if (commits.length === 0) {
  console.error('usage: npx tsx scripts/record-database.ts COMMIT…');
  process.exitCode = 2;
}
for (const commit of commits) await record(commit);
