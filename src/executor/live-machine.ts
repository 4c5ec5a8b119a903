/**
 * The real kernel as a machine: it performs the calls of the log in a scratch place of this machine
 * and shows the state that followed. For comparing the model with the kernel it stands in for.
 */
import { readFileSync } from 'node:fs';
import type { Call } from '../domain/call.ts';
import type { Decision } from '../domain/decision.ts';
import { isRefusal } from '../domain/outcome.ts';
import { BOOT_PID, type BootConfig, DEFAULT_CONFIG } from '../domain/release/config.ts';
import { bindKernel, type Kernel, must, SYS } from './kernel/syscall.ts';
import { ExecutorUnavailable } from './kernel/unavailable.ts';
import { type Late, settle } from './live/canary.ts';
import { Cgroups } from './live/cgroups.ts';
import { openKind } from './live/fd-calls.ts';
import { Identities } from './live/identities.ts';
import type { LiveKernel } from './live/live-kernel.ts';
import { observeLive } from './live/observe.ts';
import { stayOnOneCpu } from './live/one-cpu.ts';
import { performLive } from './live/perform.ts';
import { dismiss, newProcess } from './live/process-calls.ts';
import { makeScratch, removeScratch, type Scratch } from './live/scratch.ts';
import type { LiveWorld } from './live/world.ts';

export interface LiveMachine {
  /** A real kernel tells effects only in part, so its state is to be read after each call. */
  readonly tellsAllEffects: false;
  perform(pid: number, call: Call): Promise<Decision>;
  observe(): Promise<LiveWorld>;
  /** Ends the log's processes and removes the scratch place. */
  close(): Promise<void>;
}

const RLIMIT_NOFILE = 7;
const F_DUPFD_CLOEXEC = 1030;
const LOWEST_FD = 3;

/**
 * Opens a machine on the running kernel, booted as far as a running kernel can be.
 *
 * @throws ExecutorUnavailable when the machine lacks something, or its sysctl is another
 */
export async function openLiveMachine(config: Partial<BootConfig>): Promise<LiveMachine> {
  const booted = { ...DEFAULT_CONFIG, ...config };
  requireSysctl(booted.unprivileged_bpf_disabled);
  const kernel = await bindKernel();
  const scratch = makeScratch(kernel);
  try {
    return machineOn(kernel, scratch, booted);
  } catch (error) {
    removeScratch(kernel, scratch);
    throw error;
  }
}

function machineOn(kernel: Kernel, scratch: Scratch, config: BootConfig): LiveMachine {
  const live = liveKernel(kernel, scratch, config);
  const leaveCpu = stayOnOneCpu(kernel);
  live.processes.set(BOOT_PID, newProcess(live, BOOT_PID, 'init'));
  const place = { cgroup: `${scratch.folder}/canary`, pin: `${scratch.bpffs}/bpfledger_canary` };
  return {
    tellsAllEffects: false,
    async perform(pid, call) {
      const decision = await performLive(live, pid, call);
      const late = isRefusal(decision.outcome) ? undefined : lateAfter(live, call);
      if (late !== undefined) await settle(kernel, place, late);
      return decision;
    },
    observe: async () => observeLive(live),
    async close() {
      leaveCpu();
      for (const process of live.processes.values()) {
        await performLive(live, process.pid, { name: 'exit' });
        await dismiss(process);
      }
      live.cgroups.close();
      for (const fd of [live.standard.directory, live.standard.file, live.ownZero]) {
        kernel.call(SYS.close, fd);
      }
      removeScratch(kernel, scratch);
    },
  };
}

function liveKernel(kernel: Kernel, scratch: Scratch, config: BootConfig): LiveKernel {
  const limit = Buffer.alloc(16);
  must(kernel.call(SYS.prlimit64, 0, RLIMIT_NOFILE, undefined, limit), 'read the fd limit');
  const next = {
    prog: config.first_prog_id,
    link: config.first_link_id,
    map: config.first_map_id,
    cgroup: config.first_cgroup_id,
    process: config.first_pid,
  };
  return {
    kernel,
    processes: new Map(),
    ids: new Identities(),
    cgroups: new Cgroups(kernel, scratch.top, config.root_cgroup_id),
    mapForms: new Map(),
    bpffs: scratch.bpffs,
    standard: {
      directory: must(openKind(kernel, 'dir'), 'open a directory'),
      file: must(openKind(kernel, 'file'), 'open a memory file'),
    },
    ownZero: must(kernel.call(SYS.fcntl, 0, F_DUPFD_CLOEXEC, LOWEST_FD), 'keep fd 0'),
    config,
    limit,
    nameNew: (kind) => next[kind]++,
  };
}

/** What the kernel may still have to do after a call that it accepted. */
function lateAfter(live: LiveKernel, call: Call): Late | undefined {
  switch (call.name) {
    case 'rmdir':
      return 'cgroup';
    case 'unlink':
    case 'rename':
      return 'pin';
    case 'close':
    case 'dup2':
    case 'exec':
    case 'exit':
    case 'recv_fd':
    case 'prog_attach':
    case 'prog_detach':
    case 'link_update':
      // Only maps are late: the last fd of a program or link frees it at once.
      return live.mapForms.size === 0 ? undefined : 'maps';
    default:
      return undefined;
  }
}

/** This sysctl belongs to the whole machine, so it is required and never changed. */
function requireSysctl(wanted: number): void {
  const path = '/proc/sys/kernel/unprivileged_bpf_disabled';
  const found = Number(readFileSync(path, 'utf8'));
  if (found === wanted) return;
  throw new ExecutorUnavailable(
    `kernel.unprivileged_bpf_disabled is ${found} on this machine; ${wanted} is asked for`,
  );
}
