// States that are wide or deep: a decision about them takes time by their size, and not by its square.
import { expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import { inOnePiece } from '../../src/events/turns.ts';
import { plan } from '../../src/time-travel/plan/plan.ts';
import { given } from '../spec/given.ts';

const attach_type = 'cgroup_inet_egress' as const;

it('a plan finds ten thousand cgroups that hide a program within a second', () => {
  const kernel = boot('6.18');
  const make = (call: Call) => {
    expect(isRefusal(perform(kernel, BOOT_PID, call).outcome)).toBe(false);
  };
  const attach = (target_path: string): Call => ({
    ...{ name: 'prog_attach', attach_bpf_fd: 3, target_path, attach_type, flags: ['override'] },
  });
  make({ name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'one' });
  let deep = '/a';
  make({ name: 'mkdir', path: deep });
  for (let depth = 0; depth < 500; depth++) {
    deep += '/d';
    make({ name: 'mkdir', path: deep });
  }
  for (let i = 0; i < 10_000; i++) {
    const path = `${deep}/${i}`;
    make({ name: 'mkdir', path });
    make(attach(path));
  }
  // Time of the processor: the machine may have something else to do.
  const begin = process.cpuUsage();
  const work = plan(kernel, [{ call: attach('/a') }]);
  // Up to its first pause, in which the call is decided and its warnings found.
  expect(work.next().done).toBe(false);
  const { user, system } = process.cpuUsage(begin);
  expect((user + system) / 1000).toBeLessThan(1000);
  expect(inOnePiece(work).notices[0]?.about.hidden_on).toBe(10_000);
});

it('a name on which mounts stand by the thousand goes with all of them', () => {
  const world = given();
  world.does({ name: 'bpffs_mkdir', path: '/d' });
  const child = world.does({ name: 'fork', clone_newns: true });
  for (let i = 0; i < 3000; i++) world.does({ name: 'mount', path: '/d', from: '/' }, child);
  const { effects } = world.when({ name: 'bpffs_rmdir', path: '/d' });
  expect(effects.length).toBe(3001);
  expect(world.kernel.mounts.size).toBe(2);
});
