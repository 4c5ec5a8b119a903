/**
 * A process of many followers: each a raw socket that reads one host's server-sent events, checks
 * that they come without a gap and in order, and notes when. `followers.ts` starts it.
 */
import { connect, type Socket } from 'node:net';
import { monotonicMs } from './measure.ts';

export interface FollowOrder {
  readonly port: number;
  readonly host: string;
  readonly followers: number;
  /** Position of the last event that they have. */
  readonly after: number;
  /** How many events each waits for. */
  readonly events: number;
}

export type FollowWord =
  /** All followers are connected. */
  | { readonly came: 'ready' }
  | { readonly came: 'wrong'; readonly why: string }
  /** Every follower has every event: when, by follower and event; milliseconds. */
  | { readonly came: 'all'; readonly times: Float64Array };

/** What stands before a position in a stream of events. */
const ID = Buffer.from('\nid: ');
const NEWLINE = 10;
/** Stands between the position and the mark of the log. */
const DOT = 46;
const ZERO = 48;
/** Bytes of an id, at most. */
const ID_BYTES = 64;

process.on('message', (order: FollowOrder) => {
  const { port, host, followers, after, events } = order;
  const times = new Float64Array(followers * events);
  const tell = (word: FollowWord) => process.send?.(word);
  const wrong = (why: string) => tell({ came: 'wrong', why });
  let connected = 0;
  let done = 0;

  function follow(follower: number): Socket {
    let last = after;
    let rest: Buffer = Buffer.alloc(0);
    let greeted = false;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      const path = `/v1/hosts/${host}/events/stream?after=${after}`;
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    });
    socket.on('error', (error) => wrong(error.message));
    socket.on('data', (piece: Buffer) => {
      const now = monotonicMs();
      if (!greeted) {
        greeted = true;
        if (!piece.includes(' 200 ')) wrong(piece.toString('latin1'));
        if (++connected === followers) tell({ came: 'ready' });
      }
      const text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let from = 0;
      for (let at = text.indexOf(ID); at !== -1; at = text.indexOf(ID, from)) {
        const end = text.indexOf(NEWLINE, at + ID.length);
        if (end === -1) break;
        let position = 0;
        for (let i = at + ID.length; i < end && text[i] !== DOT; i++) {
          position = position * 10 + (text[i] as number) - ZERO;
        }
        if (position !== last + 1) wrong(`follower ${follower}: ${position} after ${last}`);
        times[follower * events + position - after - 1] = now;
        last = position;
        from = end;
      }
      // The start of an id may stand at the very end.
      rest = text.subarray(Math.max(from, text.length - ID.length - ID_BYTES));
      if (last === after + events && ++done === followers) tell({ came: 'all', times });
    });
    return socket;
  }

  const sockets = Array.from({ length: followers }, (_, i) => follow(i));
  process.once('disconnect', () => {
    for (const socket of sockets) socket.destroy();
  });
});
