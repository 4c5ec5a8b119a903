/** Threads: processes that were made with CLONE_THREAD end, exec and move together. */
import type { Kernel, Process } from './kernel.ts';

/** The threads of the process that one of them is of, by their ids; mostly that one alone. */
export function threadsOf(kernel: Kernel, thread: Process): readonly Process[] {
  if (thread.threads.length === 0) return [thread];
  const others = thread.threads.map((tid) => {
    const other = kernel.processes.get(tid);
    if (other === undefined) throw new Error(`impossible state: no thread ${tid}`);
    return other;
  });
  return [thread, ...others].sort((a, b) => a.pid - b.pid);
}
