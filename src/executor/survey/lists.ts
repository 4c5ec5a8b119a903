/** What is attached to each cgroup itself, entry by entry, and what runs on it. */
import { closeSync, openSync } from 'node:fs';
import { type AttachTypeName, attachTypeNumber, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import type { Mode } from '../../domain/flags.ts';
import type { ToldList } from '../../domain/observed/list-sightings.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { PROG_QUERY } from '../../native/attr-fields.ts';
import { BPF } from '../../native/commands.ts';
import { SYS, type SystemCalls } from '../../native/syscall.ts';
import type { SurveyedCgroup } from './cgroup-tree.ts';

/** A list holds at most 64 entries (`BPF_CGROUP_MAX_PROGS`). */
const IDS_MAX = 64;
const MODES: readonly Mode[] = ['none', 'override', 'multi'];

/** Ids that are asked for of what runs on a cgroup: 64 full lists above each other. */
const EFFECTIVE_MAX = 4096;
/** `BPF_F_QUERY_EFFECTIVE`. */
const QUERY_EFFECTIVE = 1;

/** Reads the lists of a cgroup that are not empty; none when it was removed meanwhile. */
export function readLists(kernel: SystemCalls, { directory }: SurveyedCgroup): ToldList[] {
  return onCgroup(directory, (fd) => {
    const ids = Buffer.alloc(4 * IDS_MAX);
    return (Object.keys(CGROUP_HOOKS) as AttachTypeName[]).flatMap((type) => {
      const attr = queryOf(kernel, { fd, type, ids });
      const asked = kernel.call(SYS.bpf, BPF.prog_query, attr.buffer, ATTR_BYTES);
      // A type that this kernel does not know has no list.
      const progs = 'ret' in asked ? progsIn(attr, ids) : [];
      if (progs.length === 0) return [];
      return [
        { attach_type: type, mode: MODES[attr.readU32(PROG_QUERY.attach_flags)] ?? 'multi', progs },
      ];
    });
  });
}

/** What runs on a cgroup for a type; without programs when there are more than are asked for. */
export interface EffectiveArray {
  readonly attach_type: AttachTypeName;
  readonly progs?: readonly number[];
}

/** Reads what runs on a cgroup for some types, where anything does. */
export function readEffective(
  kernel: SystemCalls,
  { directory }: SurveyedCgroup,
  types: readonly AttachTypeName[],
): EffectiveArray[] {
  return onCgroup(directory, (fd) => {
    const ids = Buffer.alloc(4 * EFFECTIVE_MAX);
    return types.flatMap((type): EffectiveArray[] => {
      const attr = queryOf(kernel, { fd, type, ids }).u32(PROG_QUERY.query_flags, QUERY_EFFECTIVE);
      const asked = kernel.call(SYS.bpf, BPF.prog_query, attr.buffer, ATTR_BYTES);
      if ('errno' in asked) return [{ attach_type: type }];
      const progs = progsIn(attr, ids);
      return progs.length === 0 ? [] : [{ attach_type: type, progs }];
    });
  });
}

function queryOf(
  kernel: SystemCalls,
  { fd, type, ids }: { readonly fd: number; readonly type: AttachTypeName; readonly ids: Buffer },
): Attr {
  return new Attr(kernel)
    .u32(PROG_QUERY.target_fd, fd)
    .u32(PROG_QUERY.attach_type, attachTypeNumber(type))
    .pointer(PROG_QUERY.prog_ids, ids)
    .u32(PROG_QUERY.prog_cnt, ids.length / 4);
}

function progsIn(attr: Attr, ids: Buffer): number[] {
  const count = attr.readU32(PROG_QUERY.prog_cnt);
  return Array.from({ length: count }, (_, i) => ids.readUInt32LE(4 * i));
}

/** Asks of an open cgroup; nothing when it was removed meanwhile. */
function onCgroup<T>(directory: string, ask: (fd: number) => T[]): T[] {
  const fd = openDirectory(directory);
  if (fd === undefined) return [];
  try {
    return ask(fd);
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
