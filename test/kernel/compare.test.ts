// A comparison of the kernel with the log, while others work on the same cgroups.

import { mkdirSync, rmdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import { closeLive } from '../../src/executor/live/open-live.ts';
import { findDifferences } from '../../src/executor/place/compare.ts';
import { openPlace } from '../../src/executor/place/place.ts';
import { restore } from '../../src/executor/place/restore.ts';
import { BPF } from '../../src/native/commands.ts';
import { bindKernel, SYS, type SystemCalls } from '../../src/native/syscall.ts';
import { needs } from '../support/needs.ts';
import { ground } from './executing.ts';

it.skipIf(!needs('kernel').ok)('takes a cgroup that goes meanwhile for a missing one', async () => {
  const own = await bindKernel();
  const { cgroup: cgroupRoot, bpffs, remove } = ground();
  try {
    const model = boot('6.18');
    perform(model, BOOT_PID, { name: 'mkdir', path: '/b' });
    mkdirSync(`${cgroupRoot}/b`);
    let doomed: number | undefined;
    const kernel: SystemCalls = {
      ...own,
      call(number, ...args) {
        const [command, attr] = args;
        const isQuery = number === SYS.bpf && command === BPF.prog_query && Buffer.isBuffer(attr);
        if (isQuery && attr.readUInt32LE(0) === doomed) {
          doomed = undefined;
          rmdirSync(`${cgroupRoot}/b`);
        }
        return own.call(number, ...args);
      },
    };
    const place = openPlace(kernel, { cgroupRoot, bpffs, allowRoot: false });
    const live = await restore({ kernel, place, model, nameNew: () => 0 });
    expect(findDifferences(model, live, place)).toEqual([]);
    doomed = live.cgroups.at('/b')?.fd;
    expect(findDifferences(model, live, place)).toEqual([
      { what: 'cgroup', where: '/b', log: 'there', kernel: 'missing' },
    ]);
    await closeLive(live);
  } finally {
    remove();
  }
});
