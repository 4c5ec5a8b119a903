// Whatever one client sends, others are answered meanwhile: bodies that are cheap to send and dear
// to check are refused before they are parsed, and what arrives slowly takes up no more than a
// share. `npm run stalls` measures the same on a service of its own.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  JSON_BODY_BYTES_MAX,
  JSON_DEPTH_MAX,
  JSON_FIELDS_MAX,
  JSON_ITEMS_MAX,
  JSON_NUMBER_CHARS_MAX,
  UNFINISHED_BYTES,
} from '../../src/api/limits.ts';
import { problemSchema } from '../../src/api/problem.ts';
import { reports, wrongBodies } from '../stalls/bodies.ts';
import { post, startTestService, type TestService } from './running.ts';

let service: TestService;
let url: string;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  url = await service.listen();
});
afterAll(async () => {
  await service.close();
});

const SIZE = JSON_BODY_BYTES_MAX - 4096;

async function postRefused(path: string, body: string) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  return problemSchema.parse(await response.json());
}

/** What is told of a body whose shape is looked at before it is parsed: the bound that it passes. */
const shapeless = (limit: number) => ({ field: 'body', limit });

/** By what is wrong with a body, where it is refused. Those with a field are cheap to parse. */
const REFUSED: Readonly<Record<string, { readonly field: string; readonly limit?: number }>> = {
  'unknown fields beside a call': shapeless(JSON_FIELDS_MAX),
  'unknown fields in a call': shapeless(JSON_FIELDS_MAX),
  'a list of wrong calls': shapeless(JSON_ITEMS_MAX),
  '1,000 calls of unknown fields': shapeless(JSON_FIELDS_MAX),
  'a deep list': shapeless(JSON_DEPTH_MAX),
  'a deep call': shapeless(JSON_DEPTH_MAX),
  'a long number': shapeless(JSON_NUMBER_CHARS_MAX),
  'a long path': { field: 'call.path' },
  'a long name': { field: 'call.name' },
  'a long list of flags': shapeless(JSON_ITEMS_MAX),
  'a long list of capabilities': shapeless(JSON_ITEMS_MAX),
  'a long list of maps': shapeless(JSON_ITEMS_MAX),
  'instructions without end': { field: 'call.insns' },
  'reports of unknown fields': shapeless(JSON_FIELDS_MAX),
};

describe('a body of eight megabytes', () => {
  const bodies = { ...wrongBodies(SIZE), 'reports of unknown fields': reports(SIZE) };
  it.each(Object.entries(bodies))('of %s is refused where it goes wrong', async (name, body) => {
    const refused = REFUSED[name];
    if (refused === undefined) throw new Error('say where it is refused');
    const path = name.startsWith('reports')
      ? '/v1/hosts/h/executor/reports'
      : '/v1/hosts/h/syscalls';
    for (const to of name.startsWith('reports') ? [path] : [path, '/v1/hosts/h/plan']) {
      const problem = await postRefused(to, body);
      expect(problem).toMatchObject({ status: 422, ...refused });
      expect(JSON.stringify(problem).length).toBeLessThan(10_000);
    }
  });

  it('is too large for a route that takes a name and a release', async () => {
    const body = JSON.stringify({ release: '5.10', x: 'x'.repeat(100_000) });
    for (const path of ['/v1/hosts', '/v1/hosts/h/replays', '/v1/hosts/h/branches']) {
      expect(await postRefused(path, body)).toMatchObject({ status: 413, limit: 65_536 });
    }
  });
});

it('of thousands of unknown fields tells twenty', async () => {
  const fields = Array.from({ length: 250 }, (_, i) => [`prog_f${i}`, i]);
  const call = { name: 'close', fd: 3, ...Object.fromEntries(fields) };
  const { errors } = await postRefused('/v1/hosts/h/syscalls', JSON.stringify({ call }));
  expect(errors).toHaveLength(20);
  expect(errors?.[0]).toMatchObject({ field: 'call.prog_f0' });
});

describe.each([
  ['the side door', 'syscalls', 'application/json'],
  ['the router', 'plan', 'application/json'],
  ['a stream of lines', 'syscalls', 'application/x-ndjson'],
])('bodies that come slowly, by %s', (_, route, type) => {
  /** Announces a body and sends its first byte. */
  async function begun(length: number): Promise<Socket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/hosts/h/${route} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
        `content-type: ${type}\r\ncontent-length: ${length}\r\n\r\n{`,
    );
    return socket;
  }

  it('are refused beyond a share, with when to come back; then there is room again', async () => {
    const each = type.includes('nd') ? 2 * 1024 * 1024 : JSON_BODY_BYTES_MAX;
    const share = UNFINISHED_BYTES.each / each;
    const slow: Socket[] = [];
    for (let i = 0; i < share; i++) slow.push(await begun(JSON_BODY_BYTES_MAX));
    const firstAnswer = async () => {
      const socket = await begun(JSON_BODY_BYTES_MAX);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return answer.toString();
    };
    const refused = await firstAnswer();
    expect(refused).toMatch(/^HTTP\/1.1 503 /);
    expect(refused.toLowerCase()).toContain('retry-after: 1');
    for (const socket of slow) socket.destroy();
    const small = { method: 'POST', headers: { 'content-type': type }, body: '{"call":{}}\n' };
    await expect
      .poll(async () => (await fetch(`${url}/v1/hosts/h/${route}`, small)).status)
      .toBe(422);
  });
});
