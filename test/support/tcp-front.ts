// A TCP front on loopback, as a balancer is: it passes connections on to one server, and at a
// failover cuts all of them and passes new ones on to another.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpFront {
  readonly url: string;
  /** Cuts what is open, and refuses what is new until there is a server again. */
  cut(): void;
  passTo(url: string): void;
  close(): Promise<void>;
}

/** A front that passes nothing on yet. */
export async function startFront(): Promise<TcpFront> {
  const open = new Set<Socket>();
  let target: URL | undefined;
  const server = createServer((near) => {
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect({ host: target.hostname, port: Number(target.port) });
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    target = undefined;
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    passTo(url) {
      target = new URL(url);
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
