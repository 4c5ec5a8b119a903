// What the command says to those who do not know it yet, and to those who mistype.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { bpfledger, COMMAND, environment, root } from '../support/command.ts';

const COMMANDS = [
  'serve',
  'migrate',
  'rebuild',
  'conform',
  'fuzz',
  'golden',
  'hosts',
  'syscall',
  'events',
  'plan',
  'branch',
  'replay',
  'cgroups',
] as const;

describe('help', () => {
  it('lists every command and the exit codes', async () => {
    const { code, out, err } = await bpfledger(['--help']);
    expect([code, err]).toEqual([0, '']);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(out).toContain('Exit codes: 0 done');
  });

  it.concurrent.each(COMMANDS)(
    '%s says what it does, its options, and an example',
    async (name) => {
      const { code, out, err } = await bpfledger([name, '--help']);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(new RegExp(`^bpfledger ${name} `));
      expect(out).toMatch(/\nOptions:\n {2}--/);
      // Root names the command by its path: `npx` would run whatever a registry has by that name.
      const form = out.includes('\nExample: sudo')
        ? `\nExample: sudo /opt/bpfledger/dist/cli/bpfledger\\.js ${name} `
        : `\nExample: .*npx bpfledger ${name} ?`;
      expect(out).toMatch(new RegExp(form));
    },
  );
});

/** What was typed, and what is said about it; the exit code is always 2. */
const WRONG: readonly (readonly [typed: string, said: string])[] = [
  ['', 'which command?'],
  ['conferm x', 'there is no command conferm; did you mean "conform"?'],
  ['constructor', 'there is no command constructor (there are serve, migrate'],
  ['conform', 'conform needs a PATH'],
  ['conform x --relase 6.18', 'conform has no option --relase; did you mean "--release"?'],
  ['conform x -q', 'conform has no option -q (it has --release, --via'],
  ['conform x --json=yes', '--json takes no value'],
  ['conform x --release', '--release needs a value'],
  ['conform x --release --json', '--release needs a value'],
  ['conform x --release 4.19', 'no kernel release is called 4.19; known are v2-series, '],
  [
    'conform x --via localhost:8080',
    '--via localhost:8080 is not an http address; try --via http://',
  ],
  ['conform x --token t', '--token goes with --via'],
  ['golden', 'type golden record PATH… --out DIR'],
  ['golden record test/histories', 'golden record needs --out DIR'],
  ['hosts drop web1', 'type hosts list, or hosts create NAME --release R'],
  ['hosts create web1', 'try hosts create web1 --release 6.18'],
  ['plan', 'plan needs a HOST'],
  ['branch', 'type branch list HOST'],
  ['branch list web1 --at 3', '--at goes with branch create'],
  ['replay web1', 'try replay web1 --release 7.3'],
  ['syscall', 'syscall needs a HOST'],
  ['syscall web1', 'which call? try syscall HOST mkdir path=/pod1'],
  ['syscall web1 mkdir /pod1', '/pod1 is not a field of the call; type field=value'],
  ['syscall web1 mkdir path=/a --pid x', '--pid x is not a number'],
  ['events', 'type events list HOST, or events follow HOST'],
  ['events list web1 --after -1', '--after -1 is not a number'],
  ['events list web1 --tail 3 --limit 3', '--tail and --limit exclude each other'],
  ['events list web1 --tail 10001', '--tail takes 10000 at most; with --reverse, any number'],
  ['events follow web1 --reverse', '--reverse goes with events list'],
  ['cgroups', 'cgroups needs one HOST'],
  ['rebuild a b', 'rebuild takes one HOST'],
  ['serve web1', 'serve takes no web1'],
  ['migrate web1', 'migrate takes no web1'],
  ['serve --port 99999', 'PORT: '],
  ['serve --host 0.0.0.0', 'HOST 0.0.0.0 is not loopback'],
  ['serve --database-url mysql://x', 'DATABASE_URL: must start with postgresql://'],
];

describe('a mistyped command line', () => {
  it.concurrent.each(WRONG)('%j ends with 2 and says: %s', async (typed, said) => {
    const { code, out, err } = await bpfledger(typed.split(' ').filter((word) => word !== ''));
    expect(err).toContain(`bpfledger: `);
    expect(err).toContain(said);
    expect(err).not.toMatch(/^\s+at .*:\d+/m);
    expect([code, out]).toEqual([2, '']);
  });
});

describe('a data folder that cannot be', () => {
  it.each([
    ['/proc/x', '/proc/x cannot keep data: it is on the file system proc'],
    ['README.md', 'README.md is a file, not a folder'],
  ])('%s ends serve with 3 and a sentence', async (folder, said) => {
    const { code, err } = await bpfledger(['serve', '--port', '0', '--data-dir', folder]);
    expect(err).toContain('cannot use the data folder (--data-dir, BPFLEDGER_DATA_DIR): ');
    expect(err).toContain(said);
    expect(code).toBe(3);
  });
});

describe('a service that is not there', () => {
  it('ends a client with 3 and says where it looked', async () => {
    const { code, err } = await bpfledger(['hosts', 'list', '--url', 'http://127.0.0.1:1']);
    expect(err).toContain('no answer from http://127.0.0.1:1');
    expect(code).toBe(3);
  });
});

describe('output that nobody reads to its end', () => {
  it('ends the command without a word', async () => {
    const command = `${COMMAND.join(' ')} conform test/histories/7.3.jsonl.br --release 5.10 --json`;
    const child = spawn('sh', ['-c', `{ ${command}; echo "code $?" >&2; } | head -n 1`], {
      cwd: root,
      env: environment(),
    });
    const exited = once(child, 'close');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await exited;
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toHaveProperty('expected');
    expect(err).toBe('code 141\n');
  });
});
