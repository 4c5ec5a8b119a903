// Calls of which a recording has one half: none vanishes without a word.

import { describe, expect, it } from 'vitest';
import { ATTACH, CG, LOAD, MKDIR, OPEN, read } from '../../../test/support/strace-lines.ts';

describe('a call of which the recording has one half', () => {
  const ATTACHING = `${ATTACH(812, 4).slice(0, -'}, 20) = 0'.length)} <unfinished ...>`;
  const countLeftOut = async (lines: readonly string[]) => {
    const { summary } = await read([MKDIR, OPEN(812, 3), LOAD(812, 4), ...lines]);
    expect(summary.unreadable).toEqual({});
    return summary.left_out;
  };

  it('is counted where its process goes on without the end', async () => {
    const kind = { 'bpf without its end': { count: 1, lines: [4] } };
    expect(await countLeftOut([ATTACHING, '812 close(4) = 0'])).toEqual(kind);
    expect(await countLeftOut([ATTACHING, '812 close(4 <unfinished ...>'])).toEqual({
      ...kind,
      'close under way when the recording ended': { count: 1, lines: [5] },
    });
  });

  it('is counted where the recording has no beginning', async () => {
    expect(
      await countLeftOut([
        '813 <... bpf resumed>) = 0',
        '813 <... bpf resumed>) = 0',
        '813 <... execve resumed>) = 0',
        '813 <... close resumed>) = 0',
      ]),
    ).toEqual({
      'bpf without its beginning': { count: 2, lines: [4, 5] },
      'execve without its beginning': { count: 1, lines: [6] },
      'close without its beginning': { count: 1, lines: [7] },
    });
  });

  it('is no damage where strace was stopped, and where the process ended', async () => {
    const stopped = { 'bpf under way when the recording ended': { count: 1, lines: [4] } };
    expect(await countLeftOut([ATTACHING])).toEqual(stopped);
    expect(await countLeftOut([ATTACHING.replace('unfinished', 'detached')])).toEqual(stopped);
    const ended = { 'bpf in which its process ended': { count: 1, lines: [4] } };
    expect(await countLeftOut([ATTACHING, '812 +++ killed by SIGKILL +++'])).toEqual(ended);
    expect(await countLeftOut([ATTACH(812, 4).replace(/0$/, '?')])).toEqual(ended);
  });

  it('is not counted where it concerns nothing here, or is told all the same', async () => {
    expect(
      await countLeftOut([
        '812 close(9 <unfinished ...>',
        '812 openat(AT_FDCWD</srv>, "/etc/passwd", O_RDONLY <unfinished ...>',
        '812 wait4(-1 <unfinished ...>',
        '813 <... exit_group resumed>) = ?',
        '813 <... bpf resumed>) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
        '814 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>',
        `815 mkdir("${CG}/b", 0777) = 0`,
        '814 +++ killed by SIGKILL +++',
      ]),
    ).toEqual({});
  });

  it('has its own name where the ledger has no word for it', async () => {
    expect(
      await countLeftOut(['813 <... futex resumed>) = 0', '812 getpid( <unfinished ...>']),
    ).toEqual({
      futex: { count: 1, lines: [4] },
      getpid: { count: 1, lines: [5] },
    });
  });

  it('is not a send whose fds arrived before it returned', async () => {
    const rights = `{msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[4<anon_inode:bpf-prog>]}], msg_controllen=24}`;
    expect(
      await countLeftOut([
        `812 sendmsg(7, ${rights}, 0 <unfinished ...>`,
        `813 recvmsg(8, ${rights}, 0) = 1`,
        '812 <... sendmsg resumed>) = 1',
      ]),
    ).toEqual({});
  });
});
