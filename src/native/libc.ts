/**
 * Functions of libc, bound once by their types: cheap enough to be called several times for each
 * system call of another program. Each gives a result that is not negative, or a negated errno.
 */
import { loadKoffi } from './koffi.ts';
import { KernelUnavailable } from './unavailable.ts';

/** A result that is not negative, or the negated number of an errno. */
export type Result = number;

export interface Libc {
  ioctl(fd: number, request: number, buffer: Buffer): Result;
  /** An ioctl that takes a number, and no address of one. */
  ioctlOf(fd: number, request: number, value: number): Result;
  epollCreate(flags: number): Result;
  /** @param event 12 bytes: events, and data that comes back with them */
  epollCtl(epoll: number, operation: number, fd: number, event: Buffer): Result;
  epollWait(epoll: number, events: Buffer, count: number, timeoutMs: number): Result;
  /** @param fds 8 bytes each: the fd, the events that are asked for, and those that there are */
  poll(fds: Buffer, count: number, timeoutMs: number): Result;
  /** Copies from another process; each side is one `struct iovec`. */
  readMemory(pid: number, local: BigUint64Array, remote: BigUint64Array): Result;
  /** Copies to another process; each side is one `struct iovec`. */
  writeMemory(pid: number, local: BigUint64Array, remote: BigUint64Array): Result;
  readlinkat(directory: number, path: string, buffer: Buffer): Result;
  openat(directory: number, path: string, flags: number): Result;
  close(fd: number): Result;
  flock(fd: number, operation: number): Result;
  /** @param fds 8 bytes: the end to read, and the one to write */
  pipe2(fds: Buffer, flags: number): Result;
  memfdCreate(name: string, flags: number): Result;
  inotifyInit(flags: number): Result;
  inotifyAddWatch(inotify: number, path: string, mask: number): Result;
  inotifyRemoveWatch(inotify: number, watch: number): Result;
  prctl(option: number, value: number): Result;
  fcntl(fd: number, command: number, argument: number): Result;
  unshare(flags: number): Result;
  mount(source: string, target: string, type: string, flags: number): Result;
  /** @param status 4 bytes */
  waitpid(pid: number, status: Buffer, options: number): Result;
  /** @param limit 16 bytes: the soft and the hard one; null leaves them */
  prlimit(pid: number, resource: number, limit: Buffer | null, old: Buffer | null): Result;
  /** Keeps signals from the calling thread: others take them. */
  blockSignals(): void;
  /** Starts a program with descriptors 0, 1 and 2 of this process, and signals as at its birth. */
  spawn(path: string, argv: readonly string[], env: readonly string[]): Result;
  /** A system call that not every libc has a function for. */
  syscall(number: number, a: number, b: number, c: number | Buffer): Result;
  /** Where a buffer lies in memory. */
  address(buffer: Buffer): bigint;
}

/**
 * The result of a call that must succeed.
 *
 * @throws Error that names what was tried and the errno
 */
export function must(result: Result, what: string): number {
  if (result >= 0) return result;
  throw new Error(`${what}: errno ${-result}`);
}

/** Room for a `posix_spawnattr_t` or `posix_spawn_file_actions_t` of any libc. */
const SPAWN_BYTES = 512;
const SIGNAL_SET_BYTES = 128;
const SIG_BLOCK = 0;
/** POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK */
const DEFAULT_SIGNALS = 0x04 | 0x08;

/**
 * Binds libc.
 *
 * @throws KernelUnavailable when this is not Linux, or koffi is not installed
 */
export async function bindLibc(): Promise<Libc> {
  if (process.platform !== 'linux') {
    throw new KernelUnavailable(`this needs Linux; it is ${process.platform}`);
  }
  const koffi = await loadKoffi();
  const libc = koffi.load(null);
  /** Of a function that says -1 and sets errno. */
  function resultOf(said: number | bigint): Result {
    const ret = Number(said);
    return ret < 0 ? -koffi.errno() : ret;
  }
  function bind<A extends readonly unknown[]>(prototype: string): (...args: A) => Result {
    const call = libc.func(prototype);
    return (...args) => resultOf(call(...args));
  }
  // What each call of a program takes is bound with its parameters: to collect them costs as much as to call.
  const ioctl = libc.func('int ioctl(int fd, ulong request, void *buffer)');
  const poll = libc.func('int poll(void *fds, ulong count, int timeout)');
  const vectors = '(int pid, void *l, ulong ln, void *r, ulong rn, ulong flags)';
  const readv = libc.func(`long process_vm_readv${vectors}`);
  const writev = libc.func(`long process_vm_writev${vectors}`);
  const readlink = libc.func('long readlinkat(int fd, str path, void *buffer, ulong size)');
  const prctl = bind<[number, number, 0, 0, 0]>('int prctl(int, ulong, ulong, ulong, ulong)');
  const mount = bind<[string, string, string, number, null]>(
    'int mount(str source, str target, str type, ulong flags, void *data)',
  );
  const syscall = bind<[number, number, number, number | bigint, 0, 0, 0]>(
    'long syscall(long, long, long, long, long, long, long)',
  );
  return {
    ioctl: (fd, request, buffer) => resultOf(ioctl(fd, request, buffer)),
    ioctlOf: bind('int ioctl(int fd, ulong request, ulong value)'),
    epollCreate: bind('int epoll_create1(int flags)'),
    epollCtl: bind('int epoll_ctl(int epoll, int operation, int fd, void *event)'),
    epollWait: bind('int epoll_wait(int epoll, void *events, int count, int timeout)'),
    poll: (fds, count, timeoutMs) => resultOf(poll(fds, count, timeoutMs)),
    readMemory: (pid, local, remote) => resultOf(readv(pid, local, 1, remote, 1, 0)),
    writeMemory: (pid, local, remote) => resultOf(writev(pid, local, 1, remote, 1, 0)),
    readlinkat: (directory, path, buffer) =>
      resultOf(readlink(directory, path, buffer, buffer.length)),
    openat: bind('int openat(int fd, str path, int flags)'),
    close: bind('int close(int fd)'),
    flock: bind('int flock(int fd, int operation)'),
    pipe2: bind('int pipe2(void *fds, int flags)'),
    memfdCreate: bind('int memfd_create(str name, uint flags)'),
    inotifyInit: bind('int inotify_init1(int flags)'),
    inotifyAddWatch: bind('int inotify_add_watch(int fd, str path, uint32_t mask)'),
    inotifyRemoveWatch: bind('int inotify_rm_watch(int fd, int watch)'),
    prctl: (option, value) => prctl(option, value, 0, 0, 0),
    fcntl: bind('int fcntl(int fd, int command, long argument)'),
    unshare: bind('int unshare(int flags)'),
    mount: (source, target, type, flags) => mount(source, target, type, flags, null),
    waitpid: bind('int waitpid(int pid, void *status, int options)'),
    prlimit: bind('int prlimit(int pid, int resource, void *limit, void *old)'),
    blockSignals() {
      const all = Buffer.alloc(SIGNAL_SET_BYTES, 0xff);
      libc.func('int pthread_sigmask(int how, void *set, void *old)')(SIG_BLOCK, all, null);
    },
    spawn: spawner((prototype) => libc.func(prototype), koffi.address),
    syscall: (number, a, b, c) =>
      syscall(number, a, b, Buffer.isBuffer(c) ? koffi.address(c) : c, 0, 0, 0),
    address: (buffer) => koffi.address(buffer),
  };
}

/**
 * `posix_spawn(3)`. Node sets close-on-exec on 0, 1 and 2 and ignores SIGPIPE; the program has them
 * as a shell would give them.
 */
function spawner(
  func: (prototype: string) => (...args: readonly unknown[]) => number,
  address: (buffer: Buffer) => bigint,
): Libc['spawn'] {
  const initAttr = func('int posix_spawnattr_init(void *)');
  const setFlags = func('int posix_spawnattr_setflags(void *, short)');
  const setDefaults = func('int posix_spawnattr_setsigdefault(void *, void *)');
  const setMask = func('int posix_spawnattr_setsigmask(void *, void *)');
  const initActions = func('int posix_spawn_file_actions_init(void *)');
  const addDup2 = func('int posix_spawn_file_actions_adddup2(void *, int, int)');
  const spawn = func(
    'int posix_spawn(void *pid, str path, void *actions, void *attr, void *argv, void *env)',
  );
  /** An array of C strings with a null pointer at its end, and what it points at. */
  function strings(texts: readonly string[]) {
    const kept = texts.map((text) => Buffer.from(`${text}\0`));
    const array = Buffer.alloc(8 * (texts.length + 1));
    for (const [i, text] of kept.entries()) array.writeBigUInt64LE(address(text), 8 * i);
    return { array, kept };
  }
  return (path, argv, env) => {
    const [attr, actions] = [Buffer.alloc(SPAWN_BYTES), Buffer.alloc(SPAWN_BYTES)];
    initAttr(attr);
    setFlags(attr, DEFAULT_SIGNALS);
    // All but SIGKILL and SIGSTOP, which nobody may set (bits 8 and 18).
    const all = Buffer.alloc(SIGNAL_SET_BYTES, 0xff);
    all.writeUInt32LE(0xfffbfeff, 0);
    setDefaults(attr, all);
    setMask(attr, Buffer.alloc(SIGNAL_SET_BYTES));
    initActions(actions);
    // Onto itself it takes close-on-exec away.
    for (const fd of [0, 1, 2]) addDup2(actions, fd, fd);
    const pid = Buffer.alloc(4);
    const [words, variables] = [strings(argv), strings(env)];
    const errno = spawn(pid, path, actions, attr, words.array, variables.array);
    // What the arrays point at must outlive the call.
    const isAlive = words.kept.length + variables.kept.length > 0;
    return errno !== 0 || !isAlive ? -errno : pid.readInt32LE(0);
  };
}
