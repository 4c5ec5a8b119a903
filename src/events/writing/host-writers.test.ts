import { expect, it } from 'vitest';
import { HELD_MAX, type HeldMax } from './held-max.ts';
import type { HostWriter } from './host-writer.ts';
import { HostWriters } from './host-writers.ts';

/** Writers with states of ten rows each, and the hosts whose states were let go. */
function writersWith(held: Partial<HeldMax>) {
  const parted: number[] = [];
  const open = async (hostId: number) => {
    const writer = { rows: 10, closed: false, part: async () => void parted.push(hostId) };
    return writer as unknown as HostWriter;
  };
  const writers = new HostWriters({ open, held: { ...HELD_MAX, ...held }, nowMs: () => 0 });
  return { writers, parted };
}

const nothing = async () => undefined;

it('refuses a further host while all that may be held are in use, and takes it afterwards', async () => {
  const { writers, parted } = writersWith({ hosts: 2 });
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const first = writers.use(1, () => finished);
  const second = writers.use(2, () => finished);
  await expect(writers.use(3, nothing)).rejects.toMatchObject({
    reason: { why: 'hosts-busy', hostsMax: 2 },
  });
  expect(parted).toEqual([]);
  finish();
  await Promise.all([first, second]);
  await writers.use(3, nothing);
  expect(parted).toEqual([1]);
});

it('lets the state go that was used longest ago', async () => {
  const { writers, parted } = writersWith({ rows: 25 });
  for (const host of [1, 2, 1, 3, 4, 1]) await writers.use(host, nothing);
  expect(parted).toEqual([2, 1, 3]);
  expect(writers.held).toEqual({ hosts: 2, rows: 20 });
});

it('takes a host that could not be opened as not held', async () => {
  let fails = true;
  const open = async () => {
    if (fails) throw new Error('no database');
    return { rows: 1, closed: false } as unknown as HostWriter;
  };
  const writers = new HostWriters({ open, held: HELD_MAX, nowMs: () => 0 });
  await expect(writers.use(1, nothing)).rejects.toThrow('no database');
  expect(writers.held).toEqual({ hosts: 0, rows: 0 });
  fails = false;
  await writers.use(1, nothing);
  expect(writers.held).toEqual({ hosts: 1, rows: 1 });
});
