/**
 * The numbers of the system calls that are asked about (`arch/x86/entry/syscalls/syscall_64.tbl`,
 * `include/uapi/asm-generic/unistd.h`). arm64 lacks those that an `…at` form replaces.
 */

const X64 = {
  ...{
    write: 1,
    open: 2,
    stat: 4,
    fstat: 5,
    lstat: 6,
    access: 21,
    clone: 56,
    fork: 57,
    vfork: 58,
    execve: 59,
    uname: 63,
    truncate: 76,
  },
  ...{ getcwd: 79, chdir: 80, fchdir: 81, rename: 82, mkdir: 83, rmdir: 84, creat: 85, link: 86 },
  ...{ unlink: 87, symlink: 88, readlink: 89, chmod: 90, fchmod: 91, chown: 92, fchown: 93 },
  ...{ lchown: 94, umask: 95, getuid: 102, getgid: 104, setuid: 105, setgid: 106, geteuid: 107 },
  ...{ getegid: 108, setreuid: 113, setregid: 114, getgroups: 115, setgroups: 116 },
  ...{ setresuid: 117, getresuid: 118, setresgid: 119, getresgid: 120, capget: 125, capset: 126 },
  ...{
    mknod: 133,
    prctl: 157,
    statfs: 137,
    fstatfs: 138,
    setrlimit: 160,
    mount: 165,
    umount2: 166,
  },
  ...{ getdents64: 217, inotify_add_watch: 254, openat: 257, mkdirat: 258, mknodat: 259 },
  ...{ fchownat: 260, newfstatat: 262, unlinkat: 263, renameat: 264, linkat: 265, symlinkat: 266 },
  ...{ readlinkat: 267, fchmodat: 268, faccessat: 269, utimensat: 280, perf_event_open: 298 },
  ...{ prlimit64: 302, name_to_handle_at: 303, renameat2: 316, bpf: 321, execveat: 322 },
  ...{ setxattr: 188, lsetxattr: 189, getxattr: 191, lgetxattr: 192, listxattr: 194 },
  ...{
    llistxattr: 195,
    statx: 332,
    io_uring_setup: 425,
    fsopen: 430,
    clone3: 435,
    openat2: 437,
    faccessat2: 439,
  },
} as const;

export type SystemCall = keyof typeof X64;

const ARM64: Readonly<Partial<Record<SystemCall, number>>> = {
  ...{
    setxattr: 5,
    lsetxattr: 6,
    getxattr: 8,
    lgetxattr: 9,
    listxattr: 11,
    llistxattr: 12,
    write: 64,
    getcwd: 17,
    inotify_add_watch: 27,
    mknodat: 33,
    mkdirat: 34,
    unlinkat: 35,
    symlinkat: 36,
  },
  ...{ linkat: 37, renameat: 38, umount2: 39, mount: 40, statfs: 43, fstatfs: 44, truncate: 45 },
  ...{ faccessat: 48, chdir: 49, fchdir: 50, fchmod: 52, fchmodat: 53, fchownat: 54, fchown: 55 },
  ...{ openat: 56, getdents64: 61, readlinkat: 78, newfstatat: 79, fstat: 80, utimensat: 88 },
  ...{ capget: 90, capset: 91, setregid: 143, setgid: 144, setreuid: 145, setuid: 146 },
  ...{ setresuid: 147, getresuid: 148, setresgid: 149, getresgid: 150, getgroups: 158 },
  ...{
    setgroups: 159,
    uname: 160,
    setrlimit: 164,
    umask: 166,
    prctl: 167,
    getuid: 174,
    geteuid: 175,
  },
  ...{ getgid: 176, getegid: 177, clone: 220, execve: 221, perf_event_open: 241, prlimit64: 261 },
  ...{ name_to_handle_at: 264, renameat2: 276, bpf: 280, execveat: 281, statx: 291 },
  ...{ io_uring_setup: 425, fsopen: 430, clone3: 435, openat2: 437, faccessat2: 439 },
};

/** Calls of the x32 interface have this bit. */
export const X32 = 0x40000000;

/** What a filter and a supervisor must know of a machine. */
export interface Architecture {
  /** As seccomp says it (`AUDIT_ARCH_…`, include/uapi/linux/audit.h). */
  readonly audit: number;
  /** The number of seccomp(2) itself. */
  readonly seccomp: number;
  readonly numbers: Readonly<Partial<Record<SystemCall, number>>>;
}

/** By the name that Node has for it. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { audit: 0xc000003e, seccomp: 317, numbers: X64 },
  arm64: { audit: 0xc00000b7, seccomp: 277, numbers: ARM64 },
};

/** The architecture of this process; undefined for one whose numbers are not in the tables. */
export function architectureHere(): Architecture | undefined {
  return ARCHITECTURES[process.arch];
}
