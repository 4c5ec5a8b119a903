import { expect, it } from 'vitest';
import { programNamer } from './program-names.ts';

const PROGRAMS = [
  { prog_id: 5001, prog_name: 'sd_devices' },
  { prog_id: 5003, prog_name: 'runc_devices' },
  { prog_id: 5004, prog_name: 'runc_devices' },
  { prog_id: 7, prog_name: '' },
];

it.each([
  [80, 5001, 'sd_devices'],
  [80, 5003, '5003 runc_devices'],
  [80, 7, '7'],
  [80, 9, '9'],
  [undefined, 5001, '5001 sd_devices'],
])('in %s columns program %i is %s', (room, id, name) => {
  expect(programNamer(PROGRAMS, room)(id)).toBe(name);
});
