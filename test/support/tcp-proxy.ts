// A TCP proxy on loopback that can fall silent, as a network does that loses every packet: what is
// open stays open, what is new is accepted, and not a byte or an end goes either way. Once it is
// mended, what was sent meanwhile arrives after all, as packets that are sent again do.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The URL of the server behind it, with the proxy in its place. */
  url(of: string): string;
  /** Connections that it holds to the server. */
  connections(): number;
  fallSilent(): void;
  mend(): void;
  close(): Promise<void>;
}

/** A proxy before the server that a URL names. */
export async function startProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let silent = false;

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => !silent && from.resume());
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => pairs.delete(pair));
      if (silent) from.pause();
      else from.resume();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const all = () => [...pairs].flat();
  return {
    url(of) {
      const url = new URL(of);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      return url.href;
    },
    connections: () => pairs.size,
    fallSilent() {
      silent = true;
      for (const socket of all()) socket.pause();
    },
    mend() {
      silent = false;
      for (const socket of all()) socket.resume();
    },
    async close() {
      for (const socket of all()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
