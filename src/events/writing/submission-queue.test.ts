import { expect, it } from 'vitest';
import type { Submission } from '../submission.ts';
import { SubmissionQueue } from './submission-queue.ts';

const MIB = 1024 * 1024;

/** A submission of one program of a size. */
const load = (bytes: number): Submission => ({
  actor: 'local',
  calls: [{ call: { name: 'prog_load', prog_type: 'cgroup_skb', insns: 'A'.repeat(bytes) } }],
});

it('refuses what is too large for what waits already, and takes it when that is gone', () => {
  const queue = new SubmissionQueue();
  for (let i = 0; i < 7; i++) void queue.add(load(8 * MIB));
  void queue.add(load(MIB));
  const reason = expect.objectContaining({ why: 'queue-full', sizeMax: 64 * MIB });
  expect(() => queue.add(load(8 * MIB))).toThrow(expect.objectContaining({ reason }));
  void queue.add(load(MIB));
  queue.take();
  void queue.add(load(8 * MIB));
});
