import { expect, it } from 'vitest';
import { unreadable } from '../executor/survey/survey.ts';
import { sightingText } from './sighting-text.ts';

it.each([
  [[77], 'process 77'],
  [[1, 2, 3, 4, 5], '5 processes: 1, 2, 3, 4, 5'],
  [[1, 2, 3, 4, 5, 6], '6 processes: 1, 2, 3, 4, 5, …'],
])('names the processes %j whose fds cannot be read', (pids, named) => {
  const text = sightingText(unreadable(pids));
  expect(text).toBe(`the record has a hole: may not read the fds of ${named}`);
});

it('names the process of what was found', () => {
  const line = { call: { name: 'gone', fd: { fd: 3 } }, pid: 9 } as const;
  expect(sightingText(line)).toBe('gone {"fd":{"fd":3}} of process 9');
});
