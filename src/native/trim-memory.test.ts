import { afterEach, expect, it, vi } from 'vitest';
import { loadKoffi } from './koffi.ts';

vi.mock('./koffi.ts');

/** What the C library was asked. */
const asked: unknown[] = [];

afterEach(() => {
  asked.length = 0;
  vi.resetModules();
});

function withLibc(func: (prototype: string) => object): void {
  vi.mocked(loadKoffi).mockResolvedValue({ load: () => ({ func }) } as never);
}

async function trim(times: number): Promise<void> {
  const { trimMemory } = await import('./trim-memory.ts');
  for (let i = 0; i < times; i++) await trimMemory();
}

it('trims on another thread, each time that it is called', async () => {
  withLibc((prototype) => ({ async: (pad: number) => asked.push([prototype, pad]) }));
  await trim(2);
  const call = ['int malloc_trim(size_t pad)', 0];
  expect(asked).toEqual([call, call]);
});

it('does nothing with a C library that cannot trim', async () => {
  withLibc(() => {
    throw new Error('Cannot find function malloc_trim in shared library');
  });
  await expect(trim(2)).resolves.toBeUndefined();
});

it('does nothing without koffi', async () => {
  vi.mocked(loadKoffi).mockRejectedValue(new Error('koffi is not installed'));
  await expect(trim(2)).resolves.toBeUndefined();
});
