// Proof at the command line: export a log, verify it without a service, import it, and see that a
// changed file is told.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';

const PATIENCE = { timeout: 120_000 };

let folder: string;
let service: Serving;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-proof-'));
  file = join(folder, 'demo.bundle');
  service = await serving(['--data-dir', join(folder, 'data'), '--demo']);
}, 120_000);

afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => bpfledger([...args, '--url', service.url]);

it('signs, lists, and verifies a host', PATIENCE, async () => {
  const signed = await run('checkpoint', 'demo');
  expect([signed.code, signed.err]).toEqual([0, '']);
  expect(signed.out).toMatch(
    /^demo at position \d+: hash [0-9a-f]{64}, signed \S+ by key \w{16}\n$/,
  );
  expect((await run('checkpoint', 'list', 'demo')).out).toBe(signed.out);
  const verified = await run('verify', 'demo');
  expect([verified.code, verified.err]).toEqual([0, '']);
  expect(verified.out.split('\n').map((line) => line.slice(0, 22).trimEnd())).toEqual([
    'demo: everything holds',
    '  chain        holds',
    '  projections  holds',
    '  outcomes     holds',
    '  snapshots    holds',
    '  not excluded',
    '    No checkpoint was',
    '',
  ]);
  expect(verified.out).toMatch(/ 1 checkpoint up to position \d+, key \w{16}\n/);
});

it('exports a bundle that verifies without the service, and imports it', PATIENCE, async () => {
  const exported = await run('export', 'demo', '--output', file);
  expect([exported.code, exported.out]).toEqual([0, '']);
  expect((await run('export', 'demo')).out).toBe(readFileSync(file, 'utf8'));
  const offline = await bpfledger(['verify', file]);
  expect([offline.code, offline.err]).toEqual([0, '']);
  expect(offline.out).toContain('demo: everything holds\n');
  const made = await run('import', file, '--as', 'again');
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toMatch(/^host again: (\d+) events, proven to position \1\n$/);
  expect((await run('verify', 'again')).code).toBe(0);
});

it('believes the key that it is told', PATIENCE, async () => {
  const offline = JSON.parse((await bpfledger(['verify', file, '--json'])).out);
  const { keys, untrusted_keys } = offline.chain;
  expect(keys).toEqual([]);
  expect(offline.not_excluded.join()).toContain(`proves nothing: ${untrusted_keys[0]}`);
  const unpinned = await bpfledger(['verify', file]);
  expect(unpinned.out).toContain(`\n  add --key ${untrusted_keys[0]}, if you know this key`);
  const pinned = await bpfledger(['verify', file, '--key', untrusted_keys[0]]);
  expect(pinned.out).not.toContain('add --key');
  expect([pinned.code, pinned.out]).toEqual([
    0,
    expect.stringContaining(`1 checkpoint up to position`),
  ]);
  const list = join(folder, 'trusted-keys');
  writeFileSync(list, `${untrusted_keys[0]} # ours\n`);
  expect((await bpfledger(['verify', file, '--trusted-keys', list])).code).toBe(0);
  const stranger = await bpfledger(['verify', file, '--key', '0123456789abcdef']);
  expect(stranger.code).toBe(1);
  expect(stranger.out).toContain('no checkpoint is signed by one of the given keys');
});

it('holds a host, and a file, against a checkpoint that was kept', PATIENCE, async () => {
  const kept = join(folder, 'kept.jsonl');
  writeFileSync(kept, (await run('checkpoint', 'demo', '--json')).out);
  expect((await run('verify', 'demo', '--checkpoint', kept)).code).toBe(0);
  expect((await bpfledger(['verify', file, '--checkpoint', kept])).code).toBe(0);
  writeFileSync(kept, readFileSync(kept, 'utf8').replace(/"hash":"\w{8}/, '"hash":"00000000'));
  const ended = [
    await run('verify', 'demo', '--checkpoint', kept),
    await bpfledger(['verify', file, '--checkpoint', kept]),
  ];
  for (const { code, out } of ended) {
    expect(code).toBe(1);
    expect(out).toMatch(
      /^ {4}position (\d+): position \1 has another hash than in a kept checkpoint$/m,
    );
  }
});

async function logKey(): Promise<string> {
  const { items } = (await (await fetch(`${service.url}/v1/keys`)).json()) as {
    readonly items: readonly { readonly public_key: string }[];
  };
  return items[0]?.public_key ?? '';
}

it('proves an event from a file alone', PATIENCE, async () => {
  const key = await logKey();
  const proof = join(folder, '7.tlog-proof');
  const written = await run('proof', 'inclusion', 'demo', '7', '--output', proof);
  expect([written.code, written.out]).toEqual([0, '']);
  const checked = await bpfledger(['proof', 'check', proof, '--key', key]);
  expect([checked.code, checked.err]).toEqual([0, '']);
  expect(checked.out).toMatch(/^bpfledger\/demo\/\S+ has this event at position 7, recorded /);
  expect(checked.out).toContain('not excluded: no witness was asked for');
  const noKey = await bpfledger(['proof', 'check', proof, '--key', 'zz']);
  expect([noKey.code, noKey.out]).toEqual([2, '']);
  expect(noKey.err).toContain('--key zz is not a key; give the public key of the log, 64 digits');
  const noWitness = await bpfledger(['proof', 'check', proof, '--key', key, '--witness', 'w']);
  expect([noWitness.code, noWitness.out]).toEqual([2, '']);
  writeFileSync(proof, readFileSync(proof, 'utf8').replace('index 6', 'index 5'));
  const changed = await bpfledger(['proof', 'check', proof, '--key', key]);
  expect([changed.code, changed.out]).toEqual([
    1,
    `${proof} proves nothing: the event is at position 7, and not at 6\n`,
  ]);
  expect((await run('proof', 'inclusion', 'demo', '999')).err).toContain(
    'no checkpoint covers position 999',
  );
});

it('lets a witness cosign what grew, and holds the log against it', PATIENCE, async () => {
  const key = await logKey();
  const pem = join(folder, 'w1.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const named = ['--name', 'example.org/w1', '--key-file', pem];
  const vkey = (await bpfledger(['witness', 'key', ...named])).out.trim();
  const state = ['--state', join(folder, 'w1.json')];
  const [first, second] = [join(folder, 'first.note'), join(folder, 'second.note')];
  const sign = (subject: string, ...more: string[]) =>
    run('witness', 'sign', subject, ...named, ...state, ...more);

  expect((await sign('demo')).err).toContain('is new to this witness: give its key by --log-key');
  const signed = await sign('demo', '--log-key', key, '--output', first);
  expect([signed.code, signed.err]).toEqual([0, '']);
  await run('syscall', 'demo', 'mkdir', 'path=/witnessed');
  await run('checkpoint', 'demo');
  expect((await sign('demo', '--output', second)).code).toBe(0);

  const growth = join(folder, 'growth');
  const { position } = JSON.parse(
    (await run('checkpoint', 'list', 'demo', '--json')).out.split('\n')[0] ?? '',
  );
  await run('proof', 'consistency', 'demo', `${position}`, '--output', growth);
  const check = (...more: string[]) => bpfledger(['proof', 'check', growth, '--key', key, ...more]);
  expect((await check('--kept', first)).out).toContain('continues the kept checkpoint up to');
  expect((await check('--kept', second)).out).toContain('proves nothing: the proof begins at');
  expect((await check('--kept', first, '--witness', vkey)).out).toContain('w1 did not cosign');

  const held = await run('verify', 'demo', '--checkpoint', second, '--witness', vkey);
  expect([held.code, held.out]).toEqual([0, expect.stringContaining('demo: everything holds')]);
  const other = (await run('checkpoint', 'demo', '--note')).out;
  writeFileSync(second, other);
  const unsigned = await run('verify', 'demo', '--checkpoint', second, '--witness', vkey);
  expect([unsigned.code, unsigned.err]).toEqual([
    2,
    expect.stringContaining('example.org/w1 did not cosign it'),
  ]);
  // A log that is another than the one that was cosigned.
  const forged = JSON.parse(readFileSync(join(folder, 'w1.json'), 'utf8'));
  const [origin = ''] = Object.keys(forged.logs);
  forged.logs[origin].key = vkey;
  writeFileSync(join(folder, 'w1.json'), JSON.stringify(forged));
  const refused = await sign('demo');
  expect([refused.code, refused.out]).toEqual([1, expect.stringMatching(/^not cosigned: /)]);
});

it('lets an operator accept another log, beside the service', PATIENCE, async () => {
  const { position, hash } = JSON.parse((await run('checkpoint', 'demo', '--json')).out);
  const data = ['--data-dir', join(folder, 'data')];
  const accept = (to: number, of: string) =>
    bpfledger(['checkpoint', 'accept', 'demo', '--position', `${to}`, '--hash', of, ...data]);
  expect((await accept(position + 5, hash)).out).toContain('is accepted');
  expect((await run('verify', 'demo')).code).toBe(1);
  const refused = await run('checkpoint', 'demo');
  expect([refused.code, refused.out]).toEqual([3, '']);
  expect(refused.err).toContain(`position ${position + 5} was signed, but the head is at position`);
  expect((await accept(position, hash)).code).toBe(0);
  expect((await run('checkpoint', 'demo')).code).toBe(0);
  expect((await run('verify', 'demo')).code).toBe(0);
});

it('tells a changed file, and does not send it', PATIENCE, async () => {
  const damaged = join(folder, 'damaged.bundle');
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf('"position":7,"recorded_at"');
  writeFileSync(damaged, `${text.slice(0, at + 30)}0${text.slice(at + 31)}`);
  const verified = await bpfledger(['verify', damaged]);
  expect(verified.code).toBe(1);
  expect(verified.out).toContain('DOES NOT HOLD\n');
  expect(verified.out).toMatch(/ {4}position 7: line \d+: the line is damaged\n/);
  const refused = await run('import', damaged, '--as', 'bad');
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.err).toContain('position 7');
});

it('exports audit records, filtered', PATIENCE, async () => {
  const { code, out } = await run('export', 'demo', '--format', 'audit', '--call', 'link_create');
  expect(code).toBe(0);
  for (const line of out.trimEnd().split('\n').filter(Boolean)) {
    expect(line).toContain(': op=LINK_CREATE ');
  }
  const csv = await run('export', 'demo', '--format', 'csv', '--after', '3');
  expect(csv.out).toMatch(/^position,.*\r\n4,/);
});

it.each([
  [['verify'], 2, 'one HOST'],
  [['verify', 'nobody'], 3, 'nobody'],
  [['verify', 'demo', '--key', '0123456789abcdef'], 2, 'goes with a FILE'],
  [['export'], 2, 'one HOST'],
  [['export', 'demo', '--format', 'xml'], 2, 'format'],
  [['import', 'no-such-file'], 2, 'no-such-file'],
  [['checkpoint', 'a', 'b', 'c'], 2, 'checkpoint HOST'],
  [['checkpoint', 'accept', 'demo', '--position', '3'], 2, '--hash HASH'],
  [['verify', 'demo', '--trusted-keys', 'x'], 2, 'BPFLEDGER_TRUSTED_KEYS_FILE'],
])('%j ends with %i', PATIENCE, async (args, code, said) => {
  const ended = await run(...args);
  expect([ended.code, ended.out]).toEqual([code, '']);
  expect(ended.err).toContain(said);
});
