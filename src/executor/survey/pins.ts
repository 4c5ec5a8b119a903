/** What is pinned on the bpffs of the machine. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ObjectKind } from '../../domain/effect.ts';
import { ATTR_BYTES, Attr } from '../kernel/attr.ts';
import { BPF } from '../kernel/commands.ts';
import { cString, type Kernel, SYS } from '../kernel/syscall.ts';
import { objectInFdinfo } from './fdinfo.ts';

/** Names on all bpffs that a survey reads. */
const PINS_MAX = 100_000;

export interface SurveyedPin {
  /** From the mount point, which is `/`. */
  readonly path: string;
  readonly kind: ObjectKind | 'dir';
  /** 0 of a directory. */
  readonly id: number;
}

/**
 * Reads the names below the mount points of bpffs, directories before what is in them. A name that
 * stands on two of them is read from the first.
 *
 * @throws Error when there are more than PINS_MAX
 */
export function readPins(kernel: Kernel, mounts: readonly string[]): readonly SurveyedPin[] {
  const pins = new Map<string, SurveyedPin>();
  for (const mount of mounts) {
    const waiting = [''];
    for (let above = waiting.shift(); above !== undefined; above = waiting.shift()) {
      for (const entry of entriesOf(mount + above)) {
        if (pins.size === PINS_MAX) throw new Error(`there are over ${PINS_MAX} names on bpffs`);
        const path = `${above}/${entry.name}`;
        const object = entry.isDirectory()
          ? ({ kind: 'dir', id: 0 } as const)
          : objectAt(kernel, mount + path);
        if (entry.isDirectory()) waiting.push(path);
        if (object !== undefined && !pins.has(path)) pins.set(path, { path, ...object });
      }
    }
  }
  return [...pins.values()];
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The object behind a name; undefined for symlinks, the kernel's own iterators, and what is gone. */
function objectAt(kernel: Kernel, path: string) {
  const attr = new Attr(kernel).pointer(0, cString(path));
  const fd = kernel.result(SYS.bpf, BPF.obj_get, attr.buffer, ATTR_BYTES);
  if (fd < 0) return undefined;
  try {
    return objectInFdinfo(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
  } finally {
    kernel.result(SYS.close, fd);
  }
}
