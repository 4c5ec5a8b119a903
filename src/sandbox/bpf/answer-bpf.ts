/** bpf(2): reads the call, has the model decide it, and says what the process gets. */
import type { MapKey } from '../../domain/call.ts';
import type { OpenFile } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { ELEMENT } from '../../native/attr-fields.ts';
import { BPF, type BpfCommand } from '../../native/commands.ts';
import { type Notified, refuse, type SyscallAnswer } from '../notified.ts';
import { knowUmask } from '../umask.ts';
import { type Asking, mapBehind, type PinPlace } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import type { Beside } from './beside.ts';
import { decodeBpf, type ReadCall } from './decode.ts';
import { answerElements, isOnElements } from './elements.ts';
import { encodeAnswer, logWrites } from './encode.ts';
import { numberIn, WORD } from './map-bytes.ts';

/** What the machine around the program tells that no call does. */
export interface Surroundings {
  readonly cpus: number;
  /** Makes sure that an fd of a thread of the program is what it is in the model: see `Asking`. */
  lookAt(tid: number, fd: number): number | undefined;
  placeOf(notified: Notified, path: string, dirFd: number | undefined): PinPlace;
  isInterface(index: number): boolean;
}

/** Bits of an argument that is an `int`. */
const INT_BITS = 32;

/** The answer to one bpf(2). */
export function answerBpf(notified: Notified, around: Surroundings, beside: Beside): SyscallAnswer {
  const asking: Asking = {
    kernel: notified.kernel,
    pid: notified.tgid,
    look: (fd) => notified.look(fd),
    lookAt: around.lookAt,
    memory: notified.memory,
    maps: beside.maps,
    cpus: around.cpus,
    placeOf: (path, dirFd) => around.placeOf(notified, path, dirFd),
    isInterface: around.isInterface,
  };
  const [command = 0n, address = 0n, size = 0n] = notified.args;
  const read = decodeBpf(asking, {
    command: Number(BigInt.asUintN(INT_BITS, command)),
    address,
    size: Number(BigInt.asUintN(INT_BITS, size)),
  });
  const { decoded } = read;
  switch (decoded.is) {
    case 'refused': {
      const { errno, log } = decoded;
      return refuse(errno, log === undefined ? [] : logWrites(asking, read.attr, log));
    }
    case 'unknown':
      return answerUnknown(notified, asking, { ...read, why: decoded.command });
    case 'call':
      return answerCall(notified, beside, { asking, read });
    default:
      return decoded satisfies never;
  }
}

function answerUnknown(
  notified: Notified,
  asking: Asking,
  { command, attr, why }: ReadCall & { readonly why: string },
): SyscallAnswer {
  if (isOnElements(command)) return answerElements(notified, asking, command, attr);
  if (command !== 'map_update_elem') {
    return refuse(notified.miss({ name: 'bpf', cmd: BPF[command as BpfCommand] }, why));
  }
  const value = asking.memory.read(attr.pointer(ELEMENT.value), WORD);
  if (value === undefined) return refuse('EFAULT');
  const push = { name: command, map_fd: attr.fd(ELEMENT.map_fd), value: numberIn(value) } as const;
  return refuse(notified.miss(push, `a value of more than ${WORD} bytes in a queue or a stack`));
}

function answerCall(
  notified: Notified,
  beside: Beside,
  { asking, read }: { readonly asking: Asking; readonly read: ReadCall },
): SyscallAnswer {
  const { attr, decoded } = read;
  if (decoded.is !== 'call') throw new Error('this is not a call');
  const { call, passed } = decoded;
  const { kernel, tgid } = notified;
  if (call.name === 'obj_pin') knowUmask(notified);
  const decision = notified.perform(call);
  const { outcome } = decision;
  if (!isRefusal(outcome)) {
    beside.keep(kernel, tgid, { call, ...passed }, decision);
    if (call.name === 'map_update_elem') keepValue(asking, attr, call.key, passed.value);
    const { types } = passed;
    if (types !== undefined) beside.keepTypes(openAt(notified, outcome.ret)?.id ?? 0, types);
  }
  return encodeAnswer(asking, beside, read, decision);
}

/** What a number of the process is open on, in the model. */
function openAt({ kernel, tgid }: Notified, fd: number): OpenFile | undefined {
  const entry = kernel.processes.get(tgid)?.fds.get(fd);
  return entry === undefined ? undefined : kernel.files.get(entry.file);
}

function keepValue(
  asking: Asking,
  attr: AttrBytes,
  key: MapKey | undefined,
  value: Buffer | undefined,
): void {
  const map = mapBehind(asking, attr.fd(ELEMENT.map_fd));
  if (map !== undefined && key !== undefined && value !== undefined)
    asking.maps.keep(map, key, value);
}
