/**
 * Keeps this thread on one CPU. The kernel queues late work on the CPU of the caller, and in
 * order only there, so a canary that follows on another CPU might be gone too early.
 */
import { type Kernel, must, SYS } from '../../native/syscall.ts';

/** Bytes of a CPU mask: 8,192 CPUs, the most that a kernel can be built for. */
const MASK_BYTES = 1024;

/**
 * Moves the thread to one of the CPUs that it may run on.
 *
 * @returns a function that restores the allowed CPUs
 */
export function stayOnOneCpu(kernel: Kernel): () => void {
  const allowed = Buffer.alloc(MASK_BYTES);
  must(kernel.call(SYS.sched_getaffinity, 0, MASK_BYTES, allowed), 'read the CPUs allowed');
  const cpus = Array.from({ length: MASK_BYTES * 8 }, (_, cpu) => cpu).filter(
    (cpu) => ((allowed[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0,
  );
  // Several processes that do this at a time should not all take the same one.
  const cpu = cpus[process.pid % cpus.length] ?? 0;
  const one = Buffer.alloc(MASK_BYTES);
  one[cpu >> 3] = 1 << (cpu & 7);
  must(kernel.call(SYS.sched_setaffinity, 0, MASK_BYTES, one), 'stay on one CPU');
  return () => {
    must(kernel.call(SYS.sched_setaffinity, 0, MASK_BYTES, allowed), 'leave the one CPU');
  };
}
