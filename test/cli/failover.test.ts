// A failover to a standby that was behind, while somebody follows: the service of before is gone, the
// one of now knows nothing of what was lost, and the positions are those of other events.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { ground, startExecutor, waitForReport } from '../kernel/executing.ts';
import { COMMAND, environment, root } from '../support/command.ts';
import { loseTail } from '../support/lost-tail.ts';
import { needs } from '../support/needs.ts';
import { startFront, type TcpFront } from '../support/tcp-front.ts';

const HOST = 'h';
const SAID = /the log changed behind this command/;

let before: TestService;
let after: TestService;
let front: TcpFront;
const ended: ChildProcess[] = [];

beforeEach(async () => {
  before = await startTestService();
  after = await startTestService({ database: before.database });
  front = await startFront();
  front.passTo(await before.listen());
  await post(before.app, '/v1/hosts', { body: { name: HOST, release: '6.18' } });
  await write(before, 'a', 2, 10);
  return async () => {
    await front.close();
    await after.close();
    await before.close();
  };
});
afterEach(() => {
  for (const child of ended.splice(0)) child.kill('SIGKILL');
});

async function write(to: TestService, name: string, from: number, upTo: number): Promise<void> {
  for (let n = from; n <= upTo; n++) {
    const body = { call: { name: 'mkdir', path: `/${name}${n}` } };
    await post(to.app, `/v1/hosts/${HOST}/syscalls`, { body });
  }
}

/** Loses what came after position 5; others are recorded up to 12. */
async function failover(): Promise<void> {
  front.cut();
  const { host_id } = await before.log.head(HOST);
  await loseTail(before.database, host_id, 5);
  await write(after, 'b', 6, 12);
  front.passTo(await after.listen());
}

interface Following {
  /** Waits until so many events were printed. */
  waitForPrinted(count: number): Promise<void>;
  readonly exited: Promise<number | null>;
  errorText(): string;
}

function follow(...flags: string[]): Following {
  const [node, ...words] = COMMAND;
  const args = [...words, 'events', 'follow', HOST, '--json', '--url', front.url, ...flags];
  const child = spawn(node, args, { cwd: root, env: environment() });
  ended.push(child);
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const count = () => texts.out.split('\n').length - 1;
  return {
    waitForPrinted: (wanted) => expect.poll(count, { timeout: 20_000 }).toBe(wanted),
    exited: once(child, 'close').then(([code]) => code as number | null),
    errorText: () => texts.err,
  };
}

const streams = async () => {
  const text = await (await before.app.request('/metrics')).text();
  return /^bpfledger_event_streams (\d+)$/m.exec(text)?.[1];
};

describe('events follow', () => {
  it('ends when what it printed is lost', { timeout: 60_000 }, async () => {
    const following = follow('--after', '0');
    await following.waitForPrinted(10);
    await failover();
    expect([await following.exited, following.errorText()]).toEqual([
      3,
      expect.stringMatching(SAID),
    ]);
  });

  it('ends when the head that it began at is lost', { timeout: 60_000 }, async () => {
    const following = follow();
    await expect.poll(streams, { timeout: 20_000 }).toBe('1');
    await failover();
    expect([await following.exited, following.errorText()]).toEqual([
      3,
      expect.stringMatching(SAID),
    ]);
  });

  it('goes on when nothing of it is lost', { timeout: 60_000 }, async () => {
    const following = follow('--after', '0');
    await following.waitForPrinted(10);
    front.cut();
    front.passTo(await after.listen());
    await write(after, 'c', 11, 12);
    await following.waitForPrinted(12);
  });
});

describe.skipIf(!needs('kernel').ok)('an executor', () => {
  it('ends when what it applied is lost', { timeout: 90_000 }, async () => {
    const place = ground();
    const executor = startExecutor({ url: front.url, host: HOST }, place);
    try {
      await waitForReport({ url: front.url, host: HOST }, 10);
      await failover();
      expect([await executor.exited, executor.output()]).toEqual([3, expect.stringMatching(SAID)]);
    } finally {
      await executor.end('SIGKILL');
      place.remove();
    }
  });
});
