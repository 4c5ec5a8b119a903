/**
 * The real kernel as a machine: it performs the calls of the log in a scratch place of this machine
 * and shows the state afterwards. It serves to compare the model with a real kernel.
 */
import { readFileSync } from 'node:fs';
import type { Call } from '../domain/call.ts';
import type { Decision } from '../domain/decision.ts';
import { isRefusal } from '../domain/outcome.ts';
import { BOOT_PID, type BootConfig, DEFAULT_CONFIG } from '../domain/release/config.ts';
import { bindKernel, type SystemCalls } from '../native/syscall.ts';
import { KernelUnavailable } from '../native/unavailable.ts';
import { BurnedIds } from './live/burned-ids.ts';
import { type Late, settle } from './live/canary.ts';
import type { LiveKernel } from './live/live-kernel.ts';
import { observeLive } from './live/observe.ts';
import { stayOnOneCpu } from './live/one-cpu.ts';
import { closeLive, openLive } from './live/open-live.ts';
import { performLive } from './live/perform.ts';
import { newProcess } from './live/process-calls.ts';
import { makeScratch, removeScratch, type Scratch } from './live/scratch.ts';
import type { LiveWorld } from './live/world.ts';

/** Links let go of programs, and those of maps. */
const LATE_ORDER: readonly Late[] = ['links', 'cgroup', 'pin', 'maps', 'btf'];
/** How deep programs and maps of what was let go of hold one another. */
const HELD_TURNS = 3;

/** When what the kernel does a moment after a call is waited for. */
export type Waits = 'after-each-call' | 'when-asked';

export interface LiveMachine {
  /** A real kernel shows only some effects, so the state must be read after each call. */
  readonly tellsAllEffects: false;
  perform(pid: number, call: Call): Promise<Decision>;
  observe(): Promise<LiveWorld>;
  /**
   * Waits until the kernel has done what the calls so far left to it.
   *
   * @returns whether there was anything to wait for
   */
  settle(): Promise<boolean>;
  /** Ends the log's processes and removes the scratch place. */
  close(): Promise<void>;
}

/**
 * Opens a machine on the running kernel, booted as far as a running kernel can be.
 *
 * @param waits `when-asked` leaves it to the caller to ask for `settle`: a grace period takes longer
 *   than a thousand calls
 * @throws KernelUnavailable when the machine lacks something, or its sysctl is another
 */
export async function openLiveMachine(
  config: Partial<BootConfig>,
  waits: Waits = 'after-each-call',
): Promise<LiveMachine> {
  const booted = { ...DEFAULT_CONFIG, ...config };
  requireSysctl(booted.unprivileged_bpf_disabled);
  const kernel = await bindKernel();
  const scratch = makeScratch(kernel);
  try {
    return openMachine(kernel, scratch, booted, waits);
  } catch (error) {
    removeScratch(kernel, scratch);
    throw error;
  }
}

function openMachine(
  kernel: SystemCalls,
  scratch: Scratch,
  config: BootConfig,
  waits: Waits,
): LiveMachine {
  const live = openLive(kernel, scratch, { config, nameNew: countIds(config) });
  const leaveCpu = stayOnOneCpu(kernel);
  live.processes.set(BOOT_PID, newProcess(live, BOOT_PID, 'init'));
  const place = {
    cgroup: `${scratch.folder}/canary`,
    pin: `${scratch.ownBpffs}/canary`,
  };
  const burned = new BurnedIds(live, `${scratch.folder}/probe`);
  const late = new Set<Late>();
  /** Waits for each kind of work that is due, in the order in which one gives rise to the next. */
  async function settleAll(): Promise<boolean> {
    if (late.size === 0) return false;
    if (live.traces) late.add('links');
    for (const kind of LATE_ORDER) if (late.has(kind)) await settle(kernel, place, kind);
    // Programs let go of maps, and maps of what they hold, in turn.
    for (let turn = 0; live.holds && turn < HELD_TURNS; turn++) await settle(kernel, place, 'maps');
    late.clear();
    return true;
  }
  return {
    tellsAllEffects: false,
    async perform(pid, call) {
      // What holds BTF shows in these answers alone.
      if (call.name.startsWith('btf_get_')) await settleAll();
      const decision = await performLive(live, pid, call);
      if (isRefusal(decision.outcome)) {
        const effect = await burned.after(call, () => performLive(live, pid, call));
        return effect === undefined ? decision : { ...decision, effects: [effect] };
      }
      for (const due of lateAfter(live, call)) late.add(due);
      // What a map holds shows in no state, only in answers, so there it is always waited for.
      if (waits === 'after-each-call' || live.holds) await settleAll();
      return decision;
    },
    settle: settleAll,
    observe: async () => observeLive(live),
    async close() {
      leaveCpu();
      burned.close();
      await closeLive(live);
      removeScratch(kernel, scratch);
    },
  };
}

/** Assigns the log's ids in the order in which objects are made. */
function countIds(config: BootConfig): LiveKernel['nameNew'] {
  const next = {
    prog: config.first_prog_id,
    link: config.first_link_id,
    map: config.first_map_id,
    btf: (config.kernel_btfs ?? 1) + 1,
    cgroup: config.first_cgroup_id,
    process: config.first_pid,
  };
  return (kind) => next[kind]++;
}

/** Work that the kernel may still have to do after a successful call. */
function lateAfter(live: LiveKernel, call: Call): readonly Late[] {
  switch (call.name) {
    case 'rmdir':
      return ['cgroup'];
    case 'unlink':
    case 'rename':
    case 'umount':
      return ['pin'];
    case 'close':
    case 'dup2':
    case 'dup3':
    case 'close_range':
    case 'kill':
    case 'cgroup_write':
    case 'exec':
    case 'exit':
    case 'recv_fd':
    case 'setns':
    case 'unshare':
    case 'bpffs_rmdir':
    case 'prog_attach':
    case 'prog_detach':
    case 'link_update':
    case 'map_update_elem':
    case 'map_delete_elem':
    case 'map_update_batch':
    case 'map_delete_batch':
    case 'map_lookup_and_delete_batch':
      // Else only maps are late: the last fd of a program or link frees it immediately.
      return [
        ...(live.detached ? (['pin'] as const) : []),
        ...(live.traces ? (['links'] as const) : []),
        ...(live.mapForms.size === 0 ? [] : (['maps'] as const)),
        ...(live.describes ? (['btf'] as const) : []),
      ];
    default:
      return [];
  }
}

/** This sysctl belongs to the whole machine, so it is required and never changed. */
function requireSysctl(wanted: number): void {
  const path = '/proc/sys/kernel/unprivileged_bpf_disabled';
  const found = Number(readFileSync(path, 'utf8'));
  if (found === wanted) return;
  throw new KernelUnavailable(
    `kernel.unprivileged_bpf_disabled is ${found} on this machine; ${wanted} is asked for`,
  );
}
