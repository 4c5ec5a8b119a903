import { expect, test } from 'vitest';
import type { Call } from '../../domain/call.ts';
import { type Decision, refusal, refuse, succeed } from '../../domain/decision.ts';
import { Keepers } from './prctl.ts';

function keeping(...made: readonly (readonly [pid: number, call: Call, decision?: Decision])[]) {
  const keepers = new Keepers();
  keepers.set({ tgid: 10 }, true);
  for (const [pid, call, decision = succeed()] of made) keepers.follow({ pid, call, decision });
  return keepers;
}

test('a child keeps as its parent does', () => {
  const keepers = keeping([10, { name: 'fork', child_pid: 11 }]);
  expect([10, 11, 12].map((tgid) => keepers.has({ tgid }))).toEqual([true, true, false]);
});

test('an exec ends it, and one that failed does not', () => {
  expect(keeping([10, { name: 'exec', comm: 'x' }]).has({ tgid: 10 })).toBe(false);
  const failed = refuse(refusal('EPERM', 'may-not-trace'));
  expect(keeping([10, { name: 'exec', comm: 'x' }, failed]).has({ tgid: 10 })).toBe(true);
});

test('a pid that is used again begins anew', () => {
  const again = { name: 'fork', child_pid: 10 } as const;
  expect(keeping([10, { name: 'exit' }], [1, again]).has({ tgid: 10 })).toBe(false);
  // Also where nobody saw the first one end.
  expect(keeping([1, again]).has({ tgid: 10 })).toBe(false);
});
