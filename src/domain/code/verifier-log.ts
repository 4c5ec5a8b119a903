/**
 * The log of a load (kernel/bpf/log.c; semantics §7). What the verifier prints is not modelled, but
 * whether a log may be asked for in such a way, and whether the text surely fits into its buffer.
 */
import type { Calls } from '../call.ts';
import { refusal } from '../decision.ts';
import type { Refusal } from '../outcome.ts';
import type { Switches } from '../release/switches.ts';

type LoggedLoad = Calls['prog_load'];
/** BTF_LOAD has the same fields. */
type LogRequest = Pick<LoggedLoad, 'log_level' | 'log_size' | 'log_buf'>;

/** `BPF_LOG_LEVEL2`: what is printed of all ways through the program. */
const LEVEL_2 = 2;
/** `BPF_LOG_LEVEL1`, `BPF_LOG_LEVEL2` and `BPF_LOG_STATS`. */
const LEVELS = 7;
/** `BPF_LOG_FIXED`, which came with the log that rotates. */
const FIXED = 8;
/** Bytes of a buffer at most: `UINT_MAX >> 2`. */
const SIZE_MAX = 2 ** 30 - 1;
/** Bytes of a buffer at least, up to 6.3. */
const SIZE_MIN = 128;

/** Fields that do not go together (`bpf_verifier_log_attr_valid`); the verifier begins with them. */
export function badLog({ rotating_log }: Switches, call: LogRequest): Refusal | undefined {
  const { log_level = 0, log_size = 0, log_buf = false } = call;
  if (log_level === 0 && log_size === 0 && !log_buf) return undefined;
  const known = rotating_log ? LEVELS | FIXED : LEVELS;
  const isBuffer = rotating_log
    ? log_buf === log_size > 0 && (!log_buf || log_level !== 0)
    : log_buf && log_size >= SIZE_MIN && log_level !== 0;
  if (isBuffer && log_size <= SIZE_MAX && (log_level & ~known) === 0) return undefined;
  const buffer = log_buf ? 'a buffer' : 'no buffer';
  return refusal('EINVAL', 'log-fields', { log_level, log_size, buffer });
}

/** Fewer bytes than the line takes with which every log ends; 98 were the fewest on 6.18.44. */
const SURELY_SHORT = 64;
/** More bytes than that line takes with what may stand before it, when no instruction is told. */
const LAST_LINES = 1024;
/** More bytes than an instruction takes, with what became of the registers. */
const INSN_BYTES = 256;
/** More instructions than a program that was told without them takes for each of its maps. */
const MAP_INSNS = 16;

/**
 * A log for which its buffer is too short (`bpf_vlog_finalize`): that is what the load is refused for,
 * whatever else was wrong with the program.
 *
 * @param isKnown whether all that the verifier looks at is known here
 */
export function shortLog(call: LoggedLoad, isKnown: boolean): Refusal | undefined {
  const { log_size = 0 } = call;
  if (log_size === 0) return undefined;
  if (log_size < SURELY_SHORT) {
    return refusal('ENOSPC', 'log-too-short', { log_size });
  }
  if (!isKnown || log_size >= enough(call)) return undefined;
  const what = `a log of ${log_size} bytes, which may be too short for what the verifier prints`;
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

/** Bytes that hold the log of a program whose one way is known. */
function enough({ log_level = 0, insns, insn_cnt = 2, map_fds = [] }: LoggedLoad): number {
  const count = insns === undefined ? insn_cnt + MAP_INSNS * map_fds.length : insn_cnt;
  // On level 2 the way back to where a number came from is printed too, for each that is asked for.
  if ((log_level & LEVEL_2) !== 0) return LAST_LINES + INSN_BYTES * (count + 1) ** 2;
  return (log_level & 1) === 0 ? LAST_LINES : LAST_LINES + INSN_BYTES * count;
}
