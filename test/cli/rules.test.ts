// `bpfledger rules` against a service that is killed: what it committed and did not deliver comes after
// the next start, and what the receiver did not answer comes again, with the same id.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../api/receiver.ts';
import { bpfledger, type Serving, serving } from '../support/command.ts';

describe('rules', { timeout: 90_000 }, () => {
  let folder: string;
  let receiver: Receiver;
  let service: Serving;

  const start = () => serving(['--data-dir', folder, '--webhook-allow', '127.0.0.1']);
  const run = async (...words: string[]) => {
    const done = await bpfledger([...words, '--url', service.url]);
    expect([done.code, done.err.includes('bpfledger:')], done.err).toEqual([0, false]);
    return done.out;
  };
  const mkdir = async (path: string) => {
    const response = await fetch(`${service.url}/v1/hosts/web1/syscalls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ call: { name: 'mkdir', path } }),
    });
    expect(response.status).toBe(200);
  };
  /** Waits until so many deliveries are in a state. */
  const becomes = async (state: string, count: number) => {
    for (;;) {
      const answer = await fetch(`${service.url}/v1/rules/1/deliveries?state=${state}`);
      const { items } = (await answer.json()) as { items: object[] };
      if (items.length === count) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bpfledger-rules-'));
    receiver = await startReceiver();
    service = await start();
    const body = JSON.stringify({ name: 'web1', release: '6.18' });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${service.url}/v1/hosts`, { method: 'POST', headers, body });
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    await receiver.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  it('made by the command survive a kill, before the delivery and during it', async () => {
    const secret = await run(
      'rules',
      'add',
      'made',
      '--to',
      receiver.url,
      '--filter',
      'call=mkdir',
    );
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
    expect(await run('rules', 'list')).toContain(
      `\n1     made  0 pending, 0 dead  ${receiver.url}\n`,
    );

    const none = await bpfledger(['rules', 'deliveries', '1', '--url', service.url]);
    expect([none.code, none.out, none.err]).toEqual([0, '', 'rule 1 has no delivery\n']);

    // Down: committed, and not delivered.
    const { port } = receiver;
    await receiver.close();
    await mkdir('/one');
    await mkdir('/two');
    await becomes('pending', 2);
    await service.end('SIGKILL');

    // Slow: the first request gets no answer before the service is killed.
    receiver = await startReceiver(port);
    receiver.answer(() => new Promise(() => undefined));
    service = await start();
    while (receiver.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await service.end('SIGKILL');

    receiver.answer(204);
    service = await start();
    const taken = await receiver.waitForTaken(2);
    const paths = taken.map(
      ({ body }) => (body.data.event as { call: { path: string } }).call.path,
    );
    expect(paths).toEqual(['/one', '/two']);
    expect(receiver.got.map(({ id }) => id)).toEqual([
      ...[taken[0]?.id, taken[0]?.id, taken[1]?.id],
    ]);
    await becomes('delivered', 2);
    const lines = (await run('rules', 'deliveries', '1', '--state', 'delivered')).split('\n');
    expect(lines[1]).toMatch(/^1 +web1 +2 +delivered +\d+$/);
    expect(await run('rules', 'retry', '1')).toBe('0 deliveries are tried again\n');
    expect(await run('rules', 'remove', '1')).toBe('rule 1 is removed\n');
    expect(await run('rules', 'list')).toBe('');
  });
});
