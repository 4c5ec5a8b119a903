// The tree of cgroups as rows: windows, filters, and the row that somebody looks for.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startTestService, type TestService } from './running.ts';

interface Answer {
  readonly offset: number;
  readonly rows: number;
  readonly matches: number;
  readonly cgroups: number;
  readonly sought?: { readonly path: string; readonly row?: number };
  readonly items: readonly { readonly path: string; readonly depth: number }[];
}

let service: TestService;

async function outline(query: string): Promise<Answer> {
  const response = await service.app.request(`/v1/hosts/web1/cgroups/outline?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

const PATHS = ['/a', '/a/b', '/a/b/c', '/d', '/d/e'];

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'web1', release: '6.18' } });
  const calls = [
    ...PATHS.map((path) => ({ name: 'mkdir', path })),
    { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'policy' },
    { name: 'prog_attach', target_path: '/d/e', attach_bpf_fd: 3, attach_type: 'egress' },
  ];
  for (const call of calls) {
    const { status } = await post(service.app, '/v1/hosts/web1/syscalls', { body: { call } });
    expect(status).toBe(200);
  }
});
afterAll(() => service.close());

describe('an outline', () => {
  it('has each cgroup below its parent', async () => {
    const { rows, cgroups, items } = await outline('limit=10');
    expect([rows, cgroups]).toEqual([6, 6]);
    expect(items.map(({ path, depth }) => [path, depth])).toEqual([
      ['/', 0],
      ['/a', 1],
      ['/a/b', 2],
      ['/a/b/c', 3],
      ['/d', 1],
      ['/d/e', 2],
    ]);
  });

  it('answers the window that was asked for', async () => {
    const { offset, rows, items } = await outline('offset=2&limit=2');
    expect([offset, rows, items.map(({ path }) => path)]).toEqual([2, 6, ['/a/b', '/a/b/c']]);
  });

  it('keeps what a filter finds, and what is above it', async () => {
    const attached = await outline('attached=true');
    expect([attached.matches, attached.items.map(({ path }) => path)]).toEqual([
      1,
      ['/', '/d', '/d/e'],
    ]);
    const named = await outline('search=policy');
    expect(named.items).toEqual(attached.items);
  });

  it('finds the row of a path, of the nearest one above it, and of what the event changed', async () => {
    expect((await outline('seek=/a/b/c')).sought).toMatchObject({ path: '/a/b/c', row: 3 });
    expect((await outline('seek=/a/none')).sought).toMatchObject({ path: '/a', row: 1 });
    expect((await outline('seek=event')).sought).toMatchObject({ path: '/d/e', row: 5 });
  });

  it('refuses what is no list of ids', async () => {
    const response = await service.app.request('/v1/hosts/web1/cgroups/outline?closed=a');
    expect(response.status).toBe(422);
  });
});
