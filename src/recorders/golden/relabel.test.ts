import { expect, it } from 'vitest';
import { LabelBook } from './labels.ts';
import { relabel } from './relabel.ts';

const book = (): LabelBook => {
  const labels = new LabelBook(1);
  labels.addProcess('p', 812);
  return labels;
};

it('a received fd gets its number as a label', () => {
  const labels = book();
  relabel({ op: 'recv_fd', proc: 'p', as: 'R' }, { ret: 7 }, labels);
  expect(labels.fd('p', 'R')).toBe(7);
});

it.each([
  { op: 'recv_fd', proc: 'p', as: 'R' },
  { op: 'send_fd', proc: 'p', fd: 'L', to: 'p', as: 'R' },
])('a label that $op lost stands for no open fd, not for fd 0', (step) => {
  const labels = book();
  relabel(step, { ret: 0, lost: true }, labels);
  expect(labels.fd('p', 'R')).toBeGreaterThan(1_000_000 - 1);
  expect([...labels.fdsOf('p').keys()]).toEqual([]);
});
