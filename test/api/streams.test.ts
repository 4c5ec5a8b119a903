// Server-sent events: everything from a position on and then live, in order, once; and back again
// with Last-Event-ID.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wireEvent } from '../../src/api/wire/event.ts';
import { post, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(() => service.close());

interface Message {
  readonly event: string;
  readonly id: number;
  readonly data: unknown;
}

interface Follower {
  /** The next `count` messages. */
  take(count: number): Promise<Message[]>;
  stop(): Promise<void>;
}

async function follow(
  query = '',
  headers: Record<string, string> = {},
  host = 'h',
): Promise<Follower> {
  const path = `/v1/hosts/${host}/events/stream${query}`;
  const response = await service.app.request(path, { headers });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<Message> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        if (block.startsWith(':')) continue;
        const fields = new Map(
          block.split('\n').map((line): [string, string] => {
            const colon = line.indexOf(': ');
            return [line.slice(0, colon), line.slice(colon + 2)];
          }),
        );
        return {
          event: fields.get('event') ?? '',
          // The position; what follows marks the history (lost-tail.test.ts).
          id: Number.parseInt(fields.get('id') ?? '', 10),
          data: JSON.parse(fields.get('data') ?? ''),
        };
      }
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream ended');
      text += decoder.decode(value, { stream: true });
    }
  };
  return {
    async take(count) {
      const messages: Message[] = [];
      while (messages.length < count) messages.push(await next());
      return messages;
    },
    stop: () => reader.cancel(),
  };
}

let made = 0;
const record = async (count: number) => {
  const body = Array.from({ length: count }, () => ({
    call: { name: 'mkdir', path: `/d${++made}` },
  }));
  await post(service.app, '/v1/hosts/h/syscalls', { body });
};
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

it('a stream of a program tells of its link that goes and of a reboot, whatever else it filters', async () => {
  await post(service.app, '/v1/hosts', { body: { name: 'p', release: '6.18' } });
  const calls = [
    { name: 'mkdir', path: '/a' },
    { name: 'prog_load', prog_type: 'cgroup_skb' },
    { name: 'prog_load', prog_type: 'cgroup_skb' },
  ];
  const send = (sent: readonly object[]) =>
    post(service.app, '/v1/hosts/p/syscalls', { body: sent.map((call) => ({ call })) });
  await send(calls);
  const follower = await follow('?program=1&call=close', {}, 'p');
  const reboots = await follow('?program=2&call=boot', {}, 'p');
  const place = { target_path: '/a', attach_type: 'cgroup_inet_egress' };
  await send([
    { name: 'link_create', prog_fd: 3, ...place },
    { name: 'link_create', prog_fd: 4, ...place },
    { name: 'close', fd: 7 },
    { name: 'close', fd: 6 },
  ]);
  expect((await follower.take(1)).map(({ id }) => id)).toEqual([8]);
  await post(service.app, '/v1/hosts/p/reboot', { body: {} });
  expect((await reboots.take(1)).map(({ id }) => id)).toEqual([9]);
  await follower.stop();
  await reboots.stop();
});

describe('a stream', () => {
  it('begins in the past and goes on live', async () => {
    await record(3);
    const follower = await follow();
    const past = await follower.take(4);
    expect(past.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    for (const { data } of past) wireEvent.parse(data);
    await record(2);
    expect((await follower.take(2)).map(({ id }) => id)).toEqual([5, 6]);
    await follower.stop();
  });

  it('resumes after Last-Event-ID, which wins over ?after', async () => {
    const follower = await follow('?after=1', { 'last-event-id': '4' });
    expect((await follower.take(2)).map(({ id }) => id)).toEqual([5, 6]);
    await follower.stop();
  });

  it('misses and repeats nothing while others write and it comes and goes', async () => {
    const { position } = await service.log.head('h');
    const writing = (async () => {
      for (let i = 0; i < 40; i++) await record(5);
    })();
    const seen: number[] = [];
    let last = position;
    while (seen.length < 200) {
      const follower = await follow('', { 'last-event-id': String(last) });
      const messages = await follower.take(Math.min(23, 200 - seen.length));
      seen.push(...messages.map(({ id }) => id));
      last = seen.at(-1) ?? last;
      await follower.stop();
    }
    await writing;
    expect(seen).toEqual(range(position + 1, position + 200));
  });

  it('tells a filtered reader how far it is', async () => {
    const { position } = await service.log.head('h');
    await record(1000);
    await record(200);
    const follower = await follow(`?call=rmdir&after=${position}`);
    const [bookmark] = await follower.take(1);
    expect(bookmark?.event).toBe('bookmark');
    expect(bookmark?.id).toBeGreaterThanOrEqual(position + 1000);
    await post(service.app, '/v1/hosts/h/syscalls', {
      body: { call: { name: 'rmdir', path: '/none' } },
    });
    const [found] = await follower.take(1);
    expect(found).toMatchObject({ event: 'event', id: position + 1201 });
    await follower.stop();
  });

  it('gives its place back when the reader leaves', async () => {
    const metrics = async () => (await service.app.request('/metrics')).text();
    expect(await metrics()).toContain('bpfledger_event_streams 0');
    const follower = await follow();
    await follower.take(1);
    expect(await metrics()).toContain('bpfledger_event_streams 1');
    await follower.stop();
    expect(await metrics()).toContain('bpfledger_event_streams 0');
  });

  it('follows nothing for a reader that asks for headers alone', async () => {
    const path = '/v1/hosts/h/events/stream';
    const response = await service.app.request(path, { method: 'HEAD' });
    expect(response.status).toBe(200);
    const metrics = await (await service.app.request('/metrics')).text();
    expect(metrics).toContain('bpfledger_event_streams 0');
  });

  it('ends with the service, also one that waits', async () => {
    const own = await startTestService();
    await post(own.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
    const response = await own.app.request('/v1/hosts/h/events/stream?after=1');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(': connected\n\n');
    const waiting = reader.read();
    await own.close();
    expect(await waiting).toMatchObject({ done: true });
  });
});
