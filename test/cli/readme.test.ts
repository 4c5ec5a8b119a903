// The README is true: its walk-through is run against a service, and every answer is what it shows.

import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLine } from '../../src/cli/command-line.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { bpfledger, root, type Serving, serving } from '../support/command.ts';
import { findTyped, patternOf, wordsOf } from '../support/shown.ts';

const PATIENCE = { timeout: 300_000 };

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, walk = ''] = /^## A walk over the API$(.*?)^## /ms.exec(readme) ?? [];

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...walk.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', text = '']) => ({ language, text }),
);

/** `…` stands for any text; as a key, for further fields. */
function pattern(shown: unknown): unknown {
  if (shown === '…') return expect.any(String);
  if (Array.isArray(shown)) return shown.map(pattern);
  if (typeof shown !== 'object' || shown === null) return shown;
  const { '…': further, ...fields } = shown as Record<string, unknown>;
  const patterns = Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, pattern(value)]),
  );
  return further === undefined ? patterns : expect.objectContaining(patterns);
}

let folder: string;
let service: Serving;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-readme-'));
  service = await serving(['--data-dir', folder, '--demo']);
}, 120_000);

afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

describe('the README', () => {
  it('shows what each request of its walk is answered', () => {
    const [setup, ...rest] = blocks;
    const requests = rest.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const answers = rest.filter(({ language }) => language === 'json').map(({ text }) => text);
    expect(requests.length).toBeGreaterThan(7);
    expect(answers.length).toBe(requests.length);
    const script = [setup?.text, ...requests].join("\nprintf '\\n@@@\\n'\n");
    const out = execFileSync('sh', ['-eu'], {
      input: script.replaceAll('http://127.0.0.1:8080', service.url),
      encoding: 'utf8',
    });
    const [, ...got] = out.split('\n@@@\n').map((text) => text.trim());
    expect(got.map((text) => JSON.parse(text) as unknown)).toEqual(
      answers.map((text) => pattern(JSON.parse(text))),
    );
  });

  it('shows what its session prints', PATIENCE, async () => {
    const session = [...readme.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
      findTyped(block),
    );
    expect(session.length).toBeGreaterThan(3);
    for (const { typed, shown } of session) {
      const [npx, name, ...words] = wordsOf(typed);
      expect([npx, name]).toEqual(['npx', 'bpfledger']);
      const { code, out, err } = await bpfledger([...words, '--url', service.url]);
      // bpftool's heading ends with spaces.
      expect(out.replaceAll(/ +$/gmu, '').trimEnd(), err).toMatch(patternOf(shown));
      expect(code, err).toBeLessThan(2);
    }
  });
});

/** What needs root, a database of its own or another file, does not end, or takes long. */
const NOT_TYPED =
  /^(?:serve|migrate|conform|run|releases probe|fuzz|golden|events follow|import night.strace|observe|adopt|executor)(?: |$)/u;

/** A form of the table of commands, with what its row says of it. */
interface Form {
  readonly typed: string;
  readonly about: string;
  /** Whether it opens the database of a service that was stopped. */
  readonly isOffline: boolean;
}

const OFFLINE = '**With the service stopped.**';
const [, table = ''] = /^## The command$(.*?)^Commands take names/ms.exec(readme) ?? [];
const forms = [...table.split(OFFLINE).entries()].flatMap(([part, text]) =>
  formsOf(text, part > 0),
);

function formsOf(text: string, isOffline: boolean): Form[] {
  return text
    .split('\n')
    .filter((row) => row.startsWith('| `') && !row.startsWith('| `npx'))
    .flatMap((row): Form[] => {
      const [, first = '', about = ''] = row.split(/(?<!\\)\|/u);
      return [...first.matchAll(/`([^`]+)`/gu)].map(([, typed = '']) => ({
        typed,
        about,
        isOffline,
      }));
    });
}

describe('the table of commands', () => {
  it('has forms with options that there are', async () => {
    expect(forms.length).toBeGreaterThan(50);
    for (const { typed } of forms) {
      const [name = '', ...args] = wordsOf(typed);
      const command = await COMMANDS[name]?.load();
      expect(command, typed).toBeDefined();
      if (command !== undefined) readLine(name, command, args);
    }
  });

  it('has forms that work as they are typed, one after the other', PATIENCE, async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const cwd = mkdtempSync(join(folder, 'typed-'));
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(cwd, 'w1.pem'), pem, { mode: 0o600 });
    const { items } = (await (await fetch(`${service.url}/v1/keys`)).json()) as {
      items: readonly { readonly public_key: string }[];
    };
    const env = { BPFLEDGER_URL: service.url, XDG_CONFIG_HOME: join(folder, 'config') };
    const online = forms.filter(({ typed, isOffline }) => !isOffline && !NOT_TYPED.test(typed));
    for (const { typed, about } of online) {
      const words = wordsOf(typed.replace('KEY', items[0]?.public_key ?? ''));
      const [, input = ''] = typed.endsWith(' -') ? (/`(\{.*\})`/u.exec(about) ?? []) : [];
      const { code, err } = await bpfledger(words, { cwd, env, input: `${input}\n` });
      expect(code, `${typed}\n${err}`).toBe(0);
    }
    const made = readdirSync(cwd).sort();
    expect(made).toEqual(expect.arrayContaining(['tokens', 'w1.pem']));
    const ignored = spawnSync('git', ['check-ignore', ...made], { cwd: root, encoding: 'utf8' });
    expect(ignored.stdout.trim().split('\n'), 'what git ignores of it').toEqual(made);
  });

  it('plays one small recording on the service', PATIENCE, async () => {
    const [form] = forms.filter(({ typed }) => typed.includes('--via'));
    const { code, err } = await bpfledger(
      wordsOf(form?.typed.replace('http://127.0.0.1:8080', service.url) ?? ''),
    );
    const [, hosts = ''] = /^(\d+ hosts) stay/.exec(err) ?? [];
    expect([code, form?.about]).toEqual([0, expect.stringContaining(`small file ${hosts},`)]);
  });

  it('has forms that work on the folder of a stopped service', PATIENCE, async () => {
    const offline = forms.filter(({ isOffline }) => isOffline);
    expect(offline.length).toBeGreaterThan(4);
    await service.end('SIGTERM');
    try {
      for (const { typed } of offline) {
        const { code, err } = await bpfledger(wordsOf(typed), {
          env: { BPFLEDGER_DATA_DIR: folder },
        });
        expect([code, err], typed).toEqual([0, '']);
      }
    } finally {
      service = await serving(['--data-dir', folder, '--demo']);
    }
  });
});

/** What the example of a command's help shows on the demo host. */
const EXAMPLES: readonly (readonly [command: string, shows: string])[] = [
  ['at', 'docker-4f1c9e.scope'],
  ['bisect', 'first at 34'],
  ['blame', '0  program 5005 (runc_devices)'],
  ['cgroups', 'effective cgroup_device'],
  ['diff', 'program'],
  ['events', 'ENOENT'],
  ['explain', 'was detached at 34'],
  ['gaps', 'the program did not run'],
  ['who-removed', 'took program'],
  ['history', 'program 5001 loaded'],
  ['tree', 'sd_devices'],
];

describe('the help', () => {
  it.each(EXAMPLES)('of %s has an example that shows something', async (name, shows) => {
    const { out: help } = await bpfledger([name, '--help']);
    const example = /^Example: npx bpfledger (.*)$/m.exec(help)?.[1] ?? '';
    const { code, out } = await bpfledger([...example.split(' '), '--url', service.url]);
    expect(code).toBeLessThan(2);
    expect(out).toContain(shows);
  });
});
