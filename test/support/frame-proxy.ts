// A TCP proxy before a PostgreSQL server that passes on whole messages of its protocol, one after the
// other, counts them, and stops for ever at the one that it is told: before that message is passed on, or
// after. Then whoever is behind it can be killed between two steps of what it is doing.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Frame, FrameReader, type Way } from './postgres-frames.ts';

/** Where the proxy stops: at the n-th message, counted from 1, before or after it is passed on. */
export interface Stop {
  readonly step: number;
  readonly side: 'before' | 'after';
}

/** What passed since the count began. */
export interface Count {
  /** The messages in the order in which they came, of all connections and both ways. */
  readonly frames: readonly Frame[];
  /** Resolves when the proxy stopped; never without a stop. */
  readonly stopped: Promise<void>;
}

export interface FrameProxy {
  /** The URL of the server behind it, with the proxy in its place. */
  url(of: string): string;
  /** Begins to count anew. */
  count(stop?: Stop): Count;
  /** When the last message passed, by `performance.now()`. */
  readonly lastMs: number;
  /** The ports from which it is connected to the server. */
  ports(): number[];
  /** Closes all connections, as they are closed when a process ends. */
  close(): Promise<void>;
}

/** A proxy before the server that a URL names. */
export async function startFrameProxy(target: string): Promise<FrameProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const ports: number[] = [];
  let frames: Frame[] = [];
  let stop: Stop | undefined;
  let tellStopped: () => void = () => undefined;
  let isStopped = false;
  let lastMs = performance.now();

  function pass(frame: Frame, to: Socket): void {
    if (isStopped) return;
    lastMs = performance.now();
    frames.push(frame);
    const isHere = stop?.step === frames.length;
    if (isHere) isStopped = true;
    if (isHere && stop?.side === 'before') return tellStopped();
    to.write(frame.bytes, () => isHere && tellStopped());
  }

  function forward(way: Way, from: Socket, to: Socket): void {
    const reader = new FrameReader(way);
    open.add(from);
    from.on('data', (bytes) => {
      for (const frame of reader.read(bytes)) pass(frame, to);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
  }

  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    near.setNoDelay(true);
    forward('to the server', near, far);
    forward('to the service', far, near);
    far.once('connect', () => {
      ports.push(far.localPort ?? 0);
      near.resume();
    });
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
    count(at) {
      frames = [];
      stop = at;
      const stopped = new Promise<void>((resolve) => {
        tellStopped = resolve;
      });
      return { frames, stopped };
    },
    get lastMs() {
      return lastMs;
    },
    ports: () => [...ports],
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
