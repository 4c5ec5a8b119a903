// A recording of strace imported at the command line, and files that are none.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger, root, type Serving, serving } from '../support/command.ts';

const PATIENCE = { timeout: 120_000 };
const RECORDING = join(root, 'test/histories/strace/libbpf-pin.strace.br');

let folder: string;
let service: Serving;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-import-'));
  file = join(folder, 'night.strace');
  writeFileSync(file, brotliDecompressSync(readFileSync(RECORDING)));
  service = await serving(['--data-dir', join(folder, 'data')]);
}, 120_000);

afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => bpfledger([...args, '--url', service.url]);

/** A file of the folder with some bytes. */
function makeFile(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

it('creates the host that was recorded, and says what it could not use', PATIENCE, async () => {
  const made = await run('import', file, '--as', 'web1');
  expect([made.code, made.err]).toEqual([0, '']);
  const shown = /^\$ npx bpfledger import [^\n]*\n(.*?)^```$/ms.exec(
    readFileSync(join(root, 'docs/import.md'), 'utf8'),
  )?.[1];
  expect(made.out).toBe(shown);
  const page = readFileSync(join(root, 'docs/import.md'), 'utf8');
  const asked = [
    ['blame', 'web1', '--cgroup', '/orc-s/a/b', '--type', 'egress'],
    ['blame', 'web1', '--cgroup', '/orc-s/a/b', '--type', 'egress', '--at', '107'],
  ];
  for (const words of asked) {
    const { out, err } = await run(...words);
    expect(page).toContain(`$ npx bpfledger ${words.join(' ')}\n${err}${out}`);
  }
  const story = await run('events', 'list', 'web1');
  expect(story.out).toMatch(/link_update/);
});

it('records the same file once, and says so', PATIENCE, async () => {
  const again = await run('import', file, '--as', 'web1', '--json');
  expect([again.code, again.err]).toEqual([0, '']);
  const counts = { events: 116, recorded_before: 116, position: 117 };
  expect(JSON.parse(again.out)).toMatchObject(counts);
  const { out } = await run('import', file, '--as', 'web1');
  expect(out.split('\n')[0]).toBe(
    'host web1: nothing new, all 116 events (positions 2…117) were recorded before',
  );
});

it('says after which position it adds, and that the log is newer', PATIENCE, async () => {
  const begin = readFileSync(file, 'latin1').split('\n').slice(0, 300).join('\n');
  const { out } = await run('import', makeFile('begin.strace', begin), '--as', 'web1');
  expect(out).toMatch(/^host web1, added after position 117: \d+ events, positions 118…/);
  expect(out).toContain('\nwarning: the recording begins before the event at position 117 (2026-');
});

it('exits with 1 when the kernel answered what the rules do not', PATIENCE, async () => {
  const told = readFileSync(file, 'latin1').replace(
    /^(.*BPF_OBJ_PIN, .*) = 0<\/dev\/null>$/m,
    '$1 = -1 EACCES (Permission denied)',
  );
  const made = await run('import', makeFile('lsm.strace', told), '--as', 'lsm');
  expect(made.code).toBe(1);
  expect(made.out).toMatch(/ {2}line \d+: obj_pin was answered .*EACCES/);
});

describe('a file that is not taken', () => {
  it.each<[string, () => string[], string]>([
    ['is not there', () => [join(folder, 'none')], 'there is no file or folder'],
    ['is empty', () => [makeFile('empty', '')], 'is empty'],
    [
      'is compressed',
      () => [makeFile('night.gz', gzipSync('x'))],
      'is compressed: unpack it with gunzip',
    ],
    [
      'is something else',
      () => [makeFile('else', 'hello')],
      'is neither a bundle of bpfledger export nor what strace writes',
    ],
    ['has no host', () => [file], '--as NAME names the host that was recorded'],
    [
      'is said to be of no format',
      () => [file, '--format', 'pcap'],
      '--format pcap: there are bundle and strace',
    ],
    [
      'is a bundle with options of strace',
      () => [file, '--format', 'bundle', '--release', '6.18'],
      '--release goes with a strace recording',
    ],
  ])('%s', async (_, args, said) => {
    const { code, out, err } = await bpfledger(['import', ...args()]);
    expect(err).toContain(said);
    expect([code, out]).toEqual([2, '']);
  });

  it('says the line at which it is not a recording', PATIENCE, async () => {
    const tt = makeFile('tt.strace', '812 06:57:46.123456 close(3) = 0\n');
    const { code, out, err } = await run('import', tt, '--as', 'web2', '--release', '6.18');
    expect(err).toContain('line 1: the time 06:57:46.123456 names no day, as -t and -tt print it');
    expect(err).toContain('strace -f -ttt -yy -o FILE');
    expect([code, out]).toEqual([3, '']);
  });
});
