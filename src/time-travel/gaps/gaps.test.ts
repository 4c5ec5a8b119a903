import { describe, expect, it } from 'vitest';
import type { ArrayVersion } from '../array-timeline.ts';
import { gapsOf } from './gaps.ts';

/** A version at a position: which programs run, or that there is no cgroup. */
function version(position: number, programs: readonly number[] | 'no cgroup'): ArrayVersion {
  const common = { position, boot: 1, levels: [] };
  if (programs === 'no cgroup') return { ...common, slots: [] };
  return { ...common, cgroup_id: 9, slots: programs.map((prog_id) => ({ prog_id })) };
}

const LIFE = [
  version(1, 'no cgroup'),
  version(3, []),
  version(5, [11]),
  version(8, []),
  version(9, []),
  version(12, [12]),
  version(14, [12, 11]),
  version(20, 'no cgroup'),
];

describe('gaps', () => {
  it('are the spans in which nothing ran', () => {
    const told = gapsOf(LIFE, { to: 25 }).map((gap) => Object.values(gap));
    expect(told).toEqual([
      ['no_cgroup', 1, 3, false, true],
      ['empty', 3, 5, true, true],
      ['empty', 8, 12, true, true],
      ['no_cgroup', 20, 25, true, false],
    ]);
  });

  it('of a program are those in which others may have run', () => {
    const told = gapsOf(LIFE, { to: 25, program: 11 }).map((gap) => Object.values(gap));
    expect(told).toEqual([
      ['no_cgroup', 1, 3, false, true],
      ['program_missing', 3, 5, true, true],
      ['program_missing', 8, 14, true, true],
      ['no_cgroup', 20, 25, true, false],
    ]);
  });

  it('are none where something always ran', () => {
    expect(gapsOf([version(5, [1]), version(6, [2])], { to: 9 })).toEqual([]);
  });
});
