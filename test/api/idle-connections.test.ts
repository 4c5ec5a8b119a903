// Ten thousand connections that say nothing: one address gets its share of them, others are served
// meanwhile, and the memory stays what it was.

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTIONS } from '../../src/api/limits.ts';
import { type ServiceProcess, startProcess } from './process.ts';

const IDLE = 10_000;
const CONCURRENT = 250;
const GROWTH_MIB_MAX = 200;
/** What a connection over the share gets; its end may come before the client has read it. */
const REFUSED = 503;

describe('ten thousand idle connections', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-idle-'));
  const sockets: Socket[] = [];
  let service: ServiceProcess;

  beforeAll(async () => {
    service = await startProcess({ BPFLEDGER_DATA_DIR: folder });
  }, 60_000);
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await service.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const openSocket = async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    // What is refused says why before it is closed.
    socket.resume();
    sockets.push(socket);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  };
  /** The status of an answer to a client at another address. */
  const healthFrom = (localAddress: string) =>
    new Promise<number | undefined>((resolve) => {
      const asked = request(`${service.url}/healthz`, { localAddress, agent: false }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      asked.on('error', () => resolve(REFUSED)).end();
    });
  const memoryMiB = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1024;

  it('of one address take no more than its share, and nothing from the others', async () => {
    expect(await healthFrom('127.0.0.1')).toBe(200);
    const before = memoryMiB();
    for (let made = 0; made < IDLE; made += CONCURRENT) {
      await Promise.all(Array.from({ length: CONCURRENT }, openSocket));
    }
    expect(await healthFrom('127.0.0.2')).toBe(200);
    await expect
      .poll(() => sockets.filter((socket) => !socket.closed).length, { timeout: 30_000 })
      .toBeLessThanOrEqual(CONNECTIONS.each);
    expect(await healthFrom('127.0.0.1')).toBe(REFUSED);
    expect(memoryMiB() - before).toBeLessThan(GROWTH_MIB_MAX);

    for (const socket of sockets) socket.destroy();
    await expect.poll(() => healthFrom('127.0.0.1'), { timeout: 30_000 }).toBe(200);
  }, 120_000);
});
