/** Connections, bounded by the address that they come from: one machine cannot take all of them. */
import type { Server } from 'node:http';
import { problemHeaders, problemOf } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import { Room, type RoomSize } from './room.ts';

/** Refuses further connections of an address that has its share, and closes them. */
export function limitConnections(server: Server, size: RoomSize): void {
  const room = new Room(size, 'connections');
  server.maxConnections = size.all;
  server.on('connection', (socket) => {
    try {
      socket.once('close', room.enter(socket.remoteAddress ?? ''));
    } catch (error) {
      socket.end(refusal(error), () => socket.destroy());
    }
  });
}

/** A whole response: no request was read that a server could answer. */
function refusal(error: unknown): string {
  const { slug, details } = problemFrom(error);
  const body = JSON.stringify(problemOf(slug, details));
  const headers = { ...problemHeaders(slug, details), connection: 'close' };
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 503 Service Unavailable\r\n${head}\r\n${body}`;
}
