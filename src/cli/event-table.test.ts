import { expect, it } from 'vitest';
import { eventRows } from './event-table.ts';
import type { WireEvent } from './event-text.ts';

const NOW = new Date(2026, 2, 25, 12);
const event = (position: number, rest: Partial<WireEvent>): WireEvent => ({
  position,
  at: new Date(2026, 2, 25, 6, 57, 46, 500).toISOString(),
  pid: 7,
  comm: 'runc-update-d',
  call: { name: 'exit' },
  outcome: { ret: 0 },
  effects: [],
  ...rest,
});

const REFUSED = event(43, {
  call: { name: 'prog_attach', target_path: '/system.slice/docker-4f1c9e.scope' },
  outcome: { errno: 'ENOENT', rule: 'replaced-program-not-attached', message: 'x' },
});
const ENDED = event(44, {
  effects: [{ type: 'ProcessExited' }, { type: 'ProgFreed', prog_id: 5003 }],
});

it('says of each event in one line who asked what of which cgroup, and what became of it', () => {
  expect(eventRows(undefined, () => NOW)([REFUSED, ENDED])).toEqual([
    '#      time      process           call         on                                 answer',
    '43     06:57:46  runc-update-d[7]  prog_attach  /system.slice/docker-4f1c9e.scope  ENOENT replaced-program-not-attached',
    '44     06:57:46  runc-update-d[7]  exit                                            ProgFreed 5003',
  ]);
});

it.each([48, 60, 80, 100])('fits %i columns, also when later events are wider', (room) => {
  const rows = eventRows(room, () => NOW);
  const lines = [...rows([ENDED]), ...rows([REFUSED, ENDED])];
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(room);
  expect(lines[2]).toContain('ENOENT');
});

it.each([
  [2026, '03-24 06:57:46'],
  [2025, '2025-03-24'],
])('an event of another day in %i says its day, and keeps what it is about', (year, said) => {
  const at = new Date(year, 2, 24, 6, 57, 46).toISOString();
  const [, line] = eventRows(80, () => NOW)([{ ...REFUSED, at }]);
  expect(line).toContain(`  ${said}  `);
  expect(line).toContain('4f1c9e.scope');
});
