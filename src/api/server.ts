/** The HTTP server: the side door for single writes, the router for everything else. */
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import type { Access } from './guard/access.ts';
import { limitConnections } from './guard/connections.ts';
import { refuseUnreadable } from './guard/raw-refusal.ts';
import { CONNECTIONS, HEADER_BYTES_MAX, HEADERS_MS, KEEP_ALIVE_MS } from './limits.ts';
import type { Service } from './service.ts';
import { sideDoor } from './side-door.ts';

/** Refuses what arrives too slowly or is too large before any route sees it. */
const OPTIONS = {
  headersTimeout: HEADERS_MS,
  // The readers of bodies set their time limits: an import may stream for hours.
  requestTimeout: 0,
  maxHeaderSize: HEADER_BYTES_MAX,
  keepAliveTimeout: KEEP_ALIVE_MS,
};

/** A server that does not listen yet. */
export function createHttpServer(service: Service, guard: Access): Server {
  const door = sideDoor(service, guard);
  const router = getRequestListener(createApp(service, guard).fetch);
  const server = createServer(OPTIONS, (request, response) => {
    if (!door(request, response)) void router(request, response);
  });
  limitConnections(server, CONNECTIONS);
  refuseUnreadable(server);
  return server;
}
