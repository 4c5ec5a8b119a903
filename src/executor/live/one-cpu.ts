/**
 * Keeps this thread on one CPU. The kernel queues late work on the CPU of the caller, and in
 * order only there, so a canary that follows on another CPU might be gone too early.
 */
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';

/** Bytes of a CPU mask: 8,192 CPUs, the most that a kernel can be built for. */
const MASK_BYTES = 1024;

/** Those who want the thread to stay, and what it was allowed before the first of them. */
const stay: { count: number; allowed: Buffer } = { count: 0, allowed: Buffer.alloc(MASK_BYTES) };

/**
 * Moves the thread to one of the CPUs that it may run on, unless it stays on one already.
 *
 * @returns a function that restores the allowed CPUs, once nobody else wants it to stay
 */
export function stayOnOneCpu(kernel: SystemCalls): () => void {
  if (stay.count++ === 0) moveToOneCpu(kernel);
  return () => {
    if (--stay.count > 0) return;
    const { allowed } = stay;
    must(kernel.call(SYS.sched_setaffinity, 0, MASK_BYTES, allowed), 'leave the one CPU');
  };
}

function moveToOneCpu(kernel: SystemCalls): void {
  const { allowed } = stay;
  allowed.fill(0);
  must(kernel.call(SYS.sched_getaffinity, 0, MASK_BYTES, allowed), 'read the CPUs allowed');
  const cpus: number[] = [];
  for (const [byte, bits] of allowed.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((bits & (1 << bit)) !== 0) cpus.push(8 * byte + bit);
  }
  // Several processes that do this at a time should not all take the same one.
  const cpu = cpus[process.pid % cpus.length] ?? 0;
  const one = Buffer.alloc(MASK_BYTES);
  one[cpu >> 3] = 1 << (cpu & 7);
  must(kernel.call(SYS.sched_setaffinity, 0, MASK_BYTES, one), 'stay on one CPU');
}
