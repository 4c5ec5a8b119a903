/** What the process finds in its memory after a bpf(2) that the model answered. */
import type { Call, CallOf } from '../../domain/call.ts';
import { reachesVerifier } from '../../domain/calls/prog-load.ts';
import { badLog } from '../../domain/code/verifier-log.ts';
import type { Decision } from '../../domain/decision.ts';
import { isRefusal, type QueryOutputs, type Success } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import { BY_ID, ELEMENT, PROG_LOAD, PROG_QUERY, PROG_TEST_RUN } from '../../native/attr-fields.ts';
import { type OpenedObject, refuse, type SyscallAnswer, type Write } from '../notified.ts';
import { type Asking, mapBehind } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import type { Beside } from './beside.ts';
import type { ReadCall } from './decode.ts';
import { infoWrites } from './info.ts';
import { taskFdAnswer } from './task-fd.ts';

/** Bytes of a log that are written, at most: what `log_size` may be. */
const LOG_BYTES_MAX = 2 ** 24;

/** The answer to a call that the model decided. */
export function encodeAnswer(
  asking: Asking,
  beside: Beside,
  { attr, decoded }: ReadCall,
  { outcome, effects }: Decision,
): SyscallAnswer {
  if (decoded.is !== 'call') throw new Error('only a call has an outcome');
  const { call } = decoded;
  if (isRefusal(outcome)) {
    const query = outcome.errno === 'ENOSPC' && outcome.query !== undefined;
    const text = `${refusalSentence(outcome)}\n`;
    const log = isPrintedOf(asking, call) ? logWrites(asking, attr, text) : [];
    const writes = query ? queryWrites(attr, outcome.query) : log;
    return refuse(outcome.errno, writes);
  }
  const opened = findOpened(call.name, effects);
  if (opened !== undefined) {
    const writes = call.name === 'prog_load' ? acceptedWrites(asking, attr) : [];
    return { is: 'object', ...opened, cloexec: true, writes };
  }
  if (call.name === 'task_fd_query') {
    return taskFdAnswer(asking, beside, attr, { call, prog_id: outcome.prog_id ?? 0 });
  }
  const writes = outputsOf(asking, beside, { attr, decoded }, outcome);
  if (writes === undefined) return refuse('EFAULT');
  return { is: 'returned', value: outcome.ret, writes };
}

/** The object that a call gave an fd of. */
function findOpened(
  name: string,
  effects: Decision['effects'],
): { readonly object: OpenedObject; readonly fd: number } | undefined {
  for (const effect of effects) {
    switch (effect.type) {
      case 'ProgLoaded':
        if (effect.fd === undefined) break;
        return { object: { kind: 'prog', id: effect.prog_id }, fd: effect.fd };
      case 'MapCreated':
        if (effect.fd === undefined) break;
        return { object: { kind: 'map', id: effect.map_id }, fd: effect.fd };
      case 'LinkCreated':
        if (effect.fd === undefined) break;
        return { object: { kind: 'link', id: effect.link_id }, fd: effect.fd };
      case 'FdOpened': {
        const { fd, kind, id } = effect;
        if (kind === 'prog' || kind === 'map' || kind === 'link') {
          return { object: { kind, id }, fd };
        }
        return { object: { kind: NAMELESS[name] ?? 'btf', id: 0 }, fd };
      }
      default:
        break;
    }
  }
  return undefined;
}

const NAMELESS: Readonly<Record<string, 'btf' | 'stats' | 'iterator'>> = {
  btf_load: 'btf',
  enable_stats: 'stats',
  iter_create: 'iterator',
};

/** @returns undefined where the process has no such memory */
function outputsOf(
  asking: Asking,
  beside: Beside,
  { attr, decoded }: Pick<ReadCall, 'attr' | 'decoded'>,
  outcome: Success,
): Write[] | undefined {
  if (decoded.is !== 'call') return [];
  const { call } = decoded;
  if (outcome.query !== undefined) return queryWrites(attr, outcome.query);
  if (outcome.info !== undefined) return infoWrites(asking, beside, attr, outcome.info);
  if (outcome.next_id !== undefined) return [u32(attr, BY_ID.next_id, outcome.next_id)];
  if (isLookUp(call) && outcome.value !== undefined) {
    const map = mapBehind(asking, attr.fd(ELEMENT.map_fd));
    if (map === undefined) return [];
    const bytes = asking.maps.valueOf(map, call.key, outcome.value, asking.cpus);
    return [{ address: attr.pointer(ELEMENT.value), bytes }];
  }
  if (outcome.next_key !== undefined) {
    const map = mapBehind(asking, attr.fd(ELEMENT.map_fd));
    if (map === undefined) return [];
    const bytes = asking.maps.bytesOf(map, outcome.next_key);
    return [{ address: attr.pointer(ELEMENT.next_key), bytes }];
  }
  if (call.name === 'prog_test_run') return testRunWrites(asking, beside, attr);
  return [];
}

function isLookUp(
  call: Call,
): call is CallOf<'map_lookup_elem'> | CallOf<'map_lookup_and_delete_elem'> {
  return call.name === 'map_lookup_elem' || call.name === 'map_lookup_and_delete_elem';
}

/** PROG_QUERY writes its counts, and as many ids as there is room for. */
function queryWrites(attr: AttrBytes, query: QueryOutputs | undefined): Write[] {
  if (query === undefined) return [];
  const { prog_cnt, prog_ids, attach_flags, prog_attach_flags = [], revision } = query;
  return [
    u32(attr, PROG_QUERY.attach_flags, attach_flags),
    u32(attr, PROG_QUERY.prog_cnt, prog_cnt),
    ...words(attr.pointer(PROG_QUERY.prog_ids), prog_ids),
    ...words(attr.pointer(PROG_QUERY.prog_attach_flags), prog_attach_flags),
    ...(revision === undefined ? [] : [u64(attr, PROG_QUERY.revision, revision)]),
  ];
}

function words(address: bigint, numbers: readonly number[]): Write[] {
  if (address === 0n || numbers.length === 0) return [];
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * i);
  return [{ address, bytes }];
}

/** What a program that returns a constant makes of a packet: it passes it on as it is. */
function testRunWrites(asking: Asking, beside: Beside, attr: AttrBytes): Write[] | undefined {
  const file = asking.kernel.processes.get(asking.pid)?.fds.get(attr.fd(PROG_TEST_RUN.prog_fd));
  const id = file === undefined ? undefined : asking.kernel.files.get(file.file)?.id;
  const bytes = attr.u32(PROG_TEST_RUN.data_size_in);
  const packet = asking.memory.read(attr.pointer(PROG_TEST_RUN.data_in), bytes);
  if (packet === undefined) return undefined;
  const out = attr.pointer(PROG_TEST_RUN.data_out);
  const room = attr.u32(PROG_TEST_RUN.data_size_out) || bytes;
  return [
    u32(attr, PROG_TEST_RUN.retval, beside.programs.get(id ?? 0)?.ret ?? 0),
    u32(attr, PROG_TEST_RUN.data_size_out, bytes),
    u32(attr, PROG_TEST_RUN.duration, 1),
    ...(out === 0n ? [] : [{ address: out, bytes: packet.subarray(0, room) }]),
  ];
}

/** What PROG_LOAD writes of a program that is taken: on level 1 the log has its last line alone. */
function acceptedWrites(asking: Asking, attr: AttrBytes): Write[] {
  if (attr.u32(PROG_LOAD.log_level) === 0) return trueSize(asking, attr, 0);
  const count = attr.u32(PROG_LOAD.insn_cnt);
  const text =
    `processed ${count} insns (limit 1000000) max_states_per_insn 0 total_states 0 ` +
    'peak_states 0 mark_read 0\n';
  return logWrites(asking, attr, text);
}

/** Whether the verifier printed why a call was refused. */
function isPrintedOf({ kernel, pid }: Asking, call: Call): boolean {
  const process = kernel.processes.get(pid);
  if (call.name !== 'prog_load' || process === undefined) return false;
  return reachesVerifier({ kernel, process, opened: undefined, granted: undefined }, call);
}

/** What the verifier prints into the log that PROG_LOAD passes; nothing where it refuses such a log. */
export function logWrites(asking: Asking, attr: AttrBytes, text: string): Write[] {
  const log_level = attr.u32(PROG_LOAD.log_level);
  const log_size = attr.u32(PROG_LOAD.log_size);
  const address = attr.pointer(PROG_LOAD.log_buf);
  const fields = { log_level, log_size, log_buf: address !== 0n };
  if (log_level === 0 || badLog(asking.kernel.switches, fields) !== undefined) return [];
  const size = Math.min(log_size, LOG_BYTES_MAX);
  const bytes = Buffer.from(`${text}\0`);
  const fits = bytes.length <= size ? bytes : Buffer.concat([bytes.subarray(0, size - 1), NUL]);
  return [
    ...(address === 0n || size === 0 ? [] : [{ address, bytes: fits }]),
    ...trueSize(asking, attr, bytes.length),
  ];
}

/** From 6.4 on, how long a log is, whether it has a buffer or not. */
function trueSize({ kernel }: Asking, attr: AttrBytes, bytes: number): Write[] {
  const hasField = attr.size >= PROG_LOAD.log_true_size + 4;
  if (!kernel.switches.rotating_log || !hasField) return [];
  return [u32(attr, PROG_LOAD.log_true_size, bytes)];
}

const NUL = Buffer.alloc(1);

function u32(attr: AttrBytes, offset: number, value: number): Write {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return { address: attr.at(offset), bytes };
}

function u64(attr: AttrBytes, offset: number, value: number): Write {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return { address: attr.at(offset), bytes };
}
