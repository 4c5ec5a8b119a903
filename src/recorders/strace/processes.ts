/**
 * The processes of a recording: which threads make one, who forked whom, and where each stands.
 * A child may speak before the line in which its parent's clone returns.
 */

/** A process, from the line on which it came into the recording. */
export interface TracedProcess {
  /** That of its first thread. */
  readonly pid: number;
  /** Names it among all of the recording, since pids are used again: 1, 2, 3 … */
  readonly serial: number;
  /** Line of its first appearance. */
  readonly firstLine: number;
  readonly parent: TracedProcess | undefined;
  readonly threads: Set<number>;
  /** Working directory, as far as it is known. */
  cwd: string | undefined;
  /** Pids by the pidfds on them. */
  pidfds: Map<number, number> | undefined;
  /** Fds of bpffs that it sets up and has not mounted yet. */
  bpffsFds: Set<number> | undefined;
}

/** Concurrent threads; the kernel has no more pids. */
const THREADS_MAX = 4_194_304;

export class Processes {
  readonly #byThread = new Map<number, TracedProcess>();
  /** By tid, the line on which the thread that has it, or had it last, came into the recording. */
  readonly #firstLines = new Map<number, number>();
  #begun = 0;

  /** The process that a thread is of, if it was seen. */
  findByThread(tid: number): TracedProcess | undefined {
    return this.#byThread.get(tid);
  }

  /** A process that was there before the recording, or whose fork was not seen. */
  addFound(pid: number, line: number): TracedProcess {
    return this.#begin(pid, line, undefined);
  }

  addForked(parent: TracedProcess, child: number, line: number): TracedProcess {
    return this.#begin(child, line, parent);
  }

  /** A thread of a process that is there. */
  thread(process: TracedProcess, tid: number, line: number): void {
    process.threads.add(tid);
    this.#byThread.set(tid, process);
    this.#firstLines.set(tid, line);
  }

  /** A thread ended; the process, when it was its last. */
  endThread(tid: number): TracedProcess | undefined {
    const process = this.#byThread.get(tid);
    if (process === undefined) return undefined;
    this.#byThread.delete(tid);
    process.threads.delete(tid);
    return process.threads.size === 0 ? process : undefined;
  }

  /** Whether a thread came and went after a line: one that was there before is another with its tid. */
  cameAndWentSince(tid: number, line: number): boolean {
    return !this.#byThread.has(tid) && (this.#firstLines.get(tid) ?? 0) > line;
  }

  /** Its other threads are gone: one of them executed, and has the first one's pid now. */
  supersede(pid: number, by: number, line: number): void {
    const process = this.#byThread.get(by) ?? this.#byThread.get(pid);
    if (process === undefined) return;
    for (const tid of process.threads) this.#byThread.delete(tid);
    process.threads.clear();
    this.thread(process, pid, line);
  }

  #begin(pid: number, line: number, parent: TracedProcess | undefined): TracedProcess {
    if (this.#byThread.size >= THREADS_MAX) throw new Error('more threads than a kernel has pids');
    this.#begun += 1;
    const process: TracedProcess = {
      pid,
      serial: this.#begun,
      firstLine: line,
      parent,
      threads: new Set([pid]),
      cwd: parent?.cwd,
      pidfds: parent?.pidfds && new Map(parent.pidfds),
      bpffsFds: parent?.bpffsFds && new Set(parent.bpffsFds),
    };
    this.#byThread.set(pid, process);
    this.#firstLines.set(pid, line);
    return process;
  }
}
