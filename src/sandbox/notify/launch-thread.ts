/**
 * The thread that a program is started from. A seccomp filter binds the thread that installs it and
 * what it starts, so the filter of the program is installed on this thread alone: the rest of the
 * process stays free to answer, and has the listener without handing it over.
 */
import { existsSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { bindLibc } from '../../native/libc.ts';
import { type LaunchRequest, STEP } from './launch-steps.ts';

const SET_NO_NEW_PRIVS = 38;
const SET_MODE_FILTER = 1;
const SPEC_ALLOW = 1 << 2;
const NEW_LISTENER = 1 << 3;
/** A call that we received ends by a fatal signal alone, so none is made twice (Linux 5.19). */
const WAIT_KILLABLE_RECV = 1 << 5;
const EINVAL = 22;

const CLONE_NEWNS = 0x20000;
const MS_REC = 1 << 14;
const MS_PRIVATE = 1 << 18;
const TREES = ['/sys/fs/cgroup', '/sys/fs/bpf'];

const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const INSN_BYTES = 8;

const request = workerData as LaunchRequest;
const steps = new Int32Array(request.steps);
const libc = await bindLibc();

/** Tells the supervisor, which waits for it without turning its event loop. */
function tell(step: number, value: number): void {
  Atomics.store(steps, step, value);
  Atomics.notify(steps, step);
}

function install(): number {
  const filter = Buffer.from(request.filter);
  const program = Buffer.alloc(16);
  program.writeUInt16LE(filter.length / INSN_BYTES, 0);
  program.writeBigUInt64LE(libc.address(filter), 8);
  // Node handles a signal by a write, under a lock that others of our threads wait for.
  libc.blockSignals();
  libc.prctl(SET_NO_NEW_PRIVS, 1);
  const flags = NEW_LISTENER | SPEC_ALLOW;
  const seccomp = (all: number) => libc.syscall(request.seccomp, SET_MODE_FILTER, all, program);
  const listener = seccomp(flags | WAIT_KILLABLE_RECV);
  const installed = listener === -EINVAL ? seccomp(flags) : listener;
  // The kernel has read the filter only now.
  if (filter.length === 0) throw new Error('the filter is empty');
  return installed;
}

/**
 * Puts empty trees in the place of the real ones, for what root reaches by a path that is not looked
 * at: through a symlink, or the root of a process. Only this thread and the program see them.
 */
function hideTrees(): void {
  // Who may not do this may not change the real trees either.
  if (process.geteuid?.() !== 0 || libc.unshare(CLONE_NEWNS) < 0) return;
  const mount = (source: string, target: string, flags: number) => {
    const ret = libc.mount(source, target, source, flags);
    if (ret < 0) throw new Error(`hide the real ${target}: mount gave errno ${-ret}`);
  };
  mount('none', '/', MS_REC | MS_PRIVATE);
  for (const tree of TREES.filter((path) => existsSync(path))) mount('tmpfs', tree, 0);
}

/** Node reads and writes pipes without waiting; a program expects to wait. */
function waitOnStandardStreams(): void {
  for (const fd of [0, 1, 2]) {
    const flags = libc.fcntl(fd, F_GETFL, 0);
    if (flags >= 0 && (flags & O_NONBLOCK) !== 0) libc.fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
  }
}

tell(STEP.thread, Number(basename(readlinkSync('/proc/thread-self'))));
hideTrees();
waitOnStandardStreams();
parentPort?.postMessage('ready');
Atomics.wait(steps, STEP.go, 0);
const listener = install();
tell(STEP.listener, listener);
if (listener >= 0) tell(STEP.pid, libc.spawn(request.path, request.argv, request.env));
// It is bound by the filter from here on, and does nothing more.
Atomics.wait(steps, STEP.end, 0);
