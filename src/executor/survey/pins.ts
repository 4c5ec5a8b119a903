/** What is pinned on the bpffs of the machine. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ObjectKind } from '../../domain/effect.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { cString, SYS, type SystemCalls } from '../../native/syscall.ts';
import { objectInFdinfo } from './fdinfo.ts';
import type { Bpffs } from './mounts.ts';

/** Names on all bpffs that a survey reads. */
const PINS_MAX = 100_000;

export interface SurveyedPin {
  /** Below the prefix of its bpffs. */
  readonly path: string;
  readonly kind: ObjectKind | 'dir';
  /** 0 of a directory. */
  readonly id: number;
}

/**
 * Reads the names on every bpffs, directories before what is in them.
 *
 * @throws Error when there are more than PINS_MAX
 */
export function readPins(kernel: SystemCalls, mounts: readonly Bpffs[]): readonly SurveyedPin[] {
  const pins: SurveyedPin[] = [];
  for (const { mount, prefix } of mounts) {
    if (prefix !== '') pins.push({ path: prefix, kind: 'dir', id: 0 });
    const waiting = [''];
    for (let above = waiting.shift(); above !== undefined; above = waiting.shift()) {
      for (const entry of entriesOf(mount + above)) {
        if (pins.length >= PINS_MAX) throw new Error(`there are over ${PINS_MAX} names on bpffs`);
        const name = `${above}/${entry.name}`;
        const object = entry.isDirectory()
          ? ({ kind: 'dir', id: 0 } as const)
          : objectAt(kernel, mount + name);
        if (entry.isDirectory()) waiting.push(name);
        if (object !== undefined) pins.push({ path: prefix + name, ...object });
      }
    }
  }
  return pins;
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
function objectAt(kernel: SystemCalls, path: string) {
  const attr = new Attr(kernel).pointer(0, cString(path));
  const fd = kernel.result(SYS.bpf, BPF.obj_get, attr.buffer, ATTR_BYTES);
  if (fd < 0) return undefined;
  try {
    return objectInFdinfo(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
  } finally {
    kernel.result(SYS.close, fd);
  }
}
