// Layers of a whole state: what is decided on one is as good as decided on the state itself.

import { expect, it } from 'vitest';
import { boot } from './boot.ts';
import type { Call } from './call.ts';
import { decide } from './decide.ts';
import { flushLayer, type Kernel, layerOn } from './kernel.ts';
import { perform } from './perform.ts';
import { BOOT_PID } from './release/config.ts';
import { snapshotOf } from './snapshot.ts';

const LOADER = 812;
const load: Call = { name: 'prog_load', prog_type: 'cgroup_skb' };
const spawn: Call = { name: 'spawn', child_pid: LOADER };

function bootAndLoad(): Kernel {
  const kernel = boot('6.18');
  make(kernel, spawn, BOOT_PID);
  make(kernel, load);
  return kernel;
}

function make(kernel: Kernel, call: Call, pid = LOADER): void {
  perform(kernel, pid, call);
}

const histories: readonly (readonly [string, readonly (readonly [Call, number?])[]])[] = [
  ['fds that open and close', [[load], [load], [{ name: 'close', fd: 3 }], [load], [load]]],
  ['a pid that ends and begins anew', [[{ name: 'exit' }], [spawn, BOOT_PID], [load], [load]]],
  ['a fork of a process that changed', [[load], [{ name: 'fork', child_pid: 900 }], [load, 900]]],
  [
    'a first attachment to a cgroup',
    [[{ name: 'link_create', prog_fd: 3, target_path: '/', attach_type: 'cgroup_inet_egress' }]],
  ],
];

it.each(histories)('%s: a flushed layer of a layer is the state without layers', (_, calls) => {
  const plain = bootAndLoad();
  const kernel = bootAndLoad();
  const before = snapshotOf(kernel);
  const layer = layerOn(kernel);
  const above = layerOn(layer);
  for (const [call, pid] of calls) {
    make(plain, call, pid);
    make(above, call, pid);
  }
  expect(snapshotOf(layer)).toEqual(before);
  flushLayer(layer, above);
  expect(snapshotOf(kernel)).toEqual(before);
  flushLayer(kernel, layer);
  expect(snapshotOf(kernel)).toEqual(snapshotOf(plain));
  expect(decide(kernel, LOADER, load)).toEqual(decide(plain, LOADER, load));
});
