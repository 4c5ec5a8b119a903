import { expect, it } from 'vitest';
import { Disturber } from './disturb.ts';

const load = { name: 'prog_load' } as never;
const attach = { name: 'prog_attach' } as never;

it('knows which orders the calls did not come to', () => {
  const second = { call: 'prog_attach', nth: 2, errno: 'ENOMEM' } as const;
  const every = { call: 'prog_load', nth: undefined, errno: 'EPERM' } as const;
  const killed: number[] = [];
  const orders = { faults: [second, every], killAt: 3 };
  const disturber = new Disturber(orders, (pid) => killed.push(pid));
  expect(disturber.answer(attach, 7, 1)).toBeUndefined();
  expect(disturber.listUnfired()).toEqual([
    { fault: second, calls: 1 },
    { fault: every, calls: 0 },
    { killAt: 3, calls: 1 },
  ]);
  expect(disturber.answer(load, 7, 2)).toMatchObject({ errno: 'EPERM' });
  expect(disturber.listUnfired()).toEqual([
    { fault: second, calls: 1 },
    { killAt: 3, calls: 2 },
  ]);
  expect(disturber.answer(load, 7, 3)).toMatchObject({ errno: 'EINTR' });
  expect(killed).toEqual([7]);
  expect(disturber.listUnfired()).toEqual([{ fault: second, calls: 1 }]);
});
