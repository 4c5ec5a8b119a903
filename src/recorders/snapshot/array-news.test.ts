import { expect, it } from 'vitest';
import { arrayNews } from './array-news.ts';
import { compareArrays } from './effective-arrays.ts';
import type { LoggedState } from './logged-state.ts';
import type { KernelSnapshot } from './snapshot.ts';

const TYPE = 'cgroup_inet_egress';

function logOf(arrays: Readonly<Record<string, readonly number[]>>): LoggedState {
  const cgroups = Object.entries(arrays).map(([path, progs], i) => ({
    cgroup_id: i + 1,
    path,
    attached: [],
    effective: [{ attach_type: TYPE, slots: progs.map((prog_id) => ({ prog_id })) }],
  }));
  const rest = { programs: [], links: [], maps: [], bpffs: [], processes: [] };
  return { boot: { boot_id: '', release: '6.18' }, cgroups, ...rest } as LoggedState;
}

function snapshotOf(
  arrays: Readonly<Record<string, readonly number[] | undefined>>,
): KernelSnapshot {
  const paths = Object.keys(arrays);
  return {
    at: '2026-03-25T03:12:07Z',
    covers: [],
    lines: paths.map((path) => ({ call: { name: 'found', cgroup: { path } } })),
    effective: paths.map((cgroup) => {
      const progs = arrays[cgroup];
      return { cgroup, attach_type: TYPE, ...(progs !== undefined && { progs }) };
    }),
  };
}

function causes(log: LoggedState, snapshot: KernelSnapshot, told: readonly string[] = []) {
  const compared = compareArrays(log, snapshot);
  const lines = compared === undefined ? [] : arrayNews(compared, told);
  return lines.map(({ call }) => (call.name === 'lost' ? (call.cause ?? '') : ''));
}

it('tells nothing of what is the same, of what was not asked, and of cgroups that are not there', () => {
  expect(causes(logOf({ '/a': [1, 2] }), snapshotOf({ '/a': [1, 2] }))).toEqual([]);
  const { effective: _, ...unasked } = snapshotOf({ '/a': [2] });
  expect(causes(logOf({ '/a': [1] }), unasked)).toEqual([]);
  expect(causes(logOf({ '/a': [1] }), snapshotOf({ '/a': undefined }))).toEqual([]);
  expect(causes(logOf({ '/a': [1], '/b': [1] }), snapshotOf({ '/a': [1] }))).toEqual([]);
});

it('tells each array that is another', () => {
  const log = logOf({ '/a': [1, 2], '/b': [] });
  const snapshot = snapshotOf({ '/a': [2, 1], '/b': [3], '/c': [4] });
  expect(causes(log, snapshot)).toEqual([
    'on /a for cgroup_inet_egress the kernel runs 2 1 where the log derives 1 2',
    'on /b for cgroup_inet_egress the kernel runs 3 where the log derives nothing',
    'on /c for cgroup_inet_egress the kernel runs 4 where the log derives nothing',
  ]);
});

it('tells of many their number, and cuts what is long', () => {
  const paths = Array.from({ length: 13 }, (_, i) => `/${'x'.repeat(300)}${i}`);
  const wide = Array.from({ length: 64 }, (_, i) => 4_000_000_000 + i);
  const all = (progs: readonly number[]) => Object.fromEntries(paths.map((path) => [path, progs]));
  const told = causes(logOf(all(wide)), snapshotOf(all(wide.toReversed())));
  expect(told.length).toBe(11);
  expect(told.at(-1)).toBe('3 more arrays are not what the log derives');
  expect(told.every((cause) => cause.length <= 200)).toBe(true);
  // Of a path that is cut the end is told, so each is known again.
  expect(causes(logOf(all(wide)), snapshotOf(all(wide.toReversed())), told)).toEqual([]);
});

it('tells each once, and again when it is another or is over', () => {
  const told: string[] = ['ring buffer full'];
  const adopt = (kernel: Readonly<Record<string, readonly number[] | undefined>>) => {
    const news = causes(logOf({ '/a': [1, 2], '/a/b': [1, 2] }), snapshotOf(kernel), told);
    told.push(...news);
    return news.map((cause) => cause.replace(/ for .* the kernel/, ''));
  };
  const same = { '/a': [1, 2], '/a/b': [1, 2] };
  expect(adopt({ ...same, '/a': [2, 1] })).toEqual(['on /a runs 2 1 where the log derives 1 2']);
  expect(adopt({ ...same, '/a': [2, 1] })).toEqual([]);
  expect(adopt({ ...same, '/a': undefined })).toEqual([]);
  expect(adopt({ ...same, '/a': [2] })).toEqual(['on /a runs 2 where the log derives 1 2']);
  expect(adopt(same)).toEqual(['on /a runs what the log derives']);
  expect(adopt(same)).toEqual([]);
  expect(adopt({ ...same, '/a': [2] })).toEqual(['on /a runs 2 where the log derives 1 2']);
  // It is over with its cgroup, too.
  expect(adopt({ '/a/b': [1, 2] })).toEqual(['on /a runs what the log derives']);
});

it('tells how many there are more when that is another number', () => {
  const paths = Array.from({ length: 12 }, (_, i) => `/${i}`);
  const all = (progs: readonly number[]) => paths.map((path) => [path, progs] as const);
  const log = logOf(Object.fromEntries(all([1, 2])));
  const others = Object.fromEntries(all([2, 1]));
  const told = causes(log, snapshotOf(others));
  expect(told.at(-1)).toBe('2 more arrays are not what the log derives');
  expect(causes(log, snapshotOf(others), told)).toEqual([]);
  const fewer = causes(log, snapshotOf({ ...others, '/11': [1, 2] }), told);
  expect(fewer).toEqual(['1 more array is not what the log derives']);
  const none = causes(log, snapshotOf({ ...others, '/11': [1, 2], '/10': [1, 2] }), told);
  expect(none).toEqual(['0 more arrays are not what the log derives']);
});
