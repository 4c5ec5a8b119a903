import { expect, it } from 'vitest';
import type { ArrayTimeline, ArrayVersion, Slot } from '../service/answers.ts';
import { lanesOf, missing } from './spans.ts';

const timeAt = (position: number) =>
  `2026-01-01T00:00:${String(position).padStart(2, '0')}.000000Z`;

function version(position: number, slots: readonly Slot[], cgroup_id: number | undefined = 3) {
  const by = { position, at: timeAt(position), actor: 'local', pid: 1, comm: 'init', call: 'x' };
  const cgroup = cgroup_id > 0 && { cgroup_id };
  return { position, at: timeAt(position), boot: 1, ...cgroup, slots, by } as ArrayVersion;
}

const A: Slot = { prog_id: 1, cgroup_id: 3, index: 0 };
const B: Slot = { prog_id: 2, cgroup_id: 3, index: 0, link_id: 7 };

const timeline = (items: readonly ArrayVersion[]): ArrayTimeline => ({
  ...{ path: '/a', from: 1, to: 20, items },
  programs: [{ boot: 1, prog_id: 1, prog_name: 'first' }],
});

it('has a lane for each entry, with its place while it was there', () => {
  const { lanes } = lanesOf(timeline([version(2, [A]), version(4, [B, A]), version(9, [A])]));
  expect(lanes.map(({ slot, stays }) => [slot.prog_id, stays])).toEqual([
    [
      1,
      [
        { from: 2, to: 3, place: 1 },
        { from: 4, to: 8, place: 2 },
        { from: 9, to: 20, place: 1 },
      ],
    ],
    [2, [{ from: 4, to: 8, place: 1 }]],
  ]);
  expect(lanes[0]?.prog_name).toBe('first');
});

it('keeps one program apart that stands in an array twice', () => {
  const { lanes } = lanesOf(timeline([version(2, [A, A])]));
  expect(lanes.map(({ stays }) => stays[0]?.place)).toEqual([1, 2]);
});

it('tells when nothing ran, and for how long, but not before anything did', () => {
  const items = [
    version(1, [], 0),
    version(2, []),
    version(3, [A]),
    version(5, []),
    version(8, [A]),
  ];
  const { empty, absent, lanes } = lanesOf(timeline(items));
  expect(absent).toEqual([{ from: 1, to: 1 }]);
  expect(empty).toEqual([{ from: 5, to: 7, micros: 3e6 }]);
  expect(missing(lanes[0]?.stays ?? [])).toEqual([{ from: 5, to: 7 }]);
  expect(lanesOf(timeline([version(3, [A]), version(5, [])])).empty).toEqual([{ from: 5, to: 20 }]);
});
