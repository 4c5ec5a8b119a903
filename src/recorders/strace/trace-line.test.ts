import { expect, it } from 'vitest';
import { readResult, readTraceLine } from './trace-line.ts';

it.each([
  [
    'a call',
    '812   1795337540.797641 close(3</srv/x>) = 0',
    { kind: 'call', pid: 812, at: 1795337540797641, name: 'close', text: 'close(3</srv/x>) = 0' },
  ],
  [
    'a call of -f without -o',
    '[pid   812] 1795337540.797641 close(3) = 0',
    { kind: 'call', pid: 812, name: 'close' },
  ],
  [
    'a process with its name (-Y)',
    '812<bash> 1795337540.797641 close(3) = 0',
    { kind: 'call', pid: 812, comm: 'bash', name: 'close' },
  ],
  ['nanoseconds, which are cut', '812 1795337540.797641999 close(3) = 0', { at: 1795337540797641 }],
  [
    'where the call was made (-i -n)',
    '812 1795337540.797641 [   3] [00007f2b5d0e1a47] close(3) = 0',
    { kind: 'call', name: 'close', text: 'close(3) = 0' },
  ],
  [
    'the beginning of a call',
    '812 1795337540.797641 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>',
    { kind: 'unfinished', name: 'clone', text: 'clone(child_stack=NULL, flags=SIGCHLD' },
  ],
  [
    'the end of one',
    '812 1795337540.797641 <... clone resumed>, child_tidptr=0x7f) = 813',
    { kind: 'resumed', name: 'clone', text: ', child_tidptr=0x7f) = 813' },
  ],
  ['an end', '812 1795337540.797641 +++ exited with 0 +++', { kind: 'exited', pid: 812 }],
  [
    'a killed process',
    '812 1795337540.797641 +++ killed by SIGSEGV (core dumped) +++',
    { kind: 'killed', pid: 812 },
  ],
  [
    'an execve of another thread',
    '812 1795337540.797641 +++ superseded by execve in pid 815 +++',
    { kind: 'superseded', pid: 812, by: 815 },
  ],
  ['a signal', '812 1795337540.797641 --- SIGCHLD {si_signo=SIGCHLD} ---', { kind: 'note' }],
  ['what strace says', 'strace: Process 813 attached', { kind: 'note' }],
  ['nothing', '', { kind: 'note' }],
])('reads %s', (_, text, line) => {
  expect(readTraceLine(text)).toMatchObject(line);
});

const WITH = 'record with strace -f -ttt -yy -o FILE';

it.each([
  ['no pid', '1795337540.797641 close(3) = 0', `no process id stands in front: ${WITH}`],
  ['no pid and no time', 'close(3) = 0', `no process id stands in front: ${WITH}`],
  ['no pid (-r)', '     0.000123 close(3) = 0', `no process id stands in front: ${WITH}`],
  ['no time', '812 close(3) = 0', `no time stands behind the process id: ${WITH}`],
  [
    'the time of -tt',
    '812 06:57:46.123456 close(3) = 0',
    `the time 06:57:46.123456 names no day, as -t and -tt print it: ${WITH}`,
  ],
  [
    'the time of -t',
    '812 06:57:46 close(3) = 0',
    `the time 06:57:46 names no day, as -t and -tt print it: ${WITH}`,
  ],
  [
    'the time of -r',
    '812        0.000123 close(3) = 0',
    `the time is relative, as -r prints it: ${WITH}`,
  ],
  ['another text', 'Error: no such file', 'is not a line of strace: "Error: no such file"'],
  ['another text with a number', '42 is the answer', 'is not a line of strace: "42 is the answer"'],
])('refuses %s', (_, text, message) => {
  expect(() => readTraceLine(text)).toThrow(message);
});

it.each([
  [') = 3</srv/x>', { ret: 3, path: '/srv/x' }],
  [') = 0</dev/null<char 1:3>>', { ret: 0, path: '/dev/null' }],
  [') = -1 EPERM (Operation not permitted)', { ret: -1, errno: 'EPERM' }],
  [')   = ?', undefined],
  [') = ? ERESTARTSYS (To be restarted if SA_RESTART is set)', undefined],
  [') = 0x8000 (flags O_RDONLY|O_LARGEFILE)', { ret: 32768 }],
  [') = 5 <0.000031>', { ret: 5 }],
  [") = 2 /* 813 in strace's PID NS */", { ret: 813 }],
  [') = -1 EACCES (Permission denied) (INJECTED)', { ret: -1, errno: 'EACCES' }],
])('reads the result %s', (text, result) => {
  expect(readResult(text, 1)).toEqual(result);
});

it('refuses a call whose line was cut off before its result', () => {
  expect(() => readResult('close(3)', 8)).toThrow('no result stands behind the call');
});
