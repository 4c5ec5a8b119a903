/**
 * The floor of telling many followers: an HTTP server that decides, keeps and encodes nothing. A
 * POST is answered immediately, and the same ready-made bytes are written to every follower.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** About as long as a mkdir's event. */
const DATA = 'x'.repeat(360);

const followers = new Set<ServerResponse>();
let position = 1;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': connected\n\n');
    followers.add(response);
    response.once('close', () => followers.delete(response));
    return;
  }
  request.resume().on('end', () => {
    position++;
    const message = Buffer.from(`event: event\nid: ${position}\ndata: ${DATA}\n\n`);
    for (const follower of followers) follower.write(message);
    const answer = JSON.stringify({ position });
    response.writeHead(200, { 'content-length': answer.length }).end(answer);
  });
});

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
