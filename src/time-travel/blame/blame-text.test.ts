import { expect, it } from 'vitest';
import type { EventRef } from '../wording/event-ref.ts';
import type { BlamedSlot } from './blame.ts';
import { blameText } from './blame-text.ts';

const PUT: EventRef = {
  ...{ position: 5, at: 1e6, boot: 1, actor: 'local', pid: 10, comm: 'x' },
  call: 'prog_attach',
};
const slot = { prog_id: 1, cgroup_id: 2, prog_name: 'one', loaded_by: PUT, put_by: PUT };

function tell(more: Partial<BlamedSlot> = {}): string[] {
  const slots = [{ ...slot, ...more } as BlamedSlot];
  return blameText({ position: 9, path: '/a', attach_type: 'cgroup_device', slots }).slice(1);
}

it('says who attached a program, without a comma that dangles', () => {
  expect(tell()).toEqual([
    '0  program 1 (one)',
    '   attached at 5 at 1970-01-01T00:00:01.000000Z by x[10] prog_attach (local)',
    '   program loaded at 5 at 1970-01-01T00:00:01.000000Z by x[10] prog_attach (local)',
  ]);
});

it.each([
  [
    { fds: [{ pid: 10, comm: 'x', fd: 3 }], in_flight_to: [], pins: ['/l'] },
    'fd 3 of x[10], pin /l',
  ],
  [{ fds: [], in_flight_to: [11], pins: [] }, 'a copy in flight to process 11'],
  [{ fds: [], in_flight_to: [], pins: [] }, 'nobody'],
])('says who holds a link: %j', (held_by, words) => {
  expect(tell({ link_id: 7, held_by }).at(-1)).toBe(`   link held by ${words}`);
});
