/**
 * From the lines of a recording to what processes did, in order: forks and threads are put
 * together, paths are found, and what concerns no cgroup and no BPF object is passed over before
 * its arguments are read.
 */
import type { Call } from '../../domain/call.ts';
import { RecordingRefused } from '../../events/recording.ts';
import { isAhead } from '../../events/time-ahead.ts';
import { bpfCall } from './bpf-calls.ts';
import { concerns, EXECS, FORKS, mayConcern, RIGHTS } from './concern.ts';
import type { Deed, MeantCall } from './deed.ts';
import { FD_CALLS, FD_MAKERS, passedFds, readReceived } from './fd-calls.ts';
import { FILE_CALLS, pathAt } from './file-calls.ts';
import { aheadText, halfText } from './line-faults.ts';
import { MOUNT_CALLS } from './mount-calls.ts';
import { OWNER_CALLS } from './owner-calls.ts';
import { type HalfCall, type Happening, PairedLines, type WholeCall } from './paired-lines.ts';
import { absolutePath, decodeUtf8, type Mounts, pathBehind } from './paths.ts';
import { requirePossible } from './possible.ts';
import { PrintedPaths } from './printed-paths.ts';
import { flagsIn, pidfdOpened, readGetfd, readJoin } from './process-calls.ts';
import { Processes, type TracedProcess } from './processes.ts';
import type { LeftOut, LineMeaning, Spoken } from './spoken.ts';
import { Tally } from './tally.ts';
import { type Result, readResult, readTraceLine } from './trace-line.ts';
import { CLONE_BITS } from './uapi.ts';
import { Malformed, readArguments, unescapeText } from './value.ts';

/** Unreadable lines after which a file is not a recording. */
const UNREADABLE_MAX = 1000;

/** Calls that change nothing here, or whose end is a line of its own. */
const PASSED_OVER: ReadonlySet<string> = new Set(['exit_group', 'exit', 'wait4', 'waitid']);
const NO_PATHS = new PrintedPaths();
/** With `-T` the time that the call took stands behind. */
const MADE_FD = /\) *= (\d+)(?:<.*>)?(?: <[\d.]+>)?$/;
/** It did not run to its end, and is made again. */
const INTERRUPTED = /= \? ERESTART/;
const DONE = /\) *= 0(?: <[\d.]+>)?$/;
const EXECUTED = /^execve(?:at)?\([^"]*"((?:[^"\\]|\\.)*)"/;
const SENDS: ReadonlySet<string> = new Set(['sendmsg', 'sendmmsg']);
const RECEIVES: ReadonlySet<string> = new Set(['recvmsg', 'recvmmsg']);
/** Bytes of a process's name, but for the end (TASK_COMM_LEN). */
const COMM_CHARS_MAX = 15;

export class Interpreter {
  readonly #pairs = new PairedLines((half) => this.#countHalf(half));
  readonly #processes = new Processes();
  readonly #mounts: Mounts;
  /** Whether the ledger knows something open at an fd of a process. */
  readonly #isTracked: (pid: number, fd: number) => boolean;
  readonly #now: number;
  /** Calls that the ledger has no word for, or the recording only a half of, by name. */
  readonly leftOut = new Tally();
  /** Lines that are none of strace, or broken, by what is wrong. */
  readonly unreadable = new Tally();
  #readable = 0;
  #bpfCalls = 0;

  /** @param now lines that are too far ahead of it are refused; of the log, microseconds */
  constructor(
    mounts: Mounts,
    isTracked: (pid: number, fd: number) => boolean,
    now = Number.POSITIVE_INFINITY,
  ) {
    this.#mounts = mounts;
    this.#now = now;
    this.#isTracked = isTracked;
  }

  /**
   * What a line tells.
   *
   * @throws RecordingRefused when this is not a recording of strace, or one made otherwise
   */
  line(text: string, number: number): readonly Deed[] {
    try {
      const parsed = readTraceLine(text);
      if (parsed.kind !== 'note') {
        if (isAhead(parsed.at, this.#now)) throw new RecordingRefused(aheadText(parsed.at), number);
        this.#readable += 1;
      }
      const happening = this.#pairs.next(parsed, number);
      return happening === undefined ? [] : requirePossible(this.#deeds(happening));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.cannotRead(error.message, number);
      return [];
    }
  }

  /** The recording ends. */
  end(): void {
    this.#pairs.end();
  }

  /** Counts a call whose other half is missing, if it may concern the ledger. */
  #countHalf(half: HalfCall): void {
    const { pid, name, lacks, line } = half;
    const isOfProcesses = FORKS.has(name) || EXECS.has(name);
    // A child that speaks is told without its fork's end; an execve that does not return is none.
    const isOver = lacks === 'end-by-death' || lacks === 'end-by-stop';
    if (PASSED_OVER.has(name) || (isOver && isOfProcesses)) return;
    const process = this.#processes.findByThread(pid);
    const counts =
      lacks === 'beginning' || process === undefined
        ? (mayConcern(half) ?? this.#hasNoWord(half))
        : isOfProcesses || this.#concerns(half, process);
    if (counts) this.leftOut.add(halfText(name, lacks), line);
  }

  /** Counts a line that cannot be read. */
  cannotRead(message: string, number: number): void {
    if (this.#readable === 0) throw new RecordingRefused(message, number);
    this.unreadable.add(message.replace(/: ".*/s, ''), number);
    if (this.unreadable.total <= UNREADABLE_MAX) return;
    throw new RecordingRefused(`${message}; so many cannot be read that nothing is taken`, number);
  }

  #deeds(happening: Happening): readonly Deed[] {
    const deeds: Deed[] = [];
    const { kind, line, at, pid } = happening;
    if (kind === 'superseded') {
      this.#processes.supersede(pid, happening.by, line);
      return deeds;
    }
    const process = this.#speaking(happening, deeds);
    if (kind === 'exited' || kind === 'killed') {
      if (this.#processes.endThread(pid) === undefined) return deeds;
      deeds.push(deedOf({ line, at, process, tid: pid }, { call: { name: 'exit' } }));
    } else if (kind === 'call') {
      this.#interpretCall(happening, process, deeds);
    }
    return deeds;
  }

  /** The process that a line is of. One that speaks before its parent's fork returned is forked. */
  #speaking({ pid, line, at }: Happening, deeds: Deed[]): TracedProcess {
    const known = this.#processes.findByThread(pid);
    if (known !== undefined) return known;
    const forks = [...this.#pairs.underWay()].filter(({ name }) => FORKS.has(name));
    const [fork] = forks;
    const parent = fork && this.#processes.findByThread(fork.pid);
    if (fork === undefined || parent === undefined || forks.length > 1) {
      return this.#processes.addFound(pid, line);
    }
    const made = { line, at, tid: fork.pid };
    return this.#fork(parent, { child: pid, flags: flagsIn(fork.text), ...made }, deeds);
  }

  #fork(
    parent: TracedProcess,
    made: {
      readonly child: number;
      readonly flags: number;
      readonly line: number;
      readonly at: number;
      readonly tid: number;
    },
    deeds: Deed[],
  ): TracedProcess {
    const { child, flags, line, at, tid } = made;
    if ((flags & (CLONE_BITS.CLONE_THREAD ?? 0)) !== 0) {
      this.#processes.thread(parent, child, line);
      return parent;
    }
    const process = this.#processes.addForked(parent, child, line);
    // The ledger's processes share no table: the child is given a copy.
    if ((flags & (CLONE_BITS.CLONE_FILES ?? 0)) !== 0) {
      this.leftOut.add('clone with CLONE_FILES and without CLONE_THREAD: fds were readGetfd', line);
    }
    const call: Call = { name: 'fork', child_pid: child };
    const deed = deedOf({ line, at, process: parent, tid }, { call }, child);
    deeds.push({ ...deed, child: process });
    return process;
  }

  #interpretCall(whole: WholeCall, process: TracedProcess, deeds: Deed[]): void {
    const { name, text } = whole;
    if (FORKS.has(name)) return this.#interpretClone(whole, process, deeds);
    if (EXECS.has(name)) return this.#interpretExec(whole, process, deeds);
    if (PASSED_OVER.has(name)) return;
    this.#closeOverwritten(whole, process, deeds);
    if (name === 'bpf') this.#bpfCalls += 1;
    if (!this.#concerns(whole, process)) return;
    const cursor = { text, at: name.length + 1 };
    const args = readArguments(cursor);
    const result = readResult(text, cursor.at);
    if (result === undefined) {
      if (!INTERRUPTED.test(text)) this.leftOut.add(halfText(name, 'end-by-death'), whole.line);
      return;
    }
    if (RECEIVES.has(name) && result.ret >= 0) this.#settleSend(whole, deeds);
    this.#addSpoken(whole, { name, args, result, process, mounts: this.#mounts }, deeds);
  }

  /** Fds that arrived were sent, though the call that sends them did not return before. */
  #settleSend({ pid, line, at }: WholeCall, deeds: Deed[]): void {
    const sends = [...this.#pairs.underWay()].filter(
      ({ name, text, pid: sender }) => SENDS.has(name) && sender !== pid && RIGHTS.test(text),
    );
    const [send] = sends;
    const process = send && this.#processes.findByThread(send.pid);
    if (send === undefined || process === undefined || sends.length > 1) return;
    this.#pairs.settle(send.pid);
    this.#interpretCall(
      { ...send, kind: 'call', text: `${send.text}) = 1`, line, at, begun: send.line },
      process,
      deeds,
    );
  }

  #addSpoken(whole: WholeCall, spoken: Spoken, deeds: Deed[]): void {
    const { line, at, pid: tid, comm } = whole;
    const { process, result, args } = spoken;
    const outcome = outcomeOf(result);
    const told = this.#meaningOf(spoken);
    if ('leftOut' in told) return this.leftOut.add(told.leftOut, line);
    if (told.length === 0) return;
    const paths = PrintedPaths.of(args, result);
    const ordinal = spoken.name === 'bpf' ? this.#bpfCalls : 0;
    for (const what of told) {
      const ret = 'ret' in what ? what.ret : undefined;
      const answered = ret !== undefined && 'ret' in outcome ? { ret } : outcome;
      const deed = { line, at, process, tid, paths, ordinal, what, outcome: answered };
      deeds.push(comm === undefined ? deed : { ...deed, comm });
    }
  }

  #meaningOf(spoken: Spoken): readonly Deed['what'][] | LeftOut {
    const { name, result, process, mounts, args } = spoken;
    const failed = result.ret < 0;
    switch (name) {
      case 'bpf':
        return asList(
          bpfCall(args, (path, dir) =>
            mounts.bpffsPath(absolutePath(path, pathBehind(dir) ?? process.cwd)),
          ),
        );
      case 'chdir':
        if (!failed) process.cwd = pathAt(spoken, 0);
        return [];
      case 'fchdir':
        if (!failed) process.cwd = pathBehind(args.list[0]);
        return [];
      case 'sendmsg':
      case 'sendmmsg':
        return failed ? [] : [{ send: passedFds(spoken) }];
      case 'recvmsg':
      case 'recvmmsg':
        return failed ? [] : readReceived(spoken);
      case 'pidfd_open':
        return pidfdOpened(spoken);
      case 'pidfd_getfd':
        return readGetfd(spoken);
      case 'write':
        return readJoin(spoken);
      default: {
        const teller = FD_CALLS[name] ?? FILE_CALLS[name] ?? OWNER_CALLS[name] ?? MOUNT_CALLS[name];
        return teller === undefined ? { leftOut: name } : teller(spoken);
      }
    }
  }

  #concerns(call: Omit<HalfCall, 'lacks'>, process: TracedProcess): boolean {
    const known = { mounts: this.#mounts, isTracked: this.#isTracked };
    return concerns(call, process, known) ?? this.#hasNoWord(call);
  }

  #hasNoWord({ name, line }: Omit<HalfCall, 'lacks'>): false {
    this.leftOut.add(name, line);
    return false;
  }

  /** A number that a call gave out was thought to be open: how it was closed was not seen. */
  #closeOverwritten(
    { name, text, line, at, pid: tid }: WholeCall,
    process: TracedProcess,
    deeds: Deed[],
  ) {
    if (!FD_MAKERS.has(name)) return;
    const digits = MADE_FD.exec(text)?.[1];
    if (digits === undefined || !this.#isTracked(process.pid, Number(digits))) return;
    const what = { sighting: { name: 'gone', fd: { fd: Number(digits) } } } as const;
    deeds.push(deedOf({ line, at, process, tid }, what));
  }

  #interpretClone(whole: WholeCall, process: TracedProcess, deeds: Deed[]) {
    const { text, name, line, at, pid: tid } = whole;
    const cursor = { text, at: name.length + 1 };
    readArguments(cursor);
    const result = readResult(text, cursor.at);
    if (result === undefined || result.ret <= 0) return;
    const child = result.ret;
    const seen = this.#processes.findByThread(child);
    // It spoke before this line, and was taken for the child that it is; it may have ended, too.
    if (seen !== undefined && (seen === process || seen.parent === process)) return;
    if (this.#processes.cameAndWentSince(child, whole.begun)) return;
    this.#fork(process, { child, flags: flagsIn(text), line, at, tid }, deeds);
  }

  #interpretExec(whole: WholeCall, process: TracedProcess, deeds: Deed[]): void {
    const { text, line, at, pid: tid } = whole;
    // The environment that `-v` prints is not even read.
    const path = EXECUTED.exec(text)?.[1];
    if (!DONE.test(text)) return;
    const name =
      decodeUtf8(unescapeText(path ?? ''))
        .split('/')
        .at(-1) ?? '';
    const comm = name.slice(0, COMM_CHARS_MAX);
    process.pidfds = undefined;
    const call: Call = { name: 'exec', ...(comm !== '' && { comm }) };
    deeds.push(deedOf({ line, at, process, tid }, { call }));
  }
}

function asList(told: MeantCall | LeftOut): LineMeaning {
  return 'leftOut' in told ? told : [told];
}

function outcomeOf({ ret, errno }: Result): Deed['outcome'] {
  if (ret >= 0) return { ret };
  if (errno === undefined) throw new Malformed(`the result ${ret} names no errno`);
  return { errno };
}

/** A deed that no fd of the line says more of. */
function deedOf(
  by: Pick<Deed, 'line' | 'at' | 'process' | 'tid'>,
  what: Deed['what'],
  ret = 0,
): Deed {
  return { ...by, what, outcome: { ret }, paths: NO_PATHS, ordinal: 0 };
}
