// A process that makes hundreds of calls a second on cgroups and their programs, round after round, and
// what the log must say of each round: every call, in order, once.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SeenEvent } from './observing.ts';

const [BPF, CLOSE] = process.arch === 'arm64' ? [280, 57] : [321, 3];
/** Milliseconds from the beginning of a round to that of the next: eight calls each. */
const ROUND_MS = 20;

/**
 * A program is loaded once. A round makes a cgroup, opens it, attaches the program and a link, takes both
 * away, and removes the cgroup.
 */
const ROUNDS = `
  use Time::HiRes qw(time sleep);
  my ($top, $ms) = @ARGV;
  my $at = sub { unpack("Q", pack("P", $_[0])) };
  my ($insns, $license) = (pack("CCsL CCsL", 0xb7, 0, 0, 1, 0x95, 0, 0, 0), "GPL");
  my $load = pack("L2 Q2 x44 L x8", 8, 2, $at->($insns), $at->($license), 1);
  my $prog = syscall(${BPF}, 5, $load, length $load);
  die "load: $!" if $prog < 0;
  my ($begun, $round) = (time, 0);
  while (time < $begun + $ms / 1000) {
    mkdir("$top/$round") or die "mkdir: $!";
    sysopen(my $cgroup, "$top/$round", 0) or die "open: $!";
    my $attach = pack("L4", fileno $cgroup, $prog, 1, 2);
    syscall(${BPF}, 8, $attach, length $attach) and die "attach: $!";
    my $create = pack("L4", $prog, fileno $cgroup, 1, 0);
    my $link = syscall(${BPF}, 28, $create, length $create);
    die "link: $!" if $link < 0;
    my $detach = pack("L3", fileno $cgroup, $prog, 1);
    syscall(${BPF}, 9, $detach, length $detach) and die "detach: $!";
    syscall(${CLOSE}, $link) and die "close: $!";
    close($cgroup);
    rmdir("$top/$round") or die "rmdir: $!";
    $round++;
    my $left = $begun + $round * ${ROUND_MS} / 1000 - time;
    sleep($left) if $left > 0;
  }
  print $round;`;

/** Calls that a round consists of. */
export const IN_ROUNDS: ReadonlySet<string> = new Set([
  ...['mkdir', 'open_cgroup', 'prog_attach', 'link_create', 'prog_detach', 'close', 'rmdir'],
]);

export interface Load {
  readonly pid: number;
  /** How many rounds it made. */
  readonly done: Promise<number>;
}

/** Makes rounds below a cgroup for so long. */
export function startLoad(top: string, ms: number): Load {
  const child = spawn('perl', ['-e', ROUNDS, top, String(ms)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const done = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`the load ended with ${code}`);
    return Number(said);
  });
  return { pid: child.pid ?? 0, done };
}

/** The call of an event, what it was made on, and what it did, in words. */
export function wordsOf({ call, outcome, effects }: SeenEvent): string {
  const types = effects.map(({ type }) => type).join(' ');
  const answer = outcome.errno ?? (outcome.ret === 0 ? 0 : 'fd');
  return `${call.name} ${call.path ?? ''} = ${answer}: ${types}`;
}

/** A round on a cgroup, in the same words. */
export function roundOf(path: string): string[] {
  return [
    `mkdir ${path} = 0: CgroupMade`,
    `open_cgroup ${path} = fd: FdOpened`,
    'prog_attach  = 0: EntryInserted',
    'link_create  = fd: LinkCreated EntryInserted',
    'prog_detach  = 0: EntryRemoved',
    'close  = 0: FdClosed EntryRemoved LinkFreed',
    'close  = 0: FdClosed',
    `rmdir ${path} = 0: CgroupRemoved`,
  ];
}
