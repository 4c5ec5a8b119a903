import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { Checkpoint } from './checkpoint.ts';
import { SignedHeads } from './signed-heads.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-heads-'));
const file = join(folder, 'signed-heads.jsonl');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(file, { force: true }));

const at = (position: number): Checkpoint => ({
  host: 'web1',
  position,
  hash: Buffer.alloc(32, position),
  recorded_at: 1,
  signed_at: position,
  chained: null,
  key_id: '0'.repeat(16),
  signature: Buffer.alloc(64),
});

it('remembers the last head of each host, in a file of its owner alone', async () => {
  const heads = await SignedHeads.open(file);
  expect(await heads.of('web1')).toBeUndefined();
  await heads.remember('web1', at(3));
  await heads.remember('web1', at(5));
  await heads.remember('web1', at(4));
  await heads.remember('web2', at(1));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const one of [heads, await SignedHeads.open(file)]) {
    expect(await one.of('web1')).toMatchObject({ position: 5, hash: Buffer.alloc(32, 5) });
    expect(await one.of('web2')).toMatchObject({ position: 1 });
  }
});

it('sees what another process adds, and goes back only when it is told so', async () => {
  const [one, two] = [await SignedHeads.open(file), await SignedHeads.open(file)];
  await one.remember('web1', at(3));
  await two.remember('web1', at(9));
  expect((await one.of('web1'))?.position).toBe(9);
  await two.accept('web1', at(2), 7);
  expect(await one.of('web1')).toEqual({ position: 2, hash: Buffer.alloc(32, 2) });
});

it('passes over a line that a crash cut off, and none else', async () => {
  const heads = await SignedHeads.open(file);
  await heads.remember('web1', at(3));
  appendFileSync(file, '{"host":"web1","posi');
  const again = await SignedHeads.open(file);
  expect((await again.of('web1'))?.position).toBe(3);
  await again.remember('web1', at(4));
  expect((await (await SignedHeads.open(file)).of('web1'))?.position).toBe(4);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"position":3', '"position":x'));
  await expect(SignedHeads.open(file)).rejects.toThrow('line 1 cannot be read');
});

it('loses no line of two that add to it at the same moment', async () => {
  const first = await SignedHeads.open(file);
  await first.remember('web0', at(1));
  const processes = await Promise.all(Array.from({ length: 4 }, () => SignedHeads.open(file)));
  const names = Array.from({ length: 40 }, (_, i) => `web${i + 1}`);
  await Promise.all(names.map((name, i) => processes[i % 4]?.remember(name, at(i + 1))));
  const read = await SignedHeads.open(file);
  for (const [i, name] of names.entries()) expect((await read.of(name))?.position).toBe(i + 1);
});

it('keeps what it knows when the file is taken away, and stays short', async () => {
  const heads = await SignedHeads.open(file);
  await heads.remember('web2', at(1));
  rmSync(file);
  await heads.remember('web1', at(2));
  expect((await (await SignedHeads.open(file)).of('web2'))?.position).toBe(1);
  const line = readFileSync(file, 'utf8').split('\n')[0];
  appendFileSync(file, `${line}\n`.repeat(10_010));
  await heads.remember('web1', at(3));
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
});

it('loses nothing that is added while it is written anew', async () => {
  const first = await SignedHeads.open(file);
  await first.remember('web0', at(1));
  const line = readFileSync(file, 'utf8');
  appendFileSync(file, line.repeat(10_010));
  const processes = await Promise.all(Array.from({ length: 4 }, () => SignedHeads.open(file)));
  const names = Array.from({ length: 40 }, (_, i) => `web${i + 1}`);
  await Promise.all(names.map((name, i) => processes[i % 4]?.remember(name, at(i + 1))));
  const read = await SignedHeads.open(file);
  for (const [i, name] of names.entries()) expect((await read.of(name))?.position).toBe(i + 1);
  expect(statSync(file).size).toBeLessThan(1000 * line.length);
});

it('refuses a file that others may change', async () => {
  const heads = await SignedHeads.open(file);
  await heads.remember('web1', at(3));
  chmodSync(file, 0o622);
  await expect(SignedHeads.open(file)).rejects.toThrow('others can change it');
});
