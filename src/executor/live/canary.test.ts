// What the kernel is asked for by the canary is asked for again when the kernel is interrupted.

import { expect, it } from 'vitest';
import { BPF } from '../../native/commands.ts';
import { SYS, type SystemCalls } from '../../native/syscall.ts';
import { KernelBusy } from '../../native/unavailable.ts';
import { settle } from './canary.ts';

const PLACE = { cgroup: '/nowhere/canary', pin: '/nowhere/pin' };

/** A kernel whose verifier is interrupted so many times. */
function interruptLoads(times: number) {
  let loads = 0;
  const kernel: SystemCalls = {
    call(number, command) {
      if (number === SYS.bpf && command === BPF.prog_load && ++loads <= times) {
        return { errno: 'EAGAIN' };
      }
      const isWalk = number === SYS.bpf && command === BPF.map_get_next_id;
      return isWalk ? { errno: 'ENOENT' } : { ret: 3 };
    },
    result: () => 0,
    answerOf: (ret) => ({ ret }),
    address: () => 0n,
  };
  return { kernel, loads: () => loads };
}

it('goes on after a few interruptions', async () => {
  const { kernel, loads } = interruptLoads(4);
  await settle(kernel, PLACE, 'maps');
  expect(loads()).toBe(5);
});

it('says that the kernel is busy after five', async () => {
  const { kernel } = interruptLoads(5);
  await expect(settle(kernel, PLACE, 'maps')).rejects.toThrow(
    new KernelBusy('prog_load of the canary: EAGAIN, 5 times'),
  );
});
