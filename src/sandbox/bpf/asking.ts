/** What reading a bpf(2) call takes beside its bytes: the caller's memory, fds and paths. */
import type { BpfMap, Kernel } from '../../domain/kernel.ts';
import type { Memory } from '../notified.ts';
import type { MapBytes } from './map-bytes.ts';

/** Where a path leads that OBJ_PIN or OBJ_GET names: into the model's bpffs, or elsewhere. */
export type PinPlace = { readonly path: string } | { readonly elsewhere: string };

export interface Asking {
  readonly kernel: Kernel;
  /** The process that calls, by its pid in the model. */
  readonly pid: number;
  /** Makes sure that the model's fd of this number is what the caller really has there. */
  look(fd: number): void;
  /**
   * The same for an fd of another thread.
   *
   * @returns the pid of its process; undefined when the program has no such thread
   */
  lookAt(tid: number, fd: number): number | undefined;
  readonly memory: Memory;
  readonly maps: MapBytes;
  readonly cpus: number;
  /** @param dirFd the directory that a relative path is walked from; undefined is the cwd */
  placeOf(path: string, dirFd: number | undefined): PinPlace;
  /** Whether a network interface has an index: what XDP and TCX programs are attached to. */
  isInterface(index: number): boolean;
}

/** The map behind an fd of the caller. */
export function mapBehind({ kernel, pid, look }: Asking, fd: number): BpfMap | undefined {
  look(fd);
  const file = kernel.processes.get(pid)?.fds.get(fd)?.file;
  const open = file === undefined ? undefined : kernel.files.get(file);
  return open?.kind === 'map' ? kernel.maps.get(open.id) : undefined;
}
