/** The holders of an object: the fds and pins that keep it alive, read from a kernel. */
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

const NOBODY: Holders = { fds: [], in_flight_to: [], pins: [] };

/** The holders of objects; empty for an object that only entries, links or programs hold. */
export function holdersOf(kernel: Kernel): (kind: ObjectKind, id: number) => Holders {
  const byKind = new Map<string, Map<number, Collected>>();
  const of = (kind: string, id: number): Collected => {
    const byId = byKind.get(kind) ?? new Map<number, Collected>();
    byKind.set(kind, byId);
    const found = byId.get(id) ?? { fds: [], in_flight_to: [], pins: [] };
    byId.set(id, found);
    return found;
  };
  const byFile = new Map<number, Collected>();
  for (const [file, { kind, id }] of kernel.files.entries()) byFile.set(file, of(kind, id));
  for (const { pid, fds, mailbox } of kernel.processes.values()) {
    for (const [fd, { file }] of fds) byFile.get(file)?.fds.push({ pid, fd });
    for (const file of mailbox) byFile.get(file)?.in_flight_to.push(pid);
  }
  for (const [path, { kind, id }] of kernel.bpffs.entries()) of(kind, id).pins.push(path);
  return (kind, id) => {
    const found = byKind.get(kind)?.get(id);
    if (found === undefined) return NOBODY;
    const { fds, in_flight_to, pins } = found;
    fds.sort((a, b) => a.pid - b.pid || a.fd - b.fd);
    in_flight_to.sort((a, b) => a - b);
    pins.sort(byBytes);
    return found;
  };
}
