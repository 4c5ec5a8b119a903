// `bpfledger token` from the first token to the last: what it makes lets in, what it revokes does not,
// and no change that is cut off or wrong harms the file.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';

describe('token', { timeout: 60_000 }, () => {
  let folder: string;
  let file: string;
  let service: Serving | undefined;

  const token = (...words: string[]) =>
    bpfledger(['token', ...words], { env: { BPFLEDGER_TOKENS_FILE: file } });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bpfledger-token-'));
    file = join(folder, 'tokens');
  });

  afterAll(async () => {
    await service?.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes one that the service takes until it is revoked', async () => {
    const admin = await token('create', 'ops', '--role', 'admin', '--hosts', '*');
    expect(admin.code).toBe(0);
    expect(admin.out).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(admin.out.trim());

    service = await serving(['--data-dir', join(folder, 'data'), '--tokens-file', file]);
    const { url, pid } = service;
    const ci = await token(
      'create',
      'ci',
      '--role',
      'reader',
      '--hosts',
      'ci-*',
      '--expires',
      '2d',
    );
    const statusOf = async (one: string) => {
      const headers = { authorization: `Bearer ${one.trim()}` };
      return (await fetch(`${url}/v1/hosts`, { headers })).status;
    };
    const becomes = async (status: number) => {
      process.kill(pid, 'SIGHUP');
      while ((await statusOf(ci.out)) !== status) await sleep(20);
    };
    expect(await statusOf(ci.out)).toBe(401);
    await becomes(200);
    expect((await token('revoke', 'ci')).code).toBe(0);
    await becomes(401);
    expect(await statusOf(admin.out)).toBe(200);
  });

  it('lists when each was last used, with the services before, too', async () => {
    await service?.end('SIGTERM');
    service = undefined;
    await token('create', 'idle', '--role', 'reader');
    const list = () => token('list', '--data-dir', join(folder, 'data'));
    const { code, out } = await list();
    const [head, ops, idle] = out.split('\n');
    expect([code, head]).toEqual([
      0,
      expect.stringMatching(/^name +role +expires +last used +rate/),
    ]);
    expect(ops).toMatch(/^ops +admin +never +\S+T\S+Z +-\/- +\*$/);
    expect(idle).toMatch(/^idle +reader +never +never +-\/- *$/);
    expect((await token('revoke', 'idle')).code).toBe(0);

    const uses = join(folder, 'data', 'token-uses.json');
    expect(statSync(uses).mode & 0o777).toBe(0o600);
    // A revoked token is not kept.
    expect(Object.keys(JSON.parse(readFileSync(uses, 'utf8')))).toEqual(['token:ops']);
    writeFileSync(uses, '{"token:ops": "yesterday"}');
    expect(await list()).toMatchObject({ code: 2, err: expect.stringContaining('remove it') });
    service = await serving(['--data-dir', join(folder, 'data'), '--tokens-file', file]);
    expect(await service.end('SIGTERM')).toBe(0);
    service = undefined;
    rmSync(uses);
  });

  it.each([
    ['a name that is taken', ['create', 'ops', '--role', 'reader'], 'revoke it first'],
    ['a role that is none', ['create', 'a', '--role', 'boss'], 'role'],
    ['a time that is none', ['create', 'a', '--role', 'reader', '--expires', 'soon'], 'expires'],
    [
      'a time that is over',
      ['create', 'a', '--role', 'reader', '--expires', '2020-01-01T00:00:00Z'],
      'is over',
    ],
    ['a host that is none', ['create', 'a', '--role', 'reader', '--hosts', 'A'], 'host name'],
    ['a token that is not there', ['revoke', 'nobody'], 'it has ops'],
  ])('refuses %s, and leaves the file as it is', async (_what, words, said) => {
    const before = readFileSync(file, 'utf8');
    const { code, out, err } = await token(...words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(said);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it('does not cross another change', async () => {
    writeFileSync(`${file}.new`, '');
    const { code, err } = await token('revoke', 'ops');
    expect([code, err]).toEqual([2, expect.stringContaining('another change is under way')]);
    rmSync(`${file}.new`);
  });
});
