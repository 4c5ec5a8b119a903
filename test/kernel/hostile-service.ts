// A service that says whatever a test wants an executor to believe: no check of the real one stands
// between the log and the executor.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { bootEffect, emptyKernel } from '../../src/domain/boot.ts';

const HOST = 'h';

export interface Told {
  readonly position: number;
  readonly how: string;
  readonly outcome: { readonly ret?: number; readonly errno?: string };
  readonly note?: string;
}

export interface HostileService {
  readonly url: string;
  readonly host: string;
  /** What the executor reported, in order. */
  readonly reports: readonly Told[];
  /** Adds events to the log that is followed. */
  add(...events: readonly object[]): void;
  /** How reports are answered from now on; by default they are taken. */
  answerReports: 'taken' | 'lease-lost' | 'never';
  close(): Promise<void>;
}

/** An event of process 1 at a position; the kernel is said to have agreed unless told otherwise. */
export function event(position: number, call: object, rest: object = {}): object {
  return { position, pid: 1, call, outcome: { ret: 0 }, effects: [], ...rest };
}

/** The boot of a host of a release, at position 1. */
export function bootEvent(release: string): object {
  const { type: _, boot: __, ...told } = bootEffect(emptyKernel(), { release, boot_id: 'b' });
  const effects = [bootEffect(emptyKernel(), { release, boot_id: 'b' })];
  return event(1, { name: 'boot', ...told }, { effects });
}

/** Starts one on a free port of loopback. */
export async function hostileService(events: readonly object[]): Promise<HostileService> {
  const log = [...events];
  const reports: Told[] = [];
  const streams = new Set<ServerResponse>();
  const line = (one: object) => {
    const { position } = one as { position: number };
    return `event: event\nid: ${position}\ndata: ${JSON.stringify(one)}\n\n`;
  };
  const service: HostileService = {
    url: '',
    host: HOST,
    reports,
    add(...more) {
      log.push(...more);
      for (const stream of streams) for (const one of more) stream.write(line(one));
    },
    answerReports: 'taken',
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const reportedPosition = () => reports.at(-1)?.position ?? 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const what = pathname.replace(`/v1/hosts/${HOST}`, '');
    if (what === '') return say(200, { boots: [{ position_from: 1 }] });
    if (what === '/executor')
      return say(200, { reported_position: reportedPosition(), head: log.length });
    if (what === '/executor/lease') {
      return say(200, { lease: 'l', reported_position: reportedPosition() });
    }
    if (what === '/executor/reports') {
      const sent = (await json(request)) as { reports: Told[] };
      if (service.answerReports === 'never') return;
      if (service.answerReports === 'lease-lost') {
        return say(409, { title: 'The lease is not, or no longer, yours', detail: 'taken' });
      }
      reports.push(...sent.reports);
      return say(200, { reported_position: reportedPosition() });
    }
    const after = Number(request.headers['last-event-id'] ?? 0);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    streams.add(response);
    for (const one of log.slice(after)) response.write(line(one));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(service, { url: `http://127.0.0.1:${port}` });
}
