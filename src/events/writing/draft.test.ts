// A draft is made in pieces: whoever makes a long one lets others be served between two calls.

import { expect, it } from 'vitest';
import { boot } from '../../domain/boot.ts';
import { draftOf } from './draft.ts';

it('pauses after each call, and leaves the state as it is', () => {
  const kernel = boot('6.18');
  const calls = ['/a', '/b', '/c'].map((path) => ({ call: { name: 'mkdir', path } as const }));
  const head = { position: 1, epoch: 0, hash: new Uint8Array(32), recorded_at: 0, at_max: 0 };
  const projector = { tables: [], project: () => [] };
  const options = { kernel, head, projector, now: 0, bytesMax: 1000 };
  const drafting = draftOf([{ actor: 'agent', calls }], options);
  for (let call = 0; call < calls.length; call++) {
    expect(drafting.next()).toEqual({ done: false, value: undefined });
    expect(kernel.cgroups.size).toBe(1);
  }
  const { done, value } = drafting.next();
  expect(done).toBe(true);
  expect(value?.head.position).toBe(4);
  expect(kernel.cgroups.size).toBe(1);
});
