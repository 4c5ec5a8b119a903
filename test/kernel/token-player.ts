// Plays calls about user namespaces and tokens on the kernel that runs here: each process of a play is
// a real one, since no thread of this one can have a user namespace of its own.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { attachTypeNumber } from '../../src/domain/attach-type.ts';
import type { Call } from '../../src/domain/call.ts';
import { CAPABILITY_NUMBERS, type Capability, rootsSet } from '../../src/domain/capability.ts';
import { mapTypeNumber } from '../../src/domain/map-type.ts';
import { progTypeNumber } from '../../src/domain/prog-type.ts';

/** A call of one of the processes 0 to 7, or the birth of one. */
export interface Step {
  readonly process: number;
  readonly call: Call;
  /** The process that is meant, in place of a pid in the call. */
  readonly other?: number;
}

/** Where the play has its cgroup, and the bpffs of the model. */
export interface Ground {
  readonly cgroup: string;
  readonly bpffs: string;
}

const NEW = { newns: 0x20000, newcgroup: 0x2000000, newuser: 0x10000000 };
const O_DIRECTORY = 0x10000;

/** Builds the player; gives its path. */
export function buildPlayer(folder: string): string {
  const player = join(folder, 'token-player');
  const source = join(import.meta.dirname, 'token-player.c');
  execFileSync('gcc', ['-O1', '-Wall', '-Werror', '-o', player, source]);
  return player;
}

/** What the kernel answers to each step: `ok` or an errno below zero, and the numbers that it tells. */
export function playOnKernel(player: string, steps: readonly Step[], ground: Ground): string[] {
  const input = steps.map((step) => `${step.process} ${lineOf(step, ground)}\n`).join('');
  const output = execFileSync(player, { input, encoding: 'utf8', timeout: 60_000 });
  return output.split('\n').slice(0, -1);
}

function lineOf({ call, other = 0, process }: Step, ground: Ground): string {
  switch (call.name) {
    case 'spawn':
      return 'spawn';
    case 'capset':
      return call.uid === undefined
        ? `caps ${maskOf(call.caps, 1)}`
        : `become ${call.uid} ${maskOf(call.caps, call.uid)}`;
    case 'setrlimit':
      return `nofile ${call.nofile}`;
    case 'unshare':
      return `unshare ${flagsOf(call)}`;
    case 'fork':
      return `fork ${other} ${flagsOf(call)}`;
    case 'exec':
      return 'exec';
    case 'exit':
      return 'exit';
    case 'kill':
      return `kill ${other}`;
    case 'pidfd_getfd':
      return `getfd ${other} ${call.target_fd}`;
    case 'send_fd':
      return `give ${other} ${call.fd}`;
    case 'fsmount': {
      const { delegate_cmds, delegate_maps, delegate_progs, delegate_attachs, mode } = call;
      const sets = [delegate_cmds, delegate_maps, delegate_progs, delegate_attachs];
      const options = sets.map((set) => set ?? '0').join(' ');
      const by = call.by_pid === undefined ? process : other;
      return `delegated ${by} ${options} ${mode === undefined ? '0' : mode.toString(8)}`;
    }
    case 'open_other':
      return `open ${ground.bpffs}${call.path} ${O_DIRECTORY}`;
    case 'open_cgroup':
      return `open ${ground.cgroup} ${O_DIRECTORY}`;
    case 'mount':
      return `mount ${ground.bpffs}${call.path}`;
    case 'bpffs_mkdir':
      return `mkdir ${ground.bpffs}${call.path}`;
    case 'close':
      return `close ${call.fd}`;
    case 'dup':
      return `dup ${call.fd}`;
    default:
      return commandOf(call);
  }
}

/** The calls that go through bpf(2). */
function commandOf(call: Call): string {
  switch (call.name) {
    case 'token_create':
      return `token ${call.bpffs_fd ?? 0} ${call.flags ?? 0}`;
    case 'prog_load': {
      const hook = attachTypeNumber(call.expected_attach_type ?? 'cgroup_inet_ingress');
      const { prog_flags = 0, prog_token_fd = 0 } = call;
      return `load ${progTypeNumber(call.prog_type)} ${hook} ${prog_flags} ${prog_token_fd}`;
    }
    case 'map_create': {
      const {
        key_size = 0,
        value_size = 0,
        max_entries = 0,
        map_flags = 0,
        map_token_fd = 0,
      } = call;
      const numbers = [key_size, value_size, max_entries, map_flags, map_token_fd];
      return `map ${mapTypeNumber(call.map_type)} ${numbers.join(' ')}`;
    }
    case 'btf_load':
      return `btf ${call.btf_flags ?? 0} ${call.btf_token_fd ?? 0}`;
    case 'btf_get_fd_by_id':
      return `by_id 19 ${call.btf_id} ${call.open_flags ?? 0} ${call.token_fd ?? 0}`;
    case 'prog_get_fd_by_id':
      return `by_id 13 ${call.prog_id} ${call.open_flags ?? 0}`;
    case 'obj_get_info_by_fd':
      return `info ${call.bpf_fd ?? 0} ${call.info_len ?? 0}`;
    case 'prog_attach':
      return `attach ${call.target_fd} ${call.attach_bpf_fd} ${hookOf(call)} 2`;
    case 'prog_detach':
      return `detach ${call.target_fd} ${call.attach_bpf_fd} ${hookOf(call)}`;
    case 'link_create':
      return `link ${call.prog_fd} ${call.target_fd} ${hookOf(call)}`;
    case 'prog_query':
      return `query ${call.target_fd} ${hookOf(call)}`;
    default:
      throw new Error(`the player does not know ${call.name}`);
  }
}

function hookOf({ attach_type }: Pick<Extract<Call, { name: 'prog_attach' }>, 'attach_type'>) {
  return attachTypeNumber(attach_type);
}

function flagsOf(call: Extract<Call, { name: 'unshare' | 'fork' }>): number {
  return (
    (call.clone_newns ? NEW.newns : 0) |
    (call.clone_newcgroup ? NEW.newcgroup : 0) |
    (call.clone_newuser ? NEW.newuser : 0)
  );
}

/** Every capability of Linux, for a set that stands for all of root's. */
const ALL = (1n << 41n) - 1n;

function maskOf(told: readonly Capability[], uid: number): string {
  const isAll = uid === 0 && rootsSet(told) !== told;
  const bits = told.reduce((mask, name) => mask | (1n << BigInt(CAPABILITY_NUMBERS[name])), 0n);
  return `0x${(isAll ? ALL : bits).toString(16)}`;
}
