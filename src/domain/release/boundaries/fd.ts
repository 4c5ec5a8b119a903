/** What calls on fds exist, by release. */
import { from57, type Specs } from '../boundary.ts';

export const FD_SPECS = {
  close_range: {
    meaning: 'close_range(2) exists; before, it is ENOSYS',
    source: 'fs/open.c, fs/file.c',
    boundaries: [
      from57(false),
      { since: '5.9', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  close_range_cloexec: {
    meaning: 'close_range(2) knows CLOSE_RANGE_CLOEXEC; before, the flag is EINVAL',
    source: 'fs/file.c',
    boundaries: [
      from57(false),
      { since: '5.11', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  setns_pidfd: {
    meaning: 'setns(2) takes a pidfd; before, it is EINVAL',
    source: 'kernel/nsproxy.c',
    boundaries: [
      from57(false),
      { since: '5.8', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
} as const satisfies Partial<Specs>;
