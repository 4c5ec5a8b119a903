// Clients that are generated of openapi.yaml take a link through its life: the package's own, and one that
// a generator of others makes, compiled strictly.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { etagOf, ledgerClient, ServiceRefusal } from '../../src/client/ledger-client.ts';
import { startTestService, type TestService } from '../api/running.ts';
import { environment, root } from '../support/command.ts';
import { needs } from '../support/needs.ts';

const run = promisify(execFile);
const ATTACH_TYPE = 'cgroup_inet_egress';
const PLACE = { cgroup: '/pods', attach_type: 'egress' };

/** Compiles only if answers are typed and a wrong call is refused. */
const OWN = `
import { ledgerClient } from 'bpfledger/client';
const client = ledgerClient({ url: 'http://127.0.0.1:8080' });
const { items } = await client.listEvents({ host: 'h', call: ['mkdir'], limit: 1 });
const position: number = items[0].position;
// @ts-expect-error there is no such call
await client.postSyscalls({ host: 'h', body: { call: { name: 'mkdri', path: '/' } } });
// @ts-expect-error the host is missing
await client.getState({ at: position });
`;

let service: TestService;
let url: string;
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-client-'));

beforeAll(async () => {
  service = await startTestService();
  url = await service.listen();
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the client of the package takes a link through its life', async () => {
  const client = ledgerClient({ url });
  const host = 'typed';
  const { call } = await client.createHost({ body: { name: host, release: '6.18' } });
  expect(call.name).toBe('boot');

  const recorded = await client.postSyscalls({
    host,
    body: [
      { call: { name: 'mkdir', path: '/pods' } },
      { call: { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'guard' } },
      {
        call: {
          ...{ name: 'link_create', prog_fd: { result_of: 1 } },
          ...{ target_path: '/pods', attach_type: 'egress' },
        },
      },
    ],
  });
  if (!('events' in recorded)) throw new Error('a list is answered by a list');
  expect(recorded.events.at(-1)?.outcome).toEqual({ ret: 5 });

  const { slots } = await client.getEffective({ host, ...PLACE });
  expect(slots).toMatchObject([{ prog_name: 'guard', link_id: 1 }]);
  const { items } = await client.listLinks({ host, prog_id: 1 });
  expect(items).toMatchObject([{ link_id: 1, attach_type: ATTACH_TYPE }]);

  // Written only if nothing else was meanwhile.
  const tag = etagOf(recorded);
  const pin = { call: { name: 'obj_pin', bpf_fd: 5, path: '/link' } } as const;
  await client.postSyscalls({ host, 'if-match': tag ?? '', body: pin });
  const late = client.postSyscalls({ host, 'if-match': tag ?? '', body: pin });
  const refusal = await late.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ServiceRefusal);
  expect((refusal as ServiceRefusal).problem).toMatchObject({
    type: 'urn:bpfledger:problem:position-changed',
    position: 5,
  });

  const gone = [{ name: 'close', fd: 5 } as const, { name: 'unlink', path: '/link' } as const];
  await client.postSyscalls({ host, body: gone.map((one) => ({ call: one })) });
  expect(await client.getEffective({ host, ...PLACE })).toMatchObject({ slots: [] });
  expect(await client.getEffective({ host, ...PLACE, at: 5 })).toMatchObject({ slots: [{}] });
  const { items: chapters } = await client.getLinkHistory({ host, id: 1, at: 5 });
  expect(chapters.map(({ event }) => event.position)).toEqual([4, 5]);

  const seen: string[] = [];
  for await (const message of client.followEvents({ host, call: ['mkdir', 'unlink'] })) {
    if (message.event !== 'event') continue;
    seen.push(message.data.call.name);
    if (message.data.call.name === 'unlink') break;
  }
  expect(seen).toEqual(['mkdir', 'unlink']);

  const lines: string[] = [];
  for await (const line of client.exportLog({ host, format: 'csv' })) lines.push(line);
  expect(lines).toHaveLength(8);
  expect(await client.createBranch({ host, body: { name: 'twig' } })).toMatchObject({
    name: 'twig',
  });
  expect(await client.dropBranch({ host, name: 'twig' })).toBeUndefined();
});

it('what is refused after the answer began is thrown', async () => {
  const client = ledgerClient({ url });
  const read = async () => {
    for await (const _ of client.importRecording({ host: 'none', body: 'no trace' }));
  };
  await expect(read()).rejects.toMatchObject({ status: 422, problem: { line: 1 } });
});

it('runs the example of docs/library.md', async () => {
  const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
  const examples = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const code = examples.find((one) => one.includes("from 'bpfledger/client'"));
  if (code === undefined) throw new Error('there is no example');
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    ...{ cwd: root, env: { ...environment(), BPFLEDGER_URL: url } },
  });
  expect(stdout).toBe('guard runs on /pods since position 4\n');
});

it.skipIf(!needs('registry').ok)(
  'a client by openapi-typescript compiles strictly and takes a link through its life',
  { timeout: 240_000 },
  async () => {
    const page = readFileSync(join(root, 'docs/clients.md'), 'utf8');
    const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(page) ?? [];
    writeFileSync(join(folder, 'package.json'), '{"type": "module", "private": true}');
    writeFileSync(join(folder, 'life.ts'), code.replace('http://127.0.0.1:8080', url));
    const versions = ['openapi-typescript@7.13.0', 'typescript@5.9.3', 'openapi-fetch@0.17.0'];
    const kept = Object.entries(environment()).filter(([name]) => !/^npm_/i.test(name));
    const own = { cwd: folder, env: Object.fromEntries(kept) };
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...versions], own);
    await run('npx', ['openapi-typescript', join(root, 'openapi.yaml'), '-o', 'api.d.ts'], own);
    const options = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--lib',
      'es2023,dom',
    ];
    // The types of the package's own client, as who installs it has them.
    symlinkSync(root, join(folder, 'node_modules/bpfledger'));
    writeFileSync(join(folder, 'own.ts'), OWN);
    const compiled = await run('npx', ['tsc', ...options, 'life.ts', 'own.ts'], own).catch(
      ({ stdout }: { readonly stdout: string }) => ({ stdout }),
    );
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, ['life.js'], own);
    expect(stdout).toBe('linked, effective, replaced, gone\n');
  },
);
