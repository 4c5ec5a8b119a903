// A TCP proxy on loopback that does what bad networks do. It can fall silent, as one that loses every
// packet: what is open stays open, what is new is accepted, and not a byte or an end goes either way.
// It can be slow, reset connections in the middle of an answer, and end one direction of them alone.
// Once it is mended, what was held back arrives after all, as packets that are sent again do.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The URL of the server behind it, with the proxy in its place. */
  url(of: string): string;
  /** Connections that it holds to the server. */
  connections(): number;
  fallSilent(): void;
  /** Lets each chunk arrive later, by the milliseconds that are drawn for it. */
  delay(drawMs: () => number): void;
  /** Resets each connection, also new ones, once it has passed on so many bytes more of its answers. */
  dropAfter(drawBytes: () => number): void;
  /** Ends one direction of what is open: what this side sends. The other direction stays. */
  halfClose(side: 'client' | 'server'): void;
  /** No fault from now on. What was reset or ended stays so. */
  mend(): void;
  close(): Promise<void>;
}

/** The faults now. */
interface Weather {
  silent: boolean;
  drawMs?: (() => number) | undefined;
  drawBytes?: (() => number) | undefined;
}

/** A proxy before the server that a URL names. */
export async function startProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  const weather: Weather = { silent: false };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const pair = new Pair(near, far, weather);
    pairs.add(pair);
    for (const socket of [near, far]) socket.on('close', () => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url(of) {
      const url = new URL(of);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      return url.href;
    },
    connections: () => pairs.size,
    fallSilent() {
      weather.silent = true;
      for (const pair of pairs) pair.look();
    },
    delay(drawMs) {
      weather.drawMs = drawMs;
    },
    dropAfter(drawBytes) {
      weather.drawBytes = drawBytes;
      for (const pair of pairs) pair.look();
    },
    halfClose(side) {
      for (const { near, far } of pairs) (side === 'client' ? far : near).end();
    },
    mend() {
      weather.silent = false;
      weather.drawMs = undefined;
      weather.drawBytes = undefined;
      for (const pair of pairs) pair.look();
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}

/** A connection of a client, and that to the server which stands for it. */
class Pair {
  readonly near: Socket;
  readonly far: Socket;
  readonly #weather: Weather;
  readonly #ways: readonly Way[];
  /** Bytes of answers until it is reset. */
  #left: number | undefined;

  constructor(near: Socket, far: Socket, weather: Weather) {
    this.near = near;
    this.far = far;
    this.#weather = weather;
    this.#ways = [
      new Way(near, far, weather),
      new Way(far, near, weather, (bytes) => this.#passable(bytes)),
    ];
    this.look();
  }

  /** The faults may be others now. */
  look(): void {
    this.#left = this.#weather.drawBytes?.();
    for (const way of this.#ways) way.look();
  }

  /** As much of an answer as still goes through; then the connection is reset. */
  #passable(bytes: Buffer): Buffer {
    if (this.#left === undefined) return bytes;
    this.#left -= bytes.length;
    if (this.#left > 0) return bytes;
    // After what is written now.
    setImmediate(() => {
      this.near.resetAndDestroy();
      this.far.resetAndDestroy();
    });
    return bytes.subarray(0, bytes.length + this.#left);
  }
}

/** One direction of a connection. It holds one chunk at most; what comes behind waits in the socket. */
class Way {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: Weather;
  readonly #passable: (bytes: Buffer) => Buffer;
  /** A chunk that is not due, or that silence holds back. */
  #held: Buffer | undefined;
  #isDue = true;
  #isFull = false;

  constructor(
    from: Socket,
    to: Socket,
    weather: Weather,
    passable: (bytes: Buffer) => Buffer = (bytes) => bytes,
  ) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    this.#passable = passable;
    from.on('data', (bytes) => this.#take(bytes));
    to.on('drain', () => {
      this.#isFull = false;
      this.look();
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
  }

  look(): void {
    if (this.#held !== undefined && this.#isDue && !this.#weather.silent) this.#pass(this.#held);
    if (this.#held === undefined && !this.#isFull && !this.#weather.silent) this.#from.resume();
    else this.#from.pause();
  }

  #take(bytes: Buffer): void {
    this.#held = bytes;
    const ms = this.#weather.drawMs?.();
    if (ms !== undefined) {
      this.#isDue = false;
      setTimeout(() => {
        this.#isDue = true;
        this.look();
      }, ms);
    }
    this.look();
  }

  #pass(bytes: Buffer): void {
    this.#held = undefined;
    if (!this.#to.writable) return;
    this.#isFull = !this.#to.write(this.#passable(bytes));
  }
}
