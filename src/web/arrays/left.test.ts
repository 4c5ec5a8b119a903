import { expect, it } from 'vitest';
import type { ArrayTimeline, ArrayVersion } from '../service/answers.ts';
import { listLeft } from './left.ts';

function version(position: number, programs: readonly number[], boot = 1): ArrayVersion {
  const at = `2026-01-01T00:00:${position}.000000Z`;
  const by = { position, at, actor: 'local', pid: position, comm: 'agent', call: 'prog_detach' };
  const slots = programs.map((prog_id, index) => ({ prog_id, cgroup_id: 3, index }));
  return { position, at, boot, cgroup_id: 3, slots, by };
}

const timeline: ArrayTimeline = {
  ...{ path: '/a', from: 1, to: 60 },
  items: [
    version(11, [1, 2]),
    version(20, [2]),
    version(30, [1, 2, 3]),
    version(40, [2]),
    version(50, [], 2),
  ],
  programs: [{ boot: 1, prog_id: 3, prog_name: 'third' }],
};

const whoLeft = (at: number) =>
  listLeft(timeline, at).map(({ prog_id, by }) => [prog_id, by.position]);

it.each([
  [10, []],
  [19, []],
  [20, [[1, 20]]],
  // It came back.
  [30, []],
  [
    45,
    [
      [3, 40],
      [1, 40],
    ],
  ],
  [
    60,
    [
      [2, 50],
      [3, 40],
      [1, 40],
    ],
  ],
])('tells who left before %i', (at, expected) => {
  expect(whoLeft(at)).toEqual(expected);
});

it('names them', () => {
  expect(listLeft(timeline, 45)[0]?.prog_name).toBe('third');
});
