/**
 * The seccomp filter of a program: classic BPF over `struct seccomp_data`. Calls that are not listed
 * pass, and the kernel remembers that they do, so that they cost nothing (Linux 5.11).
 */
import { type Architecture, type SystemCall, X32 } from './system-calls.ts';

/** A system call that the supervisor is asked about: always, or under a condition. */
interface Listed {
  readonly name: SystemCall;
  readonly when?: Condition;
}

/**
 * The low 32 bits of an argument are one of some values, or not above one; and another argument is
 * not null.
 */
export interface Condition {
  readonly argument: number;
  readonly values?: readonly number[];
  readonly atMost?: number;
  readonly notNull?: number;
}

/** Where code of ours lies; both addresses have the same upper half. */
export interface OwnCode {
  readonly start: bigint;
  readonly end: bigint;
}

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const RETURN = 0x06;

const RET_ALLOW = 0x7fff0000;
const RET_NOTIFY = 0x7fc00000;

/** Offsets in `struct seccomp_data`. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const INSTRUCTION_POINTER = 8;
const ARGUMENTS = 16;
const INSN_BYTES = 8;

type Insn = readonly [code: number, k: number, jt?: number, jf?: number];

/** Calls by which the thread that starts the program turns into it. */
const STARTS: readonly string[] = ['execve', 'execveat'];

/**
 * The filter as `struct sock_filter`s. Calls of another architecture, and x32, are asked about.
 *
 * @param own code of ours whose calls pass, save those that start the program
 */
export function filterFor(
  { audit, numbers }: Architecture,
  listed: readonly Listed[],
  own?: OwnCode,
): Buffer {
  const insns: Insn[] = [
    [LOAD, ARCHITECTURE],
    [JUMP_EQUAL, audit, 1, 0],
    [RETURN, RET_NOTIFY],
    [LOAD, NUMBER],
    [JUMP_AT_LEAST, X32, 0, 1],
    [RETURN, RET_NOTIFY],
  ];
  const starts = listed.filter(({ name }) => STARTS.includes(name));
  const others = listed.filter(({ name }) => !STARTS.includes(name));
  const add = ({ name, when }: Listed) => {
    const number = numbers[name];
    if (number === undefined) return;
    const taken = insnsOf(when);
    insns.push([JUMP_EQUAL, number, 0, taken.length], ...taken);
  };
  starts.forEach(add);
  if (own !== undefined) insns.push(...sparing(own));
  others.forEach(add);
  insns.push([RETURN, RET_ALLOW]);
  const bytes = Buffer.alloc(INSN_BYTES * insns.length);
  for (const [i, [code, k, jt = 0, jf = 0]] of insns.entries()) {
    bytes.writeUInt16LE(code, INSN_BYTES * i);
    bytes.writeUInt8(jt, INSN_BYTES * i + 2);
    bytes.writeUInt8(jf, INSN_BYTES * i + 3);
    bytes.writeUInt32LE(k, INSN_BYTES * i + 4);
  }
  return bytes;
}

function insnsOf(when: Condition | undefined): readonly Insn[] {
  if (when === undefined) return [[RETURN, RET_NOTIFY]];
  const nulls: readonly Insn[] =
    when.notNull === undefined
      ? []
      : [
          [LOAD, ARGUMENTS + 8 * when.notNull],
          [JUMP_EQUAL, 0, 0, 3],
          [LOAD, ARGUMENTS + 8 * when.notNull + 4],
          [JUMP_EQUAL, 0, 0, 1],
          [RETURN, RET_ALLOW],
        ];
  const values = (when.values ?? []).flatMap((value): Insn[] => [
    [JUMP_EQUAL, value, 0, 1],
    [RETURN, RET_NOTIFY],
  ]);
  if (when.atMost !== undefined) {
    values.push([JUMP_AT_LEAST, when.atMost + 1, 1, 0], [RETURN, RET_NOTIFY]);
  }
  return [...nulls, [LOAD, ARGUMENTS + 8 * when.argument], ...values, [RETURN, RET_ALLOW]];
}

/** A way around all that follows for calls out of some code. */
function sparing({ start, end }: OwnCode): readonly Insn[] {
  const low = (address: bigint) => Number(address & 0xffff_ffffn);
  return [
    [LOAD, INSTRUCTION_POINTER + 4],
    [JUMP_EQUAL, Number(start >> 32n), 0, 4],
    [LOAD, INSTRUCTION_POINTER],
    [JUMP_AT_LEAST, low(start), 0, 2],
    [JUMP_AT_LEAST, low(end), 1, 0],
    [RETURN, RET_ALLOW],
    [LOAD, NUMBER],
  ];
}
