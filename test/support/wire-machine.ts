// The model, asked through bytes: a call is written into an attr by the code that asks real kernels,
// read from there by the code that answers supervised programs, and its answer goes the same way back.

import type { Call, CallOf } from '../../src/domain/call.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { isObjectKind, type ObjectKind } from '../../src/domain/effect.ts';
import type { Errno } from '../../src/domain/errno.ts';
import { ERRNO_NUMBERS } from '../../src/domain/errno.ts';
import type { Kernel as Model, Process } from '../../src/domain/kernel.ts';
import { isRefusal, type ObjectInfo, type Outcome } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { DEFAULT_CONFIG } from '../../src/domain/release/config.ts';
import type { Cgroups } from '../../src/executor/live/cgroups.ts';
import type { Identities } from '../../src/executor/live/identities.ts';
import type { LiveKernel } from '../../src/executor/live/live-kernel.ts';
import { formOf } from '../../src/executor/live/map-calls.ts';
import { decodeInfo, infoBuffer } from '../../src/executor/live/objects.ts';
import { performLive } from '../../src/executor/live/perform.ts';
import type { LiveFd } from '../../src/executor/live/process.ts';
import { Attr } from '../../src/native/attr.ts';
import { INFO_BY_FD } from '../../src/native/attr-fields.ts';
import { BPF } from '../../src/native/commands.ts';
import { possibleCpus } from '../../src/native/possible-cpus.ts';
import { type Answered, SYS, type SystemCalls } from '../../src/native/syscall.ts';
import { type Machine, machineOn } from '../../src/recorders/golden/machine.ts';
import { answerBpf, type Surroundings } from '../../src/sandbox/bpf/answer-bpf.ts';
import { Beside } from '../../src/sandbox/bpf/beside.ts';
import type { Memory, SyscallAnswer } from '../../src/sandbox/notified.ts';

const CPUS = possibleCpus();
/** Calls that go through bpf(2). */
const BY_BPF = /^(prog|link|map|obj)_|^(foreign_link_create|iter_create|btf_load|enable_stats)$/u;

/** Buffers by made-up addresses. */
class Addresses implements Memory {
  #next = 0x1000n;
  readonly #buffers: { readonly start: bigint; readonly buffer: Buffer }[] = [];

  of(buffer: Buffer): bigint {
    const known = this.#buffers.find((one) => one.buffer === buffer);
    if (known !== undefined) return known.start;
    const start = this.#next;
    this.#next += BigInt(buffer.length + 0x1000);
    this.#buffers.push({ start, buffer });
    return start;
  }

  read(address: bigint, length: number): Buffer | undefined {
    if (length === 0) return Buffer.alloc(0);
    const place = this.#at(address, length);
    return place === undefined ? undefined : Buffer.from(place);
  }

  readInto(target: Buffer, address: bigint, length: number): boolean {
    return this.read(address, length)?.copy(target) !== undefined;
  }

  readText(address: bigint, max: number): string | undefined | 'too long' {
    const found = this.#buffers.find(
      ({ start, buffer }) => address >= start && address < start + BigInt(buffer.length),
    );
    const bytes = found?.buffer.subarray(Number(address - found.start));
    const end = bytes?.indexOf(0) ?? -1;
    return end < 0 || end >= max ? undefined : bytes?.toString('utf8', 0, end);
  }

  write(address: bigint, bytes: Uint8Array): void {
    this.#at(address, bytes.length)?.set(bytes);
  }

  #at(address: bigint, length: number): Buffer | undefined {
    for (const { start, buffer } of this.#buffers) {
      const at = Number(address - start);
      if (at >= 0 && at + length <= buffer.length) return buffer.subarray(at, at + length);
    }
    return undefined;
  }
}

/** An fd of an object was given: what the live code does with it next takes a real one. */
class Opened extends Error {}

/** The model behind bytes. */
export function wireMachine(model: Model): Machine {
  const inner = machineOn(model);
  const beside = new Beside();
  return {
    ...inner,
    async perform(pid, call) {
      const process = model.processes.get(pid);
      if (process === undefined || !BY_BPF.test(call.name)) return inner.perform(pid, call);
      return overTheWire(model, beside, process, call);
    },
  };
}

async function overTheWire(
  model: Model,
  beside: Beside,
  process: Process,
  call: Call,
): Promise<Decision> {
  const addresses = new Addresses();
  const decisions: Decision[] = [];
  let opened: number | undefined;
  const around: Surroundings = {
    cpus: CPUS,
    placeOf: () => ({ path: 'path' in call ? call.path : '/' }),
    lookAt: (tid) => tid,
    isInterface: () => call.name === 'foreign_link_create',
  };
  function answer(args: readonly bigint[]): Answered {
    const answered = answerBpf(
      {
        ...{ syscall: 'bpf', args, tid: process.pid, tgid: process.tgid },
        ...{ memory: addresses, kernel: model },
        look() {},
        miss: () => 'EINVAL',
        perform(asked) {
          const decision = perform(model, process.pid, asked);
          decisions.push(decision);
          return decision;
        },
      },
      around,
      beside,
    );
    for (const { address, bytes } of writesOf(answered)) addresses.write(address, bytes);
    if (answered.is === 'refused') return { errno: errnoOf(answered.errno) };
    if (answered.is === 'returned') return { ret: answered.value };
    throw new Opened();
  }
  const native: SystemCalls = {
    call(number, ...args) {
      if (number !== SYS.bpf) return native.answerOf(native.result(number));
      const [command, attr, size] = args;
      return answer([BigInt(Number(command)), addresses.of(attr as Buffer), BigInt(Number(size))]);
    },
    result(number) {
      if (number !== SYS.openat2 || !('target_path' in call)) return 0;
      const { outcome } = perform(model, process.pid, {
        name: 'open_cgroup',
        path: call.target_path ?? '/',
      });
      if (isRefusal(outcome)) return -ERRNO_NUMBERS[outcome.errno];
      opened = outcome.ret;
      return outcome.ret;
    },
    answerOf: (ret) => (ret < 0 ? { errno: errnoOf(-ret) } : { ret }),
    address: (buffer) => addresses.of(buffer),
  };
  try {
    const seen = await askLive(model, native, process, call);
    const [last] = decisions;
    return last === undefined ? seen : { ...last, outcome: withRule(last.outcome, seen.outcome) };
  } catch (error) {
    if (!(error instanceof Opened)) throw error;
    const [last] = decisions;
    if (last === undefined) throw new Error(`no call was decided for ${call.name}`);
    return last;
  } finally {
    if (opened !== undefined) perform(model, process.pid, { name: 'close', fd: opened });
  }
}

/** The outcome as the process saw it, with the rule that the model names. */
function withRule(decided: Outcome, seen: Outcome): Outcome {
  if (!isRefusal(decided) || !isRefusal(seen)) return seen;
  return { ...seen, rule: decided.rule };
}

async function askLive(
  model: Model,
  native: SystemCalls,
  process: Process,
  call: Call,
): Promise<Decision> {
  const start = 'start_id' in call ? call.start_id : undefined;
  const live = liveKernel(model, native, process, start);
  if (call.name === 'obj_get_info_by_fd') return askInfo(live, native, process, call);
  return performLive(live, process.pid, call);
}

/** As `objGetInfo`, which looks at the links of real fds. */
function askInfo(
  live: LiveKernel,
  native: SystemCalls,
  process: Process,
  call: CallOf<'obj_get_info_by_fd'>,
): Decision {
  const kind = live.processes.get(process.pid)?.fds.get(call.bpf_fd ?? 0)?.kind;
  const object = kind !== undefined && isObjectKind(kind) ? kind : undefined;
  const buffers = infoBuffer(native, object, Math.min(call.info_len ?? 256, 8192));
  const attr = new Attr(native)
    .u32(INFO_BY_FD.bpf_fd, call.bpf_fd ?? 0)
    .u32(INFO_BY_FD.info_len, call.info_len ?? 256)
    .pointer(INFO_BY_FD.info, buffers.info);
  const answered = native.call(SYS.bpf, BPF.obj_get_info_by_fd, attr.buffer, attr.size);
  if ('errno' in answered) {
    return { outcome: { errno: answered.errno, rule: 'kernel-said-so' }, effects: [] };
  }
  if (object === undefined) throw new Error('info on what is not an object');
  const info: ObjectInfo = decodeInfo(live, object, buffers);
  return { outcome: { ret: 0, info }, effects: [] };
}

/** What the live code needs to know of a process of the model, whose ids and fds are its own. */
function liveKernel(
  model: Model,
  kernel: SystemCalls,
  process: Process,
  start: number | undefined,
): LiveKernel {
  const fds = new Map<number, LiveFd>();
  for (const [number, { file, cloexec }] of process.fds) {
    const open = model.files.get(file);
    if (open === undefined) continue;
    fds.set(number, { real: number, cloexec, kind: open.kind, id: open.id });
  }
  const { pid, tgid, comm, uid, caps, sets, nofile, memlock, umask } = process;
  const mine = { pid, tgid, comm, uid, caps, sets, nofile, memlock, umask, fds, mailbox: [] };
  const ids: Pick<Identities, 'all' | 'idOf' | 'realOf'> = {
    all: () => (start === undefined ? new Map() : new Map([[start, start]])),
    idOf: (_: ObjectKind, real: number) => real,
    realOf: (_: ObjectKind, id: number) => id,
  };
  const base = { path: '/', fd: 0 };
  const elsewhere = { fs: {}, mounts: undefined, cgroup: undefined, placeholder: undefined };
  const cgroups: Partial<Cgroups> = {
    top: base,
    idOf: (inode) => Number(inode),
    inodeOf: (id) => BigInt(id),
    at: () => undefined,
  };
  return {
    kernel,
    processes: new Map([[pid, { ...mine, ...elsewhere }]]),
    ids: ids as Identities,
    cgroups: cgroups as Cgroups,
    mapForms: new Map([...model.maps.values()].map((map) => [map.id, formOf(map)])),
    traces: false,
    bpffs: base,
    standard: { directory: 0, file: 0 },
    ownZero: 0,
    config: { ...DEFAULT_CONFIG, ...model.boot.config },
    limit: Buffer.alloc(16),
    nameNew: () => 0,
    holds: false,
    describes: false,
    detached: false,
  };
}

function writesOf(answer: SyscallAnswer) {
  return answer.is === 'continued' ? [] : (answer.writes ?? []);
}

function errnoOf(number: number): Errno {
  const found = Object.entries(ERRNO_NUMBERS).find(([, value]) => value === number);
  if (found === undefined) throw new Error(`errno ${number} has no name`);
  return found[0] as Errno;
}
