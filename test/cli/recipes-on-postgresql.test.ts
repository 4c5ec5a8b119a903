// The recipes for PostgreSQL are complete: their lines are typed one after the other, on a database and
// in folders of the test, and each does what the recipe says.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bpfledger, root, type Serving, serving } from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { wordsOf } from '../support/shown.ts';

const PATIENCE = { timeout: 300_000 };
/** What needs a shell of the owner of the server, or systemd. */
const NOT_TYPED = /^(?:createdb|psql|mkdir|systemctl) /u;

let folder: string;
let database: TestDatabase;
let login: string;
let services: Serving[];

beforeEach(async () => {
  services = [];
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-recipes-'));
  database = await createDatabase();
  login = `ledger_${new URL(database.url).pathname.slice(1)}`;
}, 120_000);

afterEach(async () => {
  await Promise.all(services.map((service) => service.end('SIGTERM')));
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`drop owned by ${login}`);
  await sql.unsafe(`drop role ${login}`);
  await sql.end();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes the login of the service, as the recipe does with psql. */
async function makeLogin(): Promise<void> {
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`create role ${login} login password 'secret' in role bpfledger_service`);
  await sql.end();
}

/** The lines of a recipe that a shell gets, with the places of the test. */
function linesOf(name: string): string[] {
  const owner = new URL(database.url);
  const service = new URL(database.url);
  service.username = login;
  service.password = 'secret';
  const text = readFileSync(join(root, 'docs/recipes', name), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block = '']) => block.trimEnd().split('\n'))
    .filter((line) => !NOT_TYPED.test(line))
    .map((line) =>
      line
        .replace(/ {1,2}# .*$/u, '')
        .replaceAll('postgresql://owner@db/ledger', owner.href)
        .replaceAll('postgresql://ledger:secret@db/ledger', service.href)
        .replaceAll('/etc/bpfledger', folder)
        .replaceAll('/var/lib', folder),
    );
}

/** A line as a shell takes it apart: variables, words, and the file that takes what is printed. */
function splitLine(line: string) {
  const [, before = '', typed = '', , kept] =
    /^((?:[A-Z_]+=\S+ )*)(?:npx )?bpfledger (.*?)( >> (\S+))?$/u.exec(line) ?? [];
  const pairs = before.trim().split(' ').filter(Boolean);
  return { env: variablesOf(pairs), words: wordsOf(typed), kept };
}

const variablesOf = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));

/** Without the port of a `serve`, which the machine chooses here. */
function withoutPort(words: readonly string[]): string[] {
  const at = words.indexOf('--port');
  return at < 0 ? [...words] : words.filter((_, index) => index !== at && index !== at + 1);
}

/** Types the lines of a recipe in one shell; what each `npx bpfledger` line printed. */
async function type(lines: readonly string[]): Promise<Map<string, string>> {
  const exported: Record<string, string> = { XDG_DATA_HOME: folder };
  const printed = new Map<string, string>();
  let token = '';
  let key = '';
  for (const line of lines) {
    if (line.startsWith('export ')) {
      Object.assign(
        exported,
        variablesOf(line.slice('export '.length).replace('…', token).split(' ')),
      );
      continue;
    }
    if (!/(?:^|\s)bpfledger /u.test(line)) {
      execFileSync('sh', ['-euc', line.replace('PID', String(services.at(-1)?.pid))], {
        cwd: folder,
        stdio: 'pipe',
      });
      continue;
    }
    const { env, words, kept } = splitLine(line.replace('KEYID', key));
    if (words[0] === 'serve') {
      services.push(await serving(withoutPort(words.slice(1)), { ...exported, ...env }));
      continue;
    }
    const [first, second] = services;
    const url = /listens on http:\/\/[^:]+:(\d+)/u;
    const portOf = (service?: Serving) => url.exec(service?.out ?? '')?.[1] ?? '8080';
    const own = { BPFLEDGER_URL: `http://127.0.0.1:${portOf(first)}` };
    const there = words.map((word) =>
      word.replace(':8080', `:${portOf(first)}`).replace(':8081', `:${portOf(second)}`),
    );
    const { code, out, err } = await bpfledger(there, {
      cwd: folder,
      env: { ...own, ...exported, ...env },
    });
    // A log of a minute has no event of last year.
    const isTooYoung = err.endsWith('begins after that moment: there is nothing to remove\n');
    expect(isTooYoung ? 0 : code, `${line}\n${out}${err}`).toBe(0);
    printed.set(words.slice(0, 2).join(' '), out);
    if (kept !== undefined) {
      execFileSync('sh', ['-euc', `cat >> ${kept}`], { cwd: folder, input: out });
      key = (JSON.parse(out) as { key_id: string }).key_id;
    }
    if (words[0] === 'migrate' && services.length === 0) await makeLogin();
    if (words[0] === 'token' && token === '') token = out.trim();
  }
  return printed;
}

describe.skipIf(!needs('postgresql').ok)('the recipe', () => {
  it('postgresql-in-production.md works as it is typed', PATIENCE, async () => {
    const printed = await type(linesOf('postgresql-in-production.md'));
    expect(printed.get('verify web1')).toContain('web1: everything holds');
    expect(printed.get('verify web1-2026.bundle')).toContain('web1: everything holds');
    expect(printed.get('verify web1-2026.bundle')).not.toContain('unknown key');
    expect(printed.get('rebuild --check')).toMatch(/^web1: compared .* 0 differ$/mu);
  });

  it('several-instances.md makes instances that know each other', PATIENCE, async () => {
    expect((await bpfledger(['migrate', '--database-url', database.url])).code).toBe(0);
    await makeLogin();
    const printed = await type(linesOf('several-instances.md'));
    expect(printed.get('verify web1')).toContain('web1: everything holds');
    expect(printed.get('verify web1')).toContain('1 checkpoint up to position 1');
    expect(printed.get('verify web1')).not.toContain('unknown key');
  });
});
