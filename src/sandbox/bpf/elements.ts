/**
 * Commands on many elements, and the one that takes an element out: each is a row of calls on one
 * element (`generic_map_*_batch` in kernel/bpf/syscall.c, `__htab_map_lookup_and_delete_batch`).
 */
import type { Call, MapKey } from '../../domain/call.ts';
import type { Errno } from '../../domain/errno.ts';
import type { BpfMap } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { BATCH, ELEMENT } from '../../native/attr-fields.ts';
import { type Answer, type Notified, refuse, type Write } from '../notified.ts';
import { type Asking, mapBehind } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import { numberIn, valueBytes } from './map-bytes.ts';

const COMMANDS = [
  ...['map_lookup_and_delete_elem', 'map_lookup_batch', 'map_lookup_and_delete_batch'],
  ...['map_update_batch', 'map_delete_batch'],
];
/** Elements that one call gets or changes; a longer row ends here, as one that is interrupted. */
const ELEMENTS_MAX = 65_536;
/** `BPF_F_LOCK`: the only flag that elements of a batch take, and no map here has a lock. */
const LOCK = 4;
const WORD = 4;

export function isOnElements(command: string): boolean {
  return COMMANDS.includes(command);
}

/** The answer to one of these commands. */
export function answerElements(
  notified: Notified,
  asking: Asking,
  command: string,
  attr: AttrBytes,
): Answer {
  const row = new Row(notified, asking, attr);
  const isBatch = command.endsWith('_batch');
  const fd = attr.fd(isBatch ? BATCH.map_fd : ELEMENT.map_fd);
  const map = mapBehind(asking, fd);
  if (map === undefined) {
    const isOpen = asking.kernel.processes.get(asking.pid)?.fds.has(fd) === true;
    return refuse(isOpen ? 'EINVAL' : 'EBADF');
  }
  if (!isBatch) return row.takeOut(map, fd);
  if (attr.u32(BATCH.flags) !== 0 || (attr.u32(BATCH.elem_flags) & ~LOCK) !== 0) {
    return refuse('EINVAL');
  }
  const deletes = command.includes('delete');
  if (deletes && isArray(map)) return refuse('ENOTSUPP');
  if (command === 'map_update_batch') return row.update(map, fd);
  if (command === 'map_delete_batch') return row.remove(map, fd);
  return row.lookUp(map, fd, deletes);
}

class Row {
  readonly #notified: Notified;
  readonly #asking: Asking;
  readonly #attr: AttrBytes;

  constructor(notified: Notified, asking: Asking, attr: AttrBytes) {
    this.#notified = notified;
    this.#asking = asking;
    this.#attr = attr;
  }

  /** MAP_LOOKUP_AND_DELETE_ELEM. */
  takeOut(map: BpfMap, fd: number): Answer {
    const bytes = this.#asking.memory.read(this.#attr.pointer(ELEMENT.key), map.key_size);
    if (bytes === undefined) return refuse('EFAULT');
    const key = this.#asking.maps.keyOf(map, bytes);
    const found = this.#lookUp(map, fd, key);
    if (!Buffer.isBuffer(found)) return refuse(found);
    const failed = this.#perform({ name: 'map_delete_elem', map_fd: fd, key });
    if (failed !== undefined) return refuse(failed);
    return {
      is: 'returned',
      value: 0,
      writes: [{ address: this.#attr.pointer(ELEMENT.value), bytes: found }],
    };
  }

  update(map: BpfMap, fd: number): Answer {
    const { maps, memory, cpus } = this.#asking;
    const size = valueBytes(map, cpus);
    return this.#each(map, (key, at) => {
      const value = memory.read(this.#attr.pointer(BATCH.values) + BigInt(at * size), size);
      if (value === undefined) return 'EFAULT';
      const call = { name: 'map_update_elem', map_fd: fd, key, value: numberIn(value) } as const;
      const failed = this.#perform(call);
      if (failed === undefined) maps.keep(map, key, value);
      return failed;
    });
  }

  remove(map: BpfMap, fd: number): Answer {
    return this.#each(map, (key) => this.#perform({ name: 'map_delete_elem', map_fd: fd, key }));
  }

  /** Runs over the keys that the caller passes, up to the first that fails. */
  #each(map: BpfMap, change: (key: MapKey, at: number) => Errno | undefined): Answer {
    const wanted = Math.min(this.#attr.u32(BATCH.count), ELEMENTS_MAX);
    let done = 0;
    let failed: Errno | undefined;
    for (; done < wanted; done++) {
      const address = this.#attr.pointer(BATCH.keys) + BigInt(done * map.key_size);
      const bytes = this.#asking.memory.read(address, map.key_size);
      failed = bytes === undefined ? 'EFAULT' : change(this.#asking.maps.keyOf(map, bytes), done);
      if (failed !== undefined) break;
    }
    return this.#ended(failed, [this.#word(BATCH.count, done)]);
  }

  lookUp(map: BpfMap, fd: number, deletes: boolean): Answer {
    const wanted = Math.min(this.#attr.u32(BATCH.count), ELEMENTS_MAX);
    if (wanted === 0) return { is: 'returned', value: 0 };
    const start = this.#start();
    if (start === undefined) return refuse('EFAULT');
    const all = keysFrom(map, start);
    const keys: Buffer[] = [];
    const values: Buffer[] = [];
    for (const key of all.slice(0, wanted)) {
      const found = this.#lookUp(map, fd, key);
      if (!Buffer.isBuffer(found)) return refuse(found);
      keys.push(this.#asking.maps.bytesOf(map, key));
      values.push(found);
    }
    const given = all.slice(0, wanted);
    for (const key of deletes ? given : []) {
      this.#perform({ name: 'map_delete_elem', map_fd: fd, key });
    }
    const isEnd = isArray(map) ? given.length < wanted : given.length === all.length;
    const next = deletes ? 0 : start + given.length;
    return this.#ended(isEnd ? 'ENOENT' : undefined, [
      this.#word(BATCH.count, given.length),
      ...pieces(this.#attr.pointer(BATCH.out_batch), [wordOf(next)]),
      ...pieces(this.#attr.pointer(BATCH.keys), keys),
      ...pieces(this.#attr.pointer(BATCH.values), values),
    ]);
  }

  /** Where an earlier call ended: how many elements it and those before it gave. */
  #start(): number | undefined {
    const address = this.#attr.pointer(BATCH.in_batch);
    return address === 0n ? 0 : this.#asking.memory.read(address, WORD)?.readUInt32LE();
  }

  #lookUp(map: BpfMap, map_fd: number, key: MapKey): Buffer | Errno {
    const { outcome } = this.#notified.perform({ name: 'map_lookup_elem', map_fd, key });
    if (isRefusal(outcome)) return outcome.errno;
    return this.#asking.maps.valueOf(map, key, outcome.value ?? 0, this.#asking.cpus);
  }

  #perform(call: Call): Errno | undefined {
    const { outcome } = this.#notified.perform(call);
    return isRefusal(outcome) ? outcome.errno : undefined;
  }

  #ended(failed: Errno | undefined, writes: Write[]): Answer {
    if (failed === undefined) return { is: 'returned', value: 0, writes };
    return refuse(failed, writes);
  }

  #word(offset: number, value: number): Write {
    return { address: this.#attr.at(offset), bytes: wordOf(value) };
  }
}

/** Keys behind the first ones, in the order of the map. */
function keysFrom(map: BpfMap, start: number): MapKey[] {
  if (!isArray(map)) return map.elements.slice(start).map(({ key }) => key);
  const count = Math.min(Math.max(map.max_entries - start, 0), ELEMENTS_MAX);
  return Array.from({ length: count }, (_, i) => start + i);
}

function isArray({ map_type }: BpfMap): boolean {
  return map_type === 'array' || map_type === 'percpu_array';
}

function pieces(address: bigint, parts: readonly Buffer[]): Write[] {
  return address === 0n || parts.length === 0 ? [] : [{ address, bytes: Buffer.concat(parts) }];
}

function wordOf(value: number): Buffer {
  const bytes = Buffer.alloc(WORD);
  bytes.writeUInt32LE(value);
  return bytes;
}
