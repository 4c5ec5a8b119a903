/** Connections, bounded by the address that they come from: one machine cannot take all of them. */
import type { Server } from 'node:http';
import { rawRefusal } from './raw-refusal.ts';
import { Room, type RoomSize } from './room.ts';

/** Refuses further connections of an address that has its share, and closes them. */
export function limitConnections(server: Server, size: RoomSize): void {
  const room = new Room(size, 'connections');
  server.maxConnections = size.all;
  server.on('connection', (socket) => {
    try {
      socket.once('close', room.enter(socket.remoteAddress ?? ''));
    } catch (error) {
      socket.end(rawRefusal(error), () => socket.destroy());
    }
  });
}
