/**
 * Maps that programs map into their memory (BPF_F_MMAPABLE). Their elements are a file in memory, and
 * each open file of the map is that file, opened once more: what a program writes to its memory and
 * what it writes by bpf(2) is one. inotify tells when one of them is closed for good.
 */
import { ftruncateSync, readSync, writeSync } from 'node:fs';
import type { MapKey } from '../../domain/call.ts';
import type { BpfMap } from '../../domain/kernel.ts';
import { type Libc, must } from '../../native/libc.ts';
import { WATCHED, type Watch } from './watch.ts';

/** What of a map says how large its elements are. */
interface Elements {
  readonly value_size: number;
  readonly max_entries: number;
}

/** Bytes of one element: each begins at a multiple of 8. */
function elementBytes({ value_size }: Pick<Elements, 'value_size'>): number {
  return Math.ceil(value_size / 8) * 8;
}

/** Bytes of all elements of a map, in whole pages, as they are mapped (`bpf_map_mmap`). */
export function sharedBytes(map: Elements): number {
  return Math.ceil((elementBytes(map) * map.max_entries) / PAGE_BYTES) * PAGE_BYTES;
}

interface SharedMap {
  readonly id: number;
  readonly memory: number;
  /** As links in /proc/PID/fd name it. */
  readonly link: string;
  /** Open files that somebody has. */
  opens: number;
  readonly watch: number;
}

const O_RDWR_CLOEXEC = 2 | 0o2000000;
const O_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const CLOEXEC = 1;
const AT_FDCWD = -100;
const PAGE_BYTES = 4096;
/** IN_CLOSE_WRITE and IN_CLOSE_NOWRITE. */
const IN_CLOSE = 0x18;
const EVENT_BYTES = 16;
const EVENTS_BYTES = 4096;
/** Bytes of files of maps together: they take memory only where something is written. */
const BYTES_MAX = 2 ** 40;

export class SharedMaps {
  readonly #libc: Libc;
  readonly #inotify: number;
  readonly #byId = new Map<number, SharedMap>();
  readonly #byWatch = new Map<number, SharedMap>();

  constructor(libc: Libc, watch: Watch) {
    this.#libc = libc;
    this.#inotify = must(libc.inotifyInit(O_NONBLOCK_CLOEXEC), 'inotify_init1');
    watch.add(WATCHED.sharedMaps, this.#inotify);
  }

  /**
   * Makes the file of a new map.
   *
   * @param bytes of all its elements
   */
  make(id: number, bytes: number): void {
    // One of this id was decided and not made.
    this.forget((other) => other !== id);
    const name = `bpf-map-${id}`;
    const memory = must(this.#libc.memfdCreate(name, CLOEXEC), 'memfd_create');
    ftruncateSync(memory, Math.min(bytes, BYTES_MAX));
    const path = `/proc/self/fd/${memory}`;
    const watch = must(this.#libc.inotifyAddWatch(this.#inotify, path, IN_CLOSE), 'inotify');
    const shared = { id, memory, watch, link: `/memfd:${name} (deleted)`, opens: 0 };
    this.#byId.set(id, shared);
    this.#byWatch.set(watch, shared);
  }

  /** One more open file of a map, for a program to get. */
  open(id: number): { readonly fd: number; readonly link: string } | undefined {
    const shared = this.#byId.get(id);
    if (shared === undefined) return undefined;
    const path = `/proc/self/fd/${shared.memory}`;
    const fd = must(this.#libc.openat(AT_FDCWD, path, O_RDWR_CLOEXEC), 'open a map');
    shared.opens += 1;
    return { fd, link: shared.link };
  }

  /** The maps of which open files were closed for good, and how many are left of each. */
  takeClosed(): { readonly id: number; readonly left: number }[] {
    const closed = new Map<number, number>();
    const bytes = Buffer.alloc(EVENTS_BYTES);
    for (let read = this.#read(bytes); read > 0; read = this.#read(bytes)) {
      for (let at = 0; at < read; at += EVENT_BYTES + bytes.readUInt32LE(at + 12)) {
        const shared = this.#byWatch.get(bytes.readInt32LE(at));
        if (shared === undefined) continue;
        shared.opens -= 1;
        closed.set(shared.id, shared.opens);
      }
    }
    return [...closed].map(([id, left]) => ({ id, left }));
  }

  /** The bytes of an element; undefined when the map is none that programs map. */
  read(map: BpfMap, key: MapKey): Buffer | undefined {
    const shared = this.#byId.get(map.id);
    if (shared === undefined || typeof key !== 'number') return undefined;
    const bytes = Buffer.alloc(map.value_size);
    readSync(shared.memory, bytes, 0, bytes.length, key * elementBytes(map));
    return bytes;
  }

  /** Writes the bytes of an element, where programs see them. */
  write(map: BpfMap, key: MapKey, bytes: Buffer): void {
    const shared = this.#byId.get(map.id);
    if (shared === undefined || typeof key !== 'number') return;
    writeSync(shared.memory, bytes, 0, map.value_size, key * elementBytes(map));
  }

  /** Lets go of maps that are not there any more. */
  forget(isThere: (id: number) => boolean): void {
    for (const { id, memory, watch } of this.#byId.values()) {
      if (isThere(id)) continue;
      this.#byId.delete(id);
      this.#byWatch.delete(watch);
      this.#libc.inotifyRemoveWatch(this.#inotify, watch);
      this.#libc.close(memory);
    }
  }

  close(): void {
    this.forget(() => false);
    this.#libc.close(this.#inotify);
  }

  #read(bytes: Buffer): number {
    try {
      return readSync(this.#inotify, bytes);
    } catch {
      // Nothing more is told.
      return 0;
    }
  }
}
