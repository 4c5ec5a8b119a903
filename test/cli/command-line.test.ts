// What the command says to those who do not know it yet, and to those who mistype.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { bpfledger, COMMAND, environment, root } from '../support/command.ts';

const COMMANDS = [
  'serve',
  'migrate',
  'rebuild',
  'conform',
  'run',
  'fuzz',
  'golden',
  'releases',
  'hosts',
  'syscall',
  'events',
  'plan',
  'branch',
  'replay',
  'cgroups',
] as const;

describe('help', () => {
  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { code, out } = await bpfledger(['--version']);
    expect([code, out]).toEqual([0, `${version}\n`]);
  });

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
  ['constructor', 'there is no command constructor; bpfledger help lists all'],
  ['conform', 'conform needs a PATH'],
  ['conform x --relase 6.18', 'conform has no option --relase; did you mean "--release"?'],
  ['conform x -q', 'conform has no option -q (it has --release, --via'],
  ['conform x --json=yes', '--json takes no value'],
  ['conform x --release', '--release needs a value'],
  ['conform x --release --json', '--release needs a value'],
  ['conform x --release 4.19', 'no kernel release is called 4.19; the oldest is 5.7'],
  ['conform x --release 6.25', 'no kernel release is called 6.25; near are 6.19 and 7.0'],
  ['conform x --release 8.1', 'no kernel release is called 8.1; the newest is 7.3'],
  ['conform x --at 3', 'bpfledger conform has no option --at (it has'],
  ['at demo 3 --at 4', 'at takes one MOMENT, not 3 and --at 4'],
  ['hosts delete', 'type hosts delete NAME, and --yes'],
  ['hosts delete web1 web2 --yes', 'type hosts delete NAME, and --yes'],
  ['hosts delete web1 --url http://127.0.0.1:1', 'leave out --url and --token-file'],
  ['hosts delete web1 --release 6.18', '--release goes with hosts create'],
  ['hosts list --yes', '--yes goes with hosts delete'],
  ['hosts deleted web1', 'hosts delete NAME, or hosts deleted'],
  ['hosts create W9 --release 6.18', 'W9 is not a valid name of a host: try w9'],
  ['verify README.md', 'README.md is not a bundle of bpfledger export'],
  ['verify kept/web1.bundle', 'there is no file or folder kept/web1.bundle'],
  ['import night.strace --as web1', 'there is no file or folder night.strace'],
  ['token create x --role king --tokens-file t', '--role king: there are reader, recorder'],
  [
    'token create x --role reader --expires soon --tokens-file t',
    '--expires soon is neither days (90d) nor an RFC 3339 time',
  ],
  [
    'conform x --via localhost:8080',
    '--via localhost:8080 is not an http address; try --via http://',
  ],
  ['conform x --token-file t', '--token-file goes with --via'],
  ['releases measure', 'type releases list, releases show R, or releases probe'],
  ['releases show 4.18.0-553.el8_10', 'it is a kernel of Enterprise Linux'],
  ['golden', 'type golden record PATH… --out DIR'],
  ['golden record test/histories', 'golden record needs --out DIR'],
  ['hosts drop web1', 'type hosts list, hosts create NAME --release R'],
  ['hosts create web1', 'try hosts create web1 --release 6.18'],
  ['rules add one', 'rules add one needs --to URL'],
  ['rules add one --to nowhere', '--to nowhere is not a URL; type one as https://example.org/hook'],
  ['rules drop 1', 'type rules list, rules add NAME --to URL'],
  ['rules remove one', 'one is not the number of a rule'],
  [
    'rules add one --to http://x/ --left policy --cgroup /',
    '--left policy is not a program; try name:',
  ],
  ['rules add one --to http://x/ --cgroup /', '--cgroup and --attach-type go with --left'],
  ['serve --webhook-allow 10.0.0.0/99', '--webhook-allow: "10.0.0.0/99" is neither a network'],
  ['plan', 'plan needs a HOST'],
  ['branch', 'type branch list HOST'],
  ['branch list web1 --at 3', '--at goes with branch create'],
  ['replay web1', 'try replay web1 --release 7.3'],
  ['syscall', 'syscall needs a HOST'],
  ['syscall web1', 'which call? try syscall HOST mkdir path=/pod1'],
  ['syscall web1 mkdir /pod1', 'mkdir needs path=/pod1'],
  ['syscall web1 mkdir path=/a --pid x', '--pid x is not a number'],
  ['events', 'type events list HOST, or events follow HOST'],
  ['events list web1 --after -1', '--after must be a whole number from 0'],
  ['events list web1 --tail 3 --limit 3', '--tail and --limit exclude each other'],
  ['events list web1 --tail 10001', '--tail takes 10000 at most; with --reverse, any number'],
  ['events follow web1 --reverse', '--reverse goes with events list'],
  ['cgroups', 'cgroups needs one HOST'],
  ['diff demo 5 3', 'diff takes one HOST, and "5" came after demo; all else are flags'],
  ['replay demo 5', 'replay takes one HOST, and "5" came after demo'],
  ['export demo out.jsonl', 'export takes one HOST, and "out.jsonl" came after demo'],
  ['rebuild a b', 'rebuild takes one HOST'],
  ['serve web1', 'serve takes no web1'],
  ['migrate web1', 'migrate takes no web1'],
  ['serve --port 99999', '--port: must be a number from 0 to 65535'],
  ['serve --host 0.0.0.0', '--host 0.0.0.0 is not loopback'],
  ['serve --database-url mysql://x', '--database-url: must start with postgresql://'],
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
  it('is looked for at BPFLEDGER_URL, which --url overrides', async () => {
    const env = { BPFLEDGER_URL: 'http://127.0.0.1:2' };
    expect((await bpfledger(['cgroups', 'x'], { env })).err).toContain('from http://127.0.0.1:2');
    const named = await bpfledger(['cgroups', 'x', '--url', 'http://127.0.0.1:1'], { env });
    expect(named.err).toContain('from http://127.0.0.1:1');
    const wrong = await bpfledger(['cgroups', 'x'], { env: { BPFLEDGER_URL: 'here' } });
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringContaining('BPFLEDGER_URL here is not an http address'),
    ]);
  });

  it('ends a client with 3 and says where it looked', async () => {
    const { code, err } = await bpfledger(['hosts', 'list', '--url', 'http://127.0.0.1:1']);
    expect(err).toContain(
      'no answer from http://127.0.0.1:1; is it running? --url names another address',
    );
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

describe('adopt --from-bpftool', () => {
  it.each([
    [['README.md'], 'README.md: files go with --from-bpftool'],
    [['--from-bpftool'], 'name the files: --from-bpftool web1/*'],
    [['--from-bpftool', 'nowhere.json'], 'there is no file or folder nowhere.json'],
    [
      ['--from-bpftool', 'README.md'],
      'README.md is not the output of one of these: bpftool -j prog show',
    ],
  ])('%j is refused with 2', async (words, said) => {
    const { code, err } = await bpfledger(['adopt', '--host', 'web1', ...words]);
    expect(err).toContain(said);
    expect(code).toBe(2);
  });
});
