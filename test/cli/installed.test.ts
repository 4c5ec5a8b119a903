// bpfledger as it is installed: from its package, and in a checkout without development
// dependencies. Both bring a command that runs, and a driver that loses no write and ends no process
// when the server cuts connections.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Marked } from 'marked';
import postgres from 'postgres';
import { afterAll, describe, expect, it } from 'vitest';
import { readPages } from '../../scripts/docs-site/site.js';
import { send } from '../api/process.ts';
import { environment, root } from '../support/command.ts';
import { createDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const run = promisify(execFile);
const LONG = { timeout: 300_000 };

/** npm as a person runs it: without what the npm that runs the tests tells its children. */
function npm(args: readonly string[], cwd: string) {
  const kept = Object.entries(environment()).filter(([name]) => !/^npm_/i.test(name));
  return run('npm', args, { cwd, env: Object.fromEntries(kept) });
}

interface Recorded {
  readonly position: number;
  readonly call: { readonly path?: string };
}

it('the package has every page, and what the pages link to', LONG, async () => {
  const { stdout } = await npm(['pack', '--dry-run', '--ignore-scripts', '--json'], root);
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const has = (file: string) => packed.some((path) => path === file || path.startsWith(`${file}/`));
  const pages = readPages(Marked, root);
  expect(pages.map(({ file }) => file).filter((file) => !has(file))).toEqual([]);
  const dead = pages.flatMap(({ file: page, links }) =>
    links.flatMap(({ href, target }) => {
      return target.kind === 'address' || has(target.file) ? [] : [`${page}: ${href}`];
    }),
  );
  expect(dead).toEqual([]);
});

describe.skipIf(!needs('registry').ok)('an installed bpfledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-installed-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function fromPackage(): Promise<string> {
    const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], root);
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
    const place = join(folder, 'package');
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), '{"private": true}');
    await npm(['install', '--no-audit', '--no-fund', join(folder, filename)], place);
    return join(place, 'node_modules/.bin/bpfledger');
  }

  async function fromCheckout(): Promise<string> {
    const place = join(folder, 'checkout');
    const { stdout } = await run('git', ['ls-files', '-z'], { cwd: root });
    const needed =
      /^(src|scripts|migrations|docs)\/|^(package|package-lock|tsconfig)\.json$|^openapi\.yaml$|^README\.md$/;
    for (const path of stdout.split('\0').filter((name) => needed.test(name))) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      cpSync(join(root, path), join(place, path));
    }
    await npm(['ci', '--omit=dev', '--no-audit', '--no-fund'], place);
    return join(place, 'dist/cli/bpfledger.js');
  }

  it('from a checkout without development dependencies runs', LONG, async () => {
    const command = await fromCheckout();
    const { stdout } = await run(process.execPath, [command, '--help']);
    expect(stdout).toContain('run the service');
    expect(existsSync(join(dirname(command), '..', 'docs', 'site.json.br'))).toBe(true);
  });

  it.skipIf(!needs('postgresql').ok)(
    'from its package loses nothing while connections are cut',
    LONG,
    async () => {
      const command = await fromPackage();
      const database = await createDatabase();
      const env = environment({ DATABASE_URL: database.url, BPFLEDGER_DATA_DIR: folder });
      await run(command, ['migrate'], { env });
      const importing = "import { fakeKernel } from 'bpfledger/testing'; fakeKernel('6.18');";
      const imported = ['--input-type=module', '--eval', importing];
      await run(process.execPath, imported, { cwd: join(folder, 'package') });
      const service = spawn(command, ['serve', '--port', '0'], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(service, 'exit');
      try {
        const url = await new Promise<string>((resolve, reject) => {
          service.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
          createInterface({ input: service.stdout }).on('line', (line) => {
            const [, listening] = /listens on (\S+)/.exec(line) ?? [];
            if (listening !== undefined) resolve(listening);
          });
        });
        await send(`${url}/v1/hosts`, { name: 'h', release: '6.18' });
        const cutter = postgres(database.url, { max: 1 });
        let stopped = false;
        const acknowledged: string[] = [];
        const clients = Array.from({ length: 8 }, async (_, lane) => {
          for (let i = 0; !stopped; i++) {
            const path = `/c${lane}-${i}`;
            const call = { call: { name: 'mkdir', path } };
            const answer = await send(`${url}/v1/hosts/h/syscalls`, call, {
              'idempotency-key': path,
            });
            if (answer.status === 200) acknowledged.push(path);
          }
        });
        for (let cut = 0; cut < 40; cut++) {
          await sleep(20 + (cut % 7) * 5);
          await cutter`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`;
        }
        // What comes after has to be recorded.
        const cut = acknowledged.length;
        while (acknowledged.length < cut + 40) await sleep(10);
        stopped = true;
        await Promise.all(clients);
        await cutter.end();
        const recorded: (string | undefined)[] = [];
        for (let after = 1; ; ) {
          const page = await fetch(`${url}/v1/hosts/h/events?limit=1000&after=${after}`);
          const { items } = (await page.json()) as { items: Recorded[] };
          if (items.length === 0) break;
          recorded.push(...items.map(({ call }) => call.path));
          after = items.at(-1)?.position ?? after;
        }
        expect(new Set(recorded).size).toBe(recorded.length);
        expect(acknowledged.filter((path) => !recorded.includes(path))).toEqual([]);
      } finally {
        service.kill('SIGTERM');
        await ended;
        await database.drop();
      }
      expect(service.exitCode).toBe(0);
    },
  );
});
