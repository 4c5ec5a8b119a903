// Streams of state: what is there, then each change with the event that made it; a reader that comes back
// misses nothing, also what happened in between, and learns that a log went back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';
import { type Message, messagesOf } from './sse.ts';

let service: TestService;
const EGRESS = 'cgroup_inet_egress';
const H = '/v1/hosts/h';
const ARRAY = `${H}/effective/stream?cgroup=/pods/a&attach_type=egress`;
const LINKS = `${H}/links/stream`;

async function submit(...calls: readonly object[]): Promise<number> {
  const body = calls.map((call) => ({ call }));
  const response = await post(service.app, `${H}/syscalls`, { body });
  const answer = (await response.json()) as { position: number };
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer.position;
}

const follow = async (path: string, id = '') =>
  messagesOf(await service.app.request(path, { headers: { 'last-event-id': id } }));

interface Data {
  readonly position: number;
  readonly slot?: { readonly slot: number; readonly prog_name: string };
  readonly link?: {
    readonly link_id: number;
    readonly prog_id: number;
    readonly cgroup_id: number;
  };
  readonly cause?: { readonly position: number; readonly call: string };
}
const textOf = ({ event, data }: Message) => {
  const { slot, link, cause } = data as Data;
  const what = slot ? [slot.slot, slot.prog_name] : link ? [link.link_id, link.prog_id] : [];
  return [event, ...what, ...(cause ? [cause.call] : [])].join(' ');
};

const on = (target_path: string) => ({ target_path, attach_type: EGRESS });
const attach = (attach_bpf_fd: number, path: string) => ({
  ...{ name: 'prog_attach', attach_bpf_fd, flags: ['multi'], ...on(path) },
});
const load = (prog_name: string, ret: number) => ({
  ...{ name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: EGRESS, prog_name, ret },
});

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  await submit({ name: 'mkdir', path: '/pods' }, load('one', 1), load('two', 0));
  await submit(attach(3, '/pods'));
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

describe('an effective array', () => {
  it('is told as it is, as its cgroup comes, and by whatever changes it', async () => {
    const stream = await follow(ARRAY);
    expect((await stream.take(1)).map(textOf)).toEqual(['BOOKMARK']);
    await submit({ name: 'mkdir', path: '/pods/a' });
    expect((await stream.take(1)).map(textOf)).toEqual(['ADDED 0 one mkdir']);
    await submit({ name: 'mkdir', path: '/pods/b' }, attach(4, '/pods/b'), attach(4, '/pods/a'));
    const news = await stream.take(2);
    expect(news.map(textOf).sort()).toEqual([
      'ADDED 0 two prog_attach',
      'CHANGED 1 one prog_attach',
    ]);
    // Only the last message of an event has an id.
    expect(news.map(({ id }) => id === '')).toEqual([true, false]);
    await stream.stop();

    const detach = { name: 'prog_detach', attach_bpf_fd: 3, ...on('/pods') };
    await submit(detach);
    const again = await startTestService({ database: service.database });
    const before = service;
    service = again;
    try {
      const resumed = await follow(ARRAY, news[1]?.id);
      expect((await resumed.take(1)).map(textOf)).toEqual(['REMOVED 1 one prog_detach']);
      await submit({ name: 'rmdir', path: '/pods/a' });
      expect((await resumed.take(1)).map(textOf)).toEqual(['REMOVED 0 two rmdir']);
      await resumed.stop();
    } finally {
      service = before;
      await again.close();
    }
    const late = await follow(ARRAY);
    expect((await late.take(1)).map(textOf)).toEqual(['BOOKMARK']);
    await late.stop();
  });
});

describe('links', () => {
  it('are told as they are made, updated, severed and freed, and as a reboot ends them', async () => {
    await submit({ name: 'mkdir', path: '/l' });
    // Fd 5 is the directory of the path during the call.
    const create = { name: 'link_create', prog_fd: 3, ...on('/l') };
    await submit(create);
    const stream = await follow(LINKS);
    expect((await stream.take(2)).map(textOf)).toEqual(['ADDED 1 1', 'BOOKMARK']);
    await submit(
      { name: 'link_update', link_fd: 6, new_prog_fd: 4 },
      { name: 'rmdir', path: '/l' },
      { name: 'close', fd: 6 },
    );
    expect((await stream.take(3)).map(textOf)).toEqual([
      ...['CHANGED 1 2 link_update', 'CHANGED 1 2 rmdir', 'REMOVED 1 2 close'],
    ]);
    await submit({ name: 'mkdir', path: '/m' }, { ...create, ...on('/m') });
    await post(service.app, `${H}/reboot`, { body: {} });
    expect((await stream.take(2)).map(textOf)).toEqual([
      ...['ADDED 2 1 link_create', 'REMOVED 2 1 boot'],
    ]);
    await stream.stop();
  });

  it('of a log that went back end with a word, and a wrong id is refused', async () => {
    for (const id of ['3.0000000000000000', '9999.0000000000000000']) {
      const stream = await follow(LINKS, id);
      expect((await stream.take(1))[0]?.event).toBe('history-changed');
      expect(await stream.ends()).toBe(true);
    }
    const ask = (id: string) => service.app.request(LINKS, { headers: { 'last-event-id': id } });
    expect(await problem(await ask('odd'))).toMatchObject({ status: 422, field: 'last-event-id' });
    expect(await problem(await ask('9999'))).toMatchObject({ status: 404 });
    const gone = await service.app.request(`${H}/effective/stream?cgroup=99&attach_type=egress`);
    expect(await problem(gone)).toMatchObject({ status: 404, field: 'cgroup' });
  });
});
