/** The errnos that the modelled calls can answer, as Linux on x86-64 numbers them. */
export const ERRNO_NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  ESRCH: 3,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ENOLINK: 67,
  EPROTO: 71,
  EBADFD: 77,
  ESTALE: 116,
  ENOTSUPP: 524,
} as const;

/** The symbolic name of an errno, as `errno -l` prints it. */
export type Errno = keyof typeof ERRNO_NUMBERS;
