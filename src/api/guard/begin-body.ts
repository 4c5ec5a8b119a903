/**
 * Bodies that are still arriving: each takes up, from its beginning, the room that it may come to
 * need, so that a client that sends many slowly holds no more than its share of the memory. There is one
 * room for the process, whose memory it is.
 */
import { UNFINISHED_BODIES, UNFINISHED_BYTES } from '../limits.ts';
import { Room } from './room.ts';

const bodies = new Room(UNFINISHED_BODIES, 'bodies');
const bytes = new Room(UNFINISHED_BYTES, 'bytes of unfinished bodies');

/**
 * Takes room for a body of so many bytes. Throws a problem when a caller, or all, have too many.
 *
 * @returns gives it back, when the body is there or will not come
 */
export function beginBody(caller: string, length: number): () => void {
  const leave = bodies.enter(caller);
  try {
    const free = bytes.enter(caller, length);
    return () => {
      free();
      leave();
    };
  } catch (error) {
    leave();
    throw error;
  }
}
