import { expect, it } from 'vitest';
import type { LedgerEvent } from '../../events/event.ts';
import type { Gap } from './gaps.ts';
import { gapsText } from './gaps-text.ts';
import { describeGaps } from './told-gaps.ts';

const QUESTION = { path: '/a', attach_type: 'cgroup_device', from: 1, to: 9 };
const OPEN = { why: 'empty', position_from: 4, opened: true, closed: false } as const;
const CLOSED = { ...OPEN, position_to: 6, closed: true } as const;

/** An event of the second `at`. */
function event(position: number, at: number, name: 'prog_attach' | 'found'): LedgerEvent {
  const common = { source: 'decided', boot: 1, actor: 'local', pid: 10, comm: 'x' } as const;
  const call = { name } as LedgerEvent['call'];
  const times = { at: at * 1e6, recorded_at: 100e6 + position };
  return { position, ...times, ...common, call, outcome: { ret: 0 }, effects: [] };
}

async function tell(gap: Gap, ...events: readonly LedgerEvent[]): Promise<string[]> {
  const at = async (position: number) =>
    events.find((one) => one.position === position) as LedgerEvent;
  return gapsText(QUESTION, await describeGaps([gap], at)).slice(1);
}

it('a gap has its length, and from when to when it was', async () => {
  const told = await tell(CLOSED, event(4, 2, 'prog_attach'), event(6, 3, 'prog_attach'));
  expect(told).toEqual([
    'nothing ran for 1.000000 s, from 1970-01-01T00:00:02.000000Z to 1970-01-01T00:00:03.000000Z',
    '   opened by 4 at 1970-01-01T00:00:02.000000Z by x[10] prog_attach (local)',
    '   closed by 6 at 1970-01-01T00:00:03.000000Z by x[10] prog_attach (local)',
  ]);
});

it('an open gap has how long it was until the last event', async () => {
  const gap = { ...OPEN, position_to: 9 };
  const [first, , last] = await tell(gap, event(4, 2, 'prog_attach'), event(9, 5, 'prog_attach'));
  expect(first).toBe(
    'nothing ran from 1970-01-01T00:00:02.000000Z, 3.000000 s until 1970-01-01T00:00:05.000000Z',
  );
  expect(last).toBe('   still open');
});

it.each([
  ['the last event opened it', 4, 2],
  ['the last event was at that time', 9, 2],
  ['the last event was before that time', 9, 1],
])('an open gap has no length where %s', async (_, position_to, seconds) => {
  const gap = { ...OPEN, position_to };
  const told = await tell(gap, event(4, 2, 'prog_attach'), event(9, seconds, 'prog_attach'));
  expect(told).toEqual([
    'nothing ran from 1970-01-01T00:00:02.000000Z',
    '   opened by 4 at 1970-01-01T00:00:02.000000Z by x[10] prog_attach (local)',
    '   still open',
  ]);
});

it('a gap whose events came later, out of order, is not from a later to an earlier time', async () => {
  const [first] = await tell(CLOSED, event(4, 3, 'prog_attach'), event(6, 2, 'prog_attach'));
  expect(first).toBe(
    'nothing ran from 1970-01-01T00:00:03.000000Z for an unknown time: ' +
      'the event that closed it has an earlier time, 1970-01-01T00:00:02.000000Z',
  );
  expect(first).not.toMatch(/^nothing ran for|03\.000000Z to /);
});

it('what was found is not unknown from a later to an earlier time', async () => {
  expect(await tell(CLOSED, event(4, 3, 'prog_attach'), event(6, 2, 'found'))).toEqual([]);
  expect(await tell(CLOSED, event(4, 2, 'prog_attach'), event(6, 3, 'found'))).toEqual([
    'not known from 1970-01-01T00:00:02.000000Z to 1970-01-01T00:00:03.000000Z: ' +
      'a program that ran there was found at 6',
  ]);
});
