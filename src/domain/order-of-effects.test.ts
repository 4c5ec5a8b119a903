// The effects of one call stand in the kernel's order, however the state came to be: a state that
// was restored from a snapshot decides as the one that it was taken from.

import { expect, it } from 'vitest';
import { boot } from './boot.ts';
import type { Call } from './call.ts';
import { decide } from './decide.ts';
import type { Kernel } from './kernel.ts';
import { flushLayer, layerOn } from './kernel.ts';
import { perform } from './perform.ts';
import { BOOT_PID } from './release/config.ts';
import { restoreKernel, snapshotOf } from './snapshot.ts';

function kernelAfter(calls: readonly Call[]): Kernel {
  const kernel = boot('6.18');
  for (const call of calls) make(kernel, call);
  return kernel;
}

function make(kernel: Kernel, call: Call, pid = BOOT_PID): void {
  perform(kernel, pid, call);
}

const LOADER = 812;
const load: Call = { name: 'prog_load', prog_type: 'cgroup_sysctl' };
const egress: Call = { name: 'prog_load', prog_type: 'cgroup_skb' };

it.each(['exit', 'exec'] as const)('%s closes fds from the lowest number up', (name) => {
  // Program 3 gets the number that program 1 left, below that of program 2.
  const kernel = kernelAfter([{ name: 'spawn', child_pid: LOADER }]);
  for (const call of [load, load, { name: 'close', fd: 3 }, load] as const) {
    make(kernel, call, LOADER);
  }
  const closing: Call = { name };
  const { effects } = decide(kernel, LOADER, closing);
  const freed = effects.flatMap((effect) => (effect.type === 'ProgFreed' ? [effect.prog_id] : []));
  expect(freed).toEqual([3, 2]);
  expect(decide(restoreKernel(snapshotOf(kernel)), LOADER, closing).effects).toEqual(effects);
});

it('rmdir empties lists by attach type number, not in the order in which they were used', () => {
  const on = { target_path: '/a' } as const;
  const kernel = kernelAfter([
    { name: 'mkdir', path: '/a' },
    load,
    egress,
    { name: 'prog_attach', ...on, attach_bpf_fd: 3, attach_type: 'cgroup_sysctl' },
    { name: 'prog_attach', ...on, attach_bpf_fd: 4, attach_type: 'cgroup_inet_egress' },
  ]);
  const rmdir: Call = { name: 'rmdir', path: '/a' };
  const { effects } = decide(kernel, BOOT_PID, rmdir);
  const emptied = effects.flatMap((effect) =>
    effect.type === 'EntryRemoved' ? [effect.attach_type] : [],
  );
  expect(emptied).toEqual(['cgroup_inet_egress', 'cgroup_sysctl']);
  expect(decide(restoreKernel(snapshotOf(kernel)), BOOT_PID, rmdir).effects).toEqual(effects);
});

it('a moved pin that changes on a layer stays as it was below the layer', () => {
  const kernel = kernelAfter([egress, { name: 'obj_pin', bpf_fd: 3, path: '/a' }]);
  const before = snapshotOf(kernel);
  const layer = layerOn(kernel);
  make(layer, { name: 'rename', path: '/a', to: '/b' });
  make(layer, { name: 'chmod', path: '/b', mode: 0o644 });
  expect(snapshotOf(kernel)).toEqual(before);
  flushLayer(kernel, layer);
  expect(kernel.bpffs.get('/b')?.mode).toBe(0o644);
});
