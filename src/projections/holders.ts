/** Who holds an object open: the fds and pins that keep it alive, read off a kernel. */
import type { ObjectKind } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';
import { byBytes } from './order.ts';

export interface Holders {
  /** By pid and number. */
  readonly fds: readonly { readonly pid: number; readonly fd: number }[];
  /** Processes in whose mailbox a copy waits; one item for each copy, by pid. */
  readonly in_flight_to: readonly number[];
  /** Paths, by their bytes. */
  readonly pins: readonly string[];
}

interface Collected {
  readonly fds: { readonly pid: number; readonly fd: number }[];
  readonly in_flight_to: number[];
  readonly pins: string[];
}

/** The holders of every object; one that only entries, links or programs hold has empty ones. */
export function holdersOf(kernel: Kernel): (kind: ObjectKind, id: number) => Holders {
  const byObject = new Map<string, Collected>();
  const of = (kind: string, id: number): Collected => {
    const key = `${kind} ${id}`;
    const found = byObject.get(key);
    if (found !== undefined) return found;
    const none = { fds: [], in_flight_to: [], pins: [] };
    byObject.set(key, none);
    return none;
  };
  for (const { pid, fds, mailbox } of kernel.processes.values()) {
    for (const [fd, { file }] of fds) {
      const open = kernel.files.get(file);
      if (open !== undefined) of(open.kind, open.id).fds.push({ pid, fd });
    }
    for (const file of mailbox) {
      const open = kernel.files.get(file);
      if (open !== undefined) of(open.kind, open.id).in_flight_to.push(pid);
    }
  }
  for (const [path, { kind, id }] of kernel.bpffs.entries()) of(kind, id).pins.push(path);
  for (const { fds, in_flight_to, pins } of byObject.values()) {
    fds.sort((a, b) => a.pid - b.pid || a.fd - b.fd);
    in_flight_to.sort((a, b) => a - b);
    pins.sort(byBytes);
  }
  return of;
}
