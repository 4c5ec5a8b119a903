import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limitConnections } from './connections.ts';

const server = createServer((_, response) => response.end('served'));
let port: number;
beforeAll(async () => {
  limitConnections(server, { all: 10, each: 2 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

async function openSocket(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

const answer = (socket: Socket): Promise<string> => {
  socket.write('GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n');
  return text(socket);
};

it('refuses an address more than its share, says when to come back, and takes it when one left', async () => {
  const [first, second] = [await openSocket(), await openSocket()];
  const refused = await answer(await openSocket());
  expect(refused).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/);
  expect(refused).toContain('retry-after: 1\r\n');
  expect(JSON.parse(refused.slice(refused.indexOf('\r\n\r\n')))).toMatchObject({
    type: 'urn:bpfledger:problem:busy',
    limit: 2,
  });
  first.destroy();
  await once(first, 'close');
  await expect.poll(async () => answer(await openSocket())).toContain('served');
  second.destroy();
});
