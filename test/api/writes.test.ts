// Every write, done twice: once for its effect, once more with the same key for the same answer.
// Each answer is parsed with the strict schema of its route.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planAnswer } from '../../src/api/routes/plan.ts';
import { recordedEvents } from '../../src/api/routes/syscalls.ts';
import { wireEvent } from '../../src/api/wire/event.ts';
import { lines, parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

let hosts = 0;
async function newHost(release = '6.18'): Promise<string> {
  const name = `h${++hosts}`;
  const response = await post(service.app, '/v1/hosts', { body: { name, release } });
  expect(response.status).toBe(201);
  return name;
}

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });
const head = async (host: string) => (await service.log.head(host)).position;

describe('a write sent twice with one key', () => {
  const writes: [string, (host: string) => { path: string; body: unknown }][] = [
    ['one syscall', (host) => ({ path: `/v1/hosts/${host}/syscalls`, body: mkdir('/a') })],
    ['a refused syscall', (host) => ({ path: `/v1/hosts/${host}/syscalls`, body: mkdir('/a/b') })],
    [
      'a list',
      (host) => ({ path: `/v1/hosts/${host}/syscalls`, body: [mkdir('/a'), mkdir('/b')] }),
    ],
    ['a reboot', (host) => ({ path: `/v1/hosts/${host}/reboot`, body: { release: '7.3' } })],
  ];

  it.each(writes)('%s is done once and answered twice', async (_name, write) => {
    const host = await newHost();
    const { path, body } = write(host);
    const headers = { 'idempotency-key': 'k-1' };
    const first = await post(service.app, path, { headers, body });
    const position = await head(host);
    const again = await post(service.app, path, { headers, body });
    expect(first.status).toBe(200);
    expect(again.status).toBe(200);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await again.json()).toEqual(await first.json());
    expect(await head(host)).toBe(position);

    const changed = path.endsWith('reboot') ? { release: '6.1' } : mkdir('/other');
    const other = await post(service.app, path, { headers, body: changed });
    expect(await problem(other)).toMatchObject({ status: 422, field: 'idempotency-key' });
    expect(await head(host)).toBe(position);
  });

  it('a host is made once', async () => {
    const headers = { 'idempotency-key': 'make' };
    const body = { name: 'twice', release: '6.12', config: { first_prog_id: 100 } };
    const first = await post(service.app, '/v1/hosts', { headers, body });
    const again = await post(service.app, '/v1/hosts', { headers, body });
    expect([first.status, again.status]).toEqual([201, 201]);
    const event = await parse(first, wireEvent);
    expect(await parse(again, wireEvent)).toEqual(event);
    expect(event.call).toMatchObject({ name: 'boot', release: '6.12.117' });

    expect(await problem(await post(service.app, '/v1/hosts', { body }))).toMatchObject({
      status: 409,
      field: 'name',
    });
  });

  it('a host is rebooted once', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'rebooted', release: '6.18' } });
    const headers = { 'idempotency-key': 'reboot' };
    const reboot = (release: string) =>
      post(service.app, '/v1/hosts/rebooted/reboot', { headers, body: { release } });
    const first = await reboot('7.3');
    const again = await reboot('7.3');
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.json()).toEqual(await first.json());
    expect(await problem(await reboot('6.1'))).toMatchObject({ field: 'idempotency-key' });
    const host = await (await service.app.request('/v1/hosts/rebooted')).json();
    expect(host).toMatchObject({ position: 2, boot: 2, release: '7.3.4' });
  });

  it('a reboot of no host is refused before its release is', async () => {
    const body = { release: '2.6' };
    const refused = await problem(await post(service.app, '/v1/hosts/nowhere/reboot', { body }));
    expect(refused).toMatchObject({ status: 404, field: 'host' });
  });

  it('concurrent twins share one event', async () => {
    const host = await newHost();
    const headers = { 'idempotency-key': 'same' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        post(service.app, `/v1/hosts/${host}/syscalls`, { headers, body: mkdir('/a') }),
      ),
    );
    const texts = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(texts.size).toBe(1);
    expect(await head(host)).toBe(2);
  });
});

describe('answers', () => {
  it('a list refers to its own earlier answers and is recorded as a whole', async () => {
    const host = await newHost();
    const body = [
      mkdir('/a'),
      { call: { name: 'prog_load', prog_type: 'BPF_PROG_TYPE_CGROUP_SKB' } },
      {
        call: {
          name: 'link_create',
          prog_fd: { result_of: 1 },
          target_path: '/a',
          attach_type: 'cgroup_skb/egress',
          flags: 0,
        },
      },
    ];
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
    const { position, events } = await parse(response, recordedEvents);
    expect(position).toBe(4);
    expect(response.headers.get('etag')).toMatch(new RegExp(`^"${host}:4\\.[0-9a-f]{16}"$`));
    expect(events[2]?.call).toMatchObject({ attach_type: 'cgroup_inet_egress', prog_fd: 3 });
    expect(events[2]?.effects.map(({ type }) => type)).toEqual(['LinkCreated', 'EntryInserted']);
  });

  it('a refusal is a 200 that says by which rule, and why', async () => {
    const host = await newHost();
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, {
      body: { call: { name: 'rmdir', path: '/none' } },
    });
    const { outcome } = await parse(response, wireEvent);
    expect(outcome).toMatchObject({ errno: 'ENOENT', message: expect.stringContaining('/none') });
  });

  it('If-Match lets a write pass only at the position that the writer has seen', async () => {
    const host = await newHost();
    const path = `/v1/hosts/${host}/syscalls`;
    const read = await service.app.request(`/v1/hosts/${host}`);
    const headers = { 'if-match': read.headers.get('etag') ?? '' };
    expect((await post(service.app, path, { headers, body: mkdir('/a') })).status).toBe(200);
    const stale = await problem(await post(service.app, path, { headers, body: mkdir('/b') }));
    expect(stale).toMatchObject({ status: 412, position: 2 });
  });

  it('a time that the client tells is kept to the microsecond', async () => {
    const host = await newHost();
    const body = { at: '2026-03-25T06:57:46.640559+01:00', ...mkdir('/a') };
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
    expect((await parse(response, wireEvent)).at).toBe('2026-03-25T05:57:46.640559Z');
  });

  it('a plan tells what a write then does, and records nothing', async () => {
    const host = await newHost();
    const body = [
      mkdir('/a'),
      { call: { name: 'prog_load', prog_type: 'cgroup_skb' } },
      {
        call: {
          name: 'prog_attach',
          attach_bpf_fd: { result_of: 1 },
          target_path: '/',
          attach_type: 'egress',
          flags: ['multi'],
        },
      },
    ];
    const planned = await parse(
      await post(service.app, `/v1/hosts/${host}/plan`, { body }),
      planAnswer,
    );
    expect(await head(host)).toBe(1);
    expect(planned).toMatchObject({ position: 1, truncated: false });
    expect(
      planned.changed.map(({ path, before, after }) => [path, before.length, after.length]),
    ).toEqual([
      ['/', 0, 1],
      ['/a', 0, 1],
    ]);
    const { events } = await parse(
      await post(service.app, `/v1/hosts/${host}/syscalls`, { body }),
      recordedEvents,
    );
    expect(events.map(({ call, outcome, effects }) => ({ call, outcome, effects }))).toEqual(
      planned.calls.map(({ call, outcome, effects }) => ({ call, outcome, effects })),
    );
  });
});

describe('NDJSON', () => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const ndjson = (...values: unknown[]) =>
    values.map((value) => `${JSON.stringify(value)}\n`).join('');

  it('answers every line in order, blank ones and a missing last newline aside', async () => {
    const host = await newHost();
    const body = `${ndjson(mkdir('/a'), mkdir('/a'))}\n${JSON.stringify(mkdir('/b'))}`;
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { headers, body });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const events = (await lines(response)).map((line) => wireEvent.parse(line));
    expect(events.map(({ position, outcome }) => [position, 'errno' in outcome])).toEqual([
      [2, false],
      [3, true],
      [4, false],
    ]);
  });

  const broken: [string, string, object][] = [
    ['no JSON', '{"call":\n', { type: 'urn:bpfledger:problem:malformed-body', line: 3 }],
    ['cut off', '{"call":{"name":"mk', { type: 'urn:bpfledger:problem:malformed-body', line: 3 }],
    [
      'an unknown field',
      ndjson({ call: { name: 'exit', now: 1 } }),
      { field: 'call.now', line: 3 },
    ],
    [
      'about an earlier answer',
      ndjson({ call: { name: 'close', fd: { result_of: 0 } } }),
      { type: 'urn:bpfledger:problem:bad-reference', line: 3 },
    ],
    ['a list', '[]\n', { type: 'urn:bpfledger:problem:invalid-request', line: 3 }],
    ['too long', `"${'x'.repeat(2 * 1024 * 1024)}"\n`, { limit: 2 * 1024 * 1024, line: 3 }],
  ];

  it.each(broken)(
    'a line that is %s ends it; what came before stays',
    async (_name, line, told) => {
      const host = await newHost();
      const body = `${ndjson(mkdir('/a'), mkdir('/b'))}${line}`;
      const rest = line.endsWith('\n') ? ndjson(mkdir('/never')) : '';
      const response = await post(service.app, `/v1/hosts/${host}/syscalls`, {
        headers,
        body: body + rest,
      });
      expect(response.status).toBe(200);
      const answers = await lines(response);
      expect(answers).toHaveLength(3);
      expect(answers[2]).toMatchObject(told);
      expect(await head(host)).toBe(3);
    },
  );

  it('a first line that is broken is a problem with a status of its own', async () => {
    const host = await newHost();
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, {
      headers,
      body: '{\n',
    });
    expect(await problem(response)).toMatchObject({ status: 400, line: 1 });
    const empty = await post(service.app, `/v1/hosts/${host}/syscalls`, { headers, body: '\n\n' });
    expect(await problem(empty)).toMatchObject({ status: 422 });
  });

  it('a retry replays what was recorded and goes on; a changed line is refused', async () => {
    const host = await newHost();
    const path = `/v1/hosts/${host}/syscalls`;
    const keyed = { ...headers, 'idempotency-key': 'import' };
    const first = ndjson(mkdir('/a'), mkdir('/b'));
    const cut = await lines(
      await post(service.app, path, { headers: keyed, body: `${first}{"ca` }),
    );
    expect(cut).toHaveLength(3);
    const whole = await lines(
      await post(service.app, path, {
        headers: keyed,
        body: first + ndjson(mkdir('/c'), mkdir('/d')),
      }),
    );
    expect(whole.slice(0, 2)).toEqual(cut.slice(0, 2));
    expect(await head(host)).toBe(5);

    const changed = await lines(
      await post(service.app, path, {
        headers: keyed,
        body: ndjson(mkdir('/a'), mkdir('/changed'), mkdir('/never')),
      }),
    );
    expect(changed).toHaveLength(2);
    expect(changed[1]).toMatchObject({ status: 422, field: 'idempotency-key', line: 2 });
    expect(await head(host)).toBe(5);
  });

  it('takes thousands of lines in pieces that split them anywhere', async () => {
    const host = await newHost();
    const text = Array.from(
      { length: 3000 },
      (_, i) => `${JSON.stringify(mkdir(`/d${i}`))}\n`,
    ).join('');
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 777)
          controller.enqueue(bytes.slice(at, at + 777));
        controller.close();
      },
    });
    const response = await service.app.request(`/v1/hosts/${host}/syscalls`, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    const events = await lines(response);
    expect(events.map((event) => (event as { position: number }).position)).toEqual(
      Array.from({ length: 3000 }, (_, i) => i + 2),
    );
  });
});

it('nothing went wrong that nobody foresaw', () => expect(service.faults).toEqual([]));
