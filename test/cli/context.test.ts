// Services by name, and what shells complete.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bpfledger } from '../support/command.ts';

const PATIENCE = { timeout: 120_000 };
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-context-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { XDG_CONFIG_HOME: folder };
const file = join(folder, 'bpfledger/contexts.json');

async function typeLine(line: string, more: Readonly<Record<string, string>> = {}) {
  return bpfledger(line.split(' '), { env: { ...env, ...more } });
}

it('a context names the service, and its token goes nowhere else', PATIENCE, async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{"items":[]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const added = await typeLine(`context add test --url ${url}`, { BPFLEDGER_TOKEN: 'secret-1' });
    expect(added.out).toBe(`test is ${url}, and in use\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await typeLine('context add other --url http://127.0.0.1:1');
    expect((await typeLine('context list')).out).toBe(
      `* test  ${url}  with a token\n  other  http://127.0.0.1:1\n`,
    );
    expect((await typeLine('hosts list')).code).toBe(0);
    expect((await typeLine(`hosts list --url ${url}`)).code).toBe(0);
    expect((await typeLine('hosts list', { BPFLEDGER_URL: url })).code).toBe(0);
    expect(seen).toEqual(['Bearer secret-1', undefined, undefined]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  expect((await typeLine('context use none')).err).toContain('there is no context none');
  chmodSync(file, 0o644);
  const { code, err } = await typeLine('hosts list');
  expect([code, err]).toEqual([2, expect.stringContaining(`chmod 600 ${file}`)]);
});

it('completes commands and options in bash, as bash does it', PATIENCE, async () => {
  const { out } = await typeLine('completion bash');
  const complete = (...words: string[]) => {
    const typing = `COMP_WORDS=(bpfledger ${words.join(' ')}); COMP_CWORD=${words.length}`;
    const script = `${out}\n${typing}; _bpfledger; echo "$${'{COMPREPLY[@]}'}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  };
  expect(complete('who')).toEqual(['who-removed']);
  expect(complete('serve', '--e')).toEqual(['--ephemeral']);
  expect(complete('replay', 'web1', '--re')).toEqual(['--release']);
});

it('prints scripts for zsh and fish, and refuses another shell', PATIENCE, async () => {
  const zsh = await typeLine('completion zsh');
  expect(zsh.out).toContain("'who-removed:show which event took programs");
  const fish = await typeLine('completion fish');
  expect(fish.out).toContain(
    "-n '__fish_seen_subcommand_from serve' -l ephemeral -d 'keep nothing",
  );
  const { code, err } = await typeLine('completion csh');
  expect([code, err]).toEqual([2, expect.stringContaining('type completion bash')]);
});
