/** The log of PROG_LOAD: semantics §7. */
import type { Table } from './table.ts';

const fields: Table = {
  page: 'prog_load',
  title: 'A log, and what belongs to it',
  source: '`bpf_check`, `bpf_vlog_init`, `bpf_vlog_finalize`; semantics §7',
  state: 'Nothing is open but 0, 1 and 2.',
  given: () => undefined,
  call: `prog_load prog_type = 99; prog_name = "bad name"; log_level = 16; log_size = 1073741824;
    map_fds = closed`,
  rows: `
    | wrong first                            | mended by                   | v2-series..6.3 | 6.4..  |
    | program type 99 is unknown             | prog_type = cgroup_skb      | EINVAL         | EINVAL |
    | the name has a space                   | prog_name = good.name       | EINVAL         | EINVAL |
    | a size, and no buffer                  | log_buf = true              | EINVAL         | EINVAL |
    | there is no level 16                   | log_level = 8               | EINVAL         | EINVAL |
    | there was no level 8                   | log_level = 1               | EINVAL         | –      |
    | 2^30 bytes are too many                | log_size = 0                | EINVAL         | EINVAL |
    | a buffer of no size                    | log_size = 63               | EINVAL         | EINVAL |
    | 63 bytes were too few to be taken      | log_size = 65536            | EINVAL         | –      |
    | 63 bytes are too few for what comes    | log_size = 65536            | –              | ENOSPC |
    | a map fd is closed                     | log_level = 0; no map_fds   | EBADF          | EBADF  |
    | a buffer, and no level                 | log_level = 1               | EINVAL         | EINVAL |
    | nothing                                | no log_buf                  | ok             | ok     |
    | a size and a level, and no buffer      | no log_size                 | EINVAL         | EINVAL |
    | a level without a log                  | no log_level                | EINVAL         | –      |
    | nothing                                |                             | ok             | ok     |
  `,
};

const unsure: Table = {
  page: 'prog_load',
  title: 'Logs that may be too short',
  source: '`bpf_vlog_finalize`; semantics §7, docs/coverage.md',
  state:
    'How long the text is, the model does not know. ENOTSUPP stands for a call that is refused with 422. ' +
    'Each row starts from a kernel that just booted.',
  given: () => undefined,
  rows: `
    | asked                              | call                                                                               | v2-series..6.3 | 6.4..    |
    | 127 bytes                          | prog_load prog_type = cgroup_skb; log_buf = true; log_level = 1; log_size = 127     | EINVAL         | ENOTSUPP |
    | 128 bytes                          | prog_load prog_type = cgroup_skb; log_buf = true; log_level = 1; log_size = 128     | ENOTSUPP       | ENOTSUPP |
    | 2048 bytes for two instructions    | prog_load prog_type = cgroup_skb; log_buf = true; log_level = 1; log_size = 2048    | ok             | ok       |
    | the same on level 2                | prog_load prog_type = cgroup_skb; log_buf = true; log_level = 2; log_size = 2048    | ENOTSUPP       | ENOTSUPP |
    | the same, of statistics alone      | prog_load prog_type = cgroup_skb; log_buf = true; log_level = 4; log_size = 2048    | ok             | ok       |
    | a program that is not known        | prog_load prog_type = cgroup_skb; log_buf = true; log_level = 1; log_size = 128; insns = helper:5 exit | ok | ok   |
  `,
};

export const verifierLogTables: readonly Table[] = [fields, unsure];
