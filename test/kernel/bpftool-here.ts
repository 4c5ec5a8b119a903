// What bpftool prints of the kernel that runs here.

import { readFileSync } from 'node:fs';
import type { AttachType } from '../../src/domain/attach-type.ts';
import { bpftoolSnapshot } from '../../src/recorders/snapshot/bpftool/bpftool-snapshot.ts';
import { type HostFile, readHostFiles } from '../../src/recorders/snapshot/bpftool/host-files.ts';
import type { KernelSnapshot } from '../../src/recorders/snapshot/snapshot.ts';
import { cgroup2Mount } from '../support/needs.ts';
import { run } from './story.ts';

const mount = cgroup2Mount() ?? '';

/**
 * The files that docs/observe.md says to write where only bpftool can be run.
 *
 * @param under directory of the cgroup whose tree is written
 */
export function bpftoolFiles(under = mount): readonly HostFile[] {
  const objects = ['prog', 'map', 'link'].map((what) => ({
    name: `${what}.json`,
    text: run('bpftool', ['-jf', what, 'show']),
  }));
  return [
    ...objects,
    { name: 'cgroup.json', text: run('bpftool', ['-j', 'cgroup', 'tree', under]) },
    { name: 'cgroups', text: run('find', [mount, '-type', 'd', '-printf', '%i %p\n']) },
    { name: 'release', text: run('uname', ['-r']) },
    { name: 'boot_id', text: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') },
  ];
}

/** The snapshot that these files tell. */
export function bpftoolSnapshotHere(): KernelSnapshot {
  const at = new Date().toISOString();
  return bpftoolSnapshot(readHostFiles(bpftoolFiles()), { at, mount: undefined }).snapshot;
}

/** A cgroup with programs, as `bpftool -j cgroup tree` prints it. */
export interface PrintedCgroup {
  readonly cgroup: string;
  readonly programs: readonly PrintedProgram[];
}

export interface PrintedProgram {
  readonly id: number;
  readonly attach_type: AttachType;
}

/** @param effective what runs there, not what is attached there */
export function bpftoolTree(effective: boolean): readonly PrintedCgroup[] {
  const words = ['-j', 'cgroup', 'tree', mount, ...(effective ? ['effective'] : [])];
  return JSON.parse(run('bpftool', words)) as readonly PrintedCgroup[];
}
