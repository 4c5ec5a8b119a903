/**
 * Commands on many elements, which the model decides as far as it can (`generic_map_*_batch` in kernel/bpf/syscall.c, `__htab_map_lookup_and_delete_batch`).
 */
import type { MapKey } from '../../domain/call.ts';
import { isTrie } from '../../domain/calls/trie-elements.ts';
import type { Errno } from '../../domain/errno.ts';
import type { BpfMap } from '../../domain/kernel.ts';
import { heldKind } from '../../domain/maps/holding.ts';
import { isRefusal, isUnmodelled, type Outcome } from '../../domain/outcome.ts';
import { BATCH } from '../../native/attr-fields.ts';
import type { AskedCall } from '../fallible.ts';
import { type Notified, refuse, type SyscallAnswer, type Write } from '../notified.ts';
import { type Asking, mapBehind } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import { some } from './decoded.ts';
import { numberIn, valueBytes } from './map-bytes.ts';

const COMMANDS = [
  ...(['map_lookup_batch', 'map_lookup_and_delete_batch'] as const),
  ...(['map_update_batch', 'map_delete_batch'] as const),
];
/** Elements that one call gets or changes; a longer row ends here, as one that is interrupted. */
const ELEMENTS_MAX = 65_536;
const WORD = 4;
const NOTHING = Buffer.alloc(0);

type ElementCommand = (typeof COMMANDS)[number];
type LookUp = 'map_lookup_batch' | 'map_lookup_and_delete_batch';

export function isOnElements(command: string): command is ElementCommand {
  return COMMANDS.some((name) => name === command);
}

/** The answer to one of these commands. */
export function answerElements(
  notified: Notified,
  asking: Asking,
  command: ElementCommand,
  attr: AttrBytes,
): SyscallAnswer {
  const row = new ElementCalls(notified, asking, attr);
  const fd = attr.fd(BATCH.map_fd);
  const map = mapBehind(asking, fd);
  if (map === undefined) return row.refuse(command, fd);
  switch (command) {
    case 'map_update_batch':
      return row.update(map, fd);
    case 'map_delete_batch':
      return row.remove(map, fd);
    case 'map_lookup_batch':
    case 'map_lookup_and_delete_batch':
      return row.lookUp(map, fd, command);
    default:
      return command satisfies never;
  }
}

class ElementCalls {
  readonly #notified: Notified;
  readonly #asking: Asking;
  readonly #attr: AttrBytes;

  constructor(notified: Notified, asking: Asking, attr: AttrBytes) {
    this.#notified = notified;
    this.#asking = asking;
    this.#attr = attr;
  }

  /** Of what is not a map, nothing is read. */
  refuse(name: ElementCommand, map_fd: number): SyscallAnswer {
    const outcome = this.#performCall(callUnread(name, map_fd));
    if (!isRefusal(outcome)) throw new Error(`fd ${map_fd} is not a map, and ${name} was done`);
    return refuse(outcome.errno);
  }

  update(map: BpfMap, fd: number): SyscallAnswer {
    const { maps, memory, cpus } = this.#asking;
    const size = valueBytes(map, cpus);
    const values: Buffer[] = [];
    const keys = this.#keys(map, (at) => {
      const value = memory.read(this.#attr.pointer(BATCH.values) + BigInt(at * size), size);
      if (value !== undefined) values.push(value);
      return value !== undefined;
    });
    const holds = heldKind(map.map_type) !== undefined;
    for (const value of holds ? values : []) this.#asking.look(value.readInt32LE(0));
    const named = { map_fd: fd, keys, values: values.map(numberIn) };
    const outcome = this.#performCall({ name: 'map_update_batch', ...named, ...this.#flags() });
    for (const [i, key] of keys.slice(0, outcome.batch?.count ?? 0).entries()) {
      maps.keep(map, key, values[i] ?? NOTHING);
    }
    return this.#answerChange(outcome, keys.length);
  }

  remove(map: BpfMap, fd: number): SyscallAnswer {
    const keys = this.#keys(map, () => true);
    const call = { name: 'map_delete_batch', map_fd: fd, keys, ...this.#flags() } as const;
    return this.#answerChange(this.#performCall(call), keys.length);
  }

  /** The keys that the caller passes, up to the first that cannot be read, or whose value cannot. */
  #keys(map: BpfMap, isReadable: (at: number) => boolean): MapKey[] {
    const { memory, maps } = this.#asking;
    const wanted = Math.min(this.#attr.u32(BATCH.count), ELEMENTS_MAX);
    const keys: MapKey[] = [];
    for (let at = 0; at < wanted; at++) {
      const bytes = memory.read(
        this.#attr.pointer(BATCH.keys) + BigInt(at * map.key_size),
        map.key_size,
      );
      if (bytes === undefined || !isReadable(at)) break;
      keys.push(maps.keyOf(map, bytes));
    }
    return keys;
  }

  /** What is told of the elements of an update or a deletion, of which `read` were passed. */
  #answerChange(outcome: Outcome, read: number): SyscallAnswer {
    const { batch } = outcome;
    const writes = batch === undefined ? [] : [this.#word(BATCH.count, batch.count)];
    if (isRefusal(outcome)) return refuse(outcome.errno, writes);
    const isShort = read < Math.min(this.#attr.u32(BATCH.count), ELEMENTS_MAX);
    if (isShort) return refuse('EFAULT', [this.#word(BATCH.count, read)]);
    return { is: 'returned', value: 0, writes };
  }

  /** A part of a hash is looked up one by one: which part a kernel gives is not modelled. */
  lookUp(map: BpfMap, fd: number, name: LookUp): SyscallAnswer {
    const start = this.#start();
    if (start === undefined) return refuse('EFAULT');
    const count = Math.min(this.#attr.u32(BATCH.count), ELEMENTS_MAX);
    const from = this.#attr.pointer(BATCH.in_batch) === 0n ? {} : { in_batch: start };
    const call = { name, map_fd: fd, count, ...from, ...this.#flags() } as const;
    const { outcome } = this.#notified.perform(call, 'in parts');
    if (isUnmodelled(outcome)) return this.#lookUpPart(map, fd, name);
    const { batch } = outcome;
    const { keys = [], values = [] } = batch ?? {};
    const { maps, cpus } = this.#asking;
    const bytes = keys.map((key, i) => maps.valueOf(map, key, values[i] ?? 0, cpus));
    const writes =
      batch === undefined ? [] : this.#writeElements(map, keys, bytes, nextAfter(map, keys));
    return isRefusal(outcome)
      ? refuse(outcome.errno, writes)
      : { is: 'returned', value: 0, writes };
  }

  #writeElements(
    map: BpfMap,
    keys: readonly MapKey[],
    values: readonly Buffer[],
    next: number,
  ): Write[] {
    const told = keys.map((key) => this.#asking.maps.bytesOf(map, key));
    return [
      this.#word(BATCH.count, keys.length),
      ...(Number.isInteger(next)
        ? pieces(this.#attr.pointer(BATCH.out_batch), [wordOf(next)])
        : []),
      ...pieces(this.#attr.pointer(BATCH.keys), told),
      ...pieces(this.#attr.pointer(BATCH.values), values),
    ];
  }

  #lookUpPart(map: BpfMap, fd: number, name: LookUp): SyscallAnswer {
    const deletes = name === 'map_lookup_and_delete_batch';
    const wanted = Math.min(this.#attr.u32(BATCH.count), ELEMENTS_MAX);
    const start = this.#start() ?? 0;
    const all = map.elements.slice(start).map(({ key }) => key);
    const given = all.slice(0, wanted);
    const values: Buffer[] = [];
    for (const key of given) {
      const found = this.#lookUp(map, fd, key);
      if (!Buffer.isBuffer(found)) return refuse(found);
      values.push(found);
    }
    for (const key of deletes ? given : []) {
      this.#perform({ name: 'map_delete_elem', map_fd: fd, key });
    }
    const next = deletes ? 0 : start + given.length;
    const writes = this.#writeElements(map, given, values, next);
    const isEnd = isTrie(map) ? given.length < wanted : given.length === all.length;
    return isEnd ? refuse('ENOENT', writes) : { is: 'returned', value: 0, writes };
  }

  #flags() {
    return {
      ...some('flags', this.#attr.u32(BATCH.flags)),
      ...some('elem_flags', this.#attr.flags(BATCH.elem_flags)),
    };
  }

  #performCall(call: AskedCall): Outcome {
    return this.#notified.perform(call).outcome;
  }

  /** Where an earlier call ended: the last index of an array; of a hash, how many elements were given. */
  #start(): number | undefined {
    const address = this.#attr.pointer(BATCH.in_batch);
    return address === 0n ? 0 : this.#asking.memory.read(address, WORD)?.readUInt32LE();
  }

  #lookUp(map: BpfMap, map_fd: number, key: MapKey): Buffer | Errno {
    const { outcome } = this.#notified.perform({ name: 'map_lookup_elem', map_fd, key });
    if (isRefusal(outcome)) return outcome.errno;
    return this.#asking.maps.valueOf(map, key, outcome.value ?? 0, this.#asking.cpus);
  }

  #perform(call: AskedCall): Errno | undefined {
    const { outcome } = this.#notified.perform(call);
    return isRefusal(outcome) ? outcome.errno : undefined;
  }

  #word(offset: number, value: number): Write {
    return { address: this.#attr.at(offset), bytes: wordOf(value) };
  }
}

/** Where the next call goes on: behind an index, or behind as many elements of a trie. */
function nextAfter(map: BpfMap, keys: readonly MapKey[]): number {
  return isTrie(map) ? keys.length : Number(keys.at(-1));
}

function callUnread(name: ElementCommand, map_fd: number): AskedCall {
  if (name === 'map_update_batch') return { name, map_fd, keys: [], values: [] };
  return name === 'map_delete_batch' ? { name, map_fd, keys: [] } : { name, map_fd };
}

function pieces(address: bigint, parts: readonly Buffer[]): Write[] {
  return address === 0n || parts.length === 0 ? [] : [{ address, bytes: Buffer.concat(parts) }];
}

function wordOf(value: number): Buffer {
  const bytes = Buffer.alloc(WORD);
  bytes.writeUInt32LE(value);
  return bytes;
}
