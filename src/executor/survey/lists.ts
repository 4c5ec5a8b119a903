/** What is attached to each cgroup itself, entry by entry. */
import { closeSync, openSync } from 'node:fs';
import { type AttachTypeName, attachTypeNumber, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import type { Mode } from '../../domain/flags.ts';
import type { ToldList } from '../../domain/observed/list-sightings.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { type Kernel, SYS } from '../../native/syscall.ts';
import type { SurveyedCgroup } from './cgroup-tree.ts';

/** A list holds at most 64 entries (`BPF_CGROUP_MAX_PROGS`). */
const IDS_MAX = 64;
const MODES: readonly Mode[] = ['none', 'override', 'multi'];

/** Reads the lists of a cgroup that are not empty; none when it was removed meanwhile. */
export function readLists(kernel: Kernel, { directory }: SurveyedCgroup): ToldList[] {
  const fd = openDirectory(directory);
  if (fd === undefined) return [];
  try {
    return (Object.keys(CGROUP_HOOKS) as AttachTypeName[]).flatMap((type) => {
      const ids = Buffer.alloc(4 * IDS_MAX);
      const attr = new Attr(kernel)
        .u32(0, fd)
        .u32(4, attachTypeNumber(type))
        .pointer(16, ids)
        .u32(24, IDS_MAX);
      const asked = kernel.call(SYS.bpf, BPF.prog_query, attr.buffer, ATTR_BYTES);
      // A type that this kernel does not know has no list.
      const count = 'ret' in asked ? attr.readU32(24) : 0;
      if (count === 0) return [];
      const progs = Array.from({ length: count }, (_, i) => ids.readUInt32LE(4 * i));
      return [{ attach_type: type, mode: MODES[attr.readU32(12)] ?? 'multi', progs }];
    });
  } finally {
    closeSync(fd);
  }
}

function openDirectory(directory: string): number | undefined {
  try {
    return openSync(directory, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
