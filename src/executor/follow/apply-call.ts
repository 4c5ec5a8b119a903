/** Applies one call of the log to the live kernel, and says what the kernel answered. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Effect, ObjectKind } from '../../domain/effect.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { checkCall, type Scene } from '../confinement/confinement.ts';
import { limitCaps } from '../confinement/program-walls.ts';
import type { LoggedEvent, Report } from '../ledger/ledger.ts';
import { release } from '../live/bpf.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { linkOf } from '../live/observe.ts';
import { performLive } from '../live/perform.ts';
import { newProcess } from '../live/process-calls.ts';
import { Withheld } from '../live/withheld.ts';
import { type HeldBase, hold, letGoOfFreed } from '../place/held.ts';

/** Milliseconds that a removed cgroup's links may take to lose it. */
const SEVERED_MS_MAX = 3000;

/** Characters of a note, however many bytes each has; the service takes 1,000 bytes. */
const NOTE_CHARS_MAX = 250;

/** An event of a call, not of a boot. */
export type CallEvent = LoggedEvent & { readonly call: Call };

/** Makes the event's call, holds what it made, and lets the model follow the log. */
export async function applyCall(scene: Scene, held: HeldBase, event: CallEvent): Promise<Report> {
  const { live, model } = scene;
  const { pid, effects } = event;
  const report = await performUnlessWithheld(scene, held, event);
  applyAll(model, effects, pid);
  await letGoOfFreed(live, held, effects);
  await awaitSevered(live, effects);
  for (const one of listTouched(event)) align(live, model, one);
  return report;
}

/** Makes the call, unless it would leave the place or touch what others made. */
async function performUnlessWithheld(
  scene: Scene,
  held: HeldBase,
  event: CallEvent,
): Promise<Report> {
  const { position, outcome } = event;
  try {
    const note = checkCall(scene, event.pid, event.call);
    if (note !== undefined) throw new Withheld(note);
    return await performAndHold(scene.live, held, event);
  } catch (error) {
    if (!(error instanceof Withheld)) throw error;
    return { position, how: 'withheld', outcome, note: clipNote(error.message) };
  }
}

/** A note names a path, which may be longer than a note. */
function clipNote(note: string): string {
  return [...note].slice(0, NOTE_CHARS_MAX).join('');
}

async function performAndHold(live: LiveKernel, held: HeldBase, event: CallEvent): Promise<Report> {
  const { position, pid, call } = event;
  const started = performance.now();
  const { outcome, effects } = await performWithLess(live, pid, call);
  const duration = Math.round((performance.now() - started) * 1000);
  const kernel_ids: Record<string, number> = {};
  for (const { kind, id, fd } of effects.flatMap(listMade)) {
    const real = live.ids.realOf(kind, id);
    const opened = live.processes.get(pid)?.fds.get(fd);
    if (real === undefined || opened === undefined) continue;
    kernel_ids[`${kind}_id`] = real;
    if (!isRefusal(event.outcome)) hold(live, held, { kind, id, real: opened.real });
  }
  return { position, how: 'performed', outcome, kernel_ids, duration };
}

/** Makes a call; programs are loaded with no more capabilities than they need. */
async function performWithLess(live: LiveKernel, pid: number, call: Call): Promise<Decision> {
  const process = live.processes.get(pid);
  if (process === undefined || call.name !== 'prog_load') return performLive(live, pid, call);
  const { caps } = process;
  process.caps = limitCaps(call, caps);
  try {
    return await performLive(live, pid, call);
  } finally {
    process.caps = caps;
  }
}

interface MadeObject {
  readonly kind: ObjectKind;
  readonly id: number;
  readonly fd: number;
}

/** Objects of a real host that no recorded call made do not exist on this kernel. */
function listOwned(kind: ObjectKind, id: number, fd: number | undefined): MadeObject[] {
  return fd === undefined ? [] : [{ kind, id, fd }];
}

/** The object that an effect made, under the fd that the maker has. */
function listMade(effect: Effect): MadeObject[] {
  switch (effect.type) {
    case 'ProgLoaded':
      return listOwned('prog', effect.prog_id, effect.fd);
    case 'LinkCreated':
      return listOwned('link', effect.link_id, effect.fd);
    case 'MapCreated':
      return listOwned('map', effect.map_id, effect.fd);
    default:
      return [];
  }
}

/** rmdir severs links a moment later; what follows in the log comes after that. */
async function awaitSevered(live: LiveKernel, effects: readonly Effect[]): Promise<void> {
  const deadline = performance.now() + SEVERED_MS_MAX;
  for (const effect of effects) {
    if (effect.type !== 'LinkSevered' || effect.reason !== 'cgroup_removed') continue;
    while ((linkOf(live, effect.link_id)?.cgroup_id ?? 0) !== 0 && performance.now() < deadline) {
      await pause(1);
    }
  }
}

/** The processes whose fds an event may have changed. */
function listTouched({ pid, effects }: CallEvent): number[] {
  const others = effects.flatMap((effect) =>
    effect.type === 'ProcessForked' || effect.type === 'ProcessSpawned' ? [effect.pid] : [],
  );
  return [pid, ...others];
}

/**
 * Gives a process the numbers that the log says it has. Where the kernel answered otherwise, a
 * number stands for a file that fits nothing, so that no later call takes one fd for another.
 */
function align(live: LiveKernel, model: Model, pid: number): void {
  const process = model.processes.get(pid);
  const living = live.processes.get(pid);
  if (process === undefined) return;
  const aligned = living ?? newProcess(live, pid, process.comm);
  live.processes.set(pid, aligned);
  for (const [number, fd] of aligned.fds) {
    if (process.fds.has(number)) continue;
    aligned.fds.delete(number);
    release({ live, process: aligned }, fd);
  }
  for (const [number, { cloexec }] of process.fds) {
    if (aligned.fds.has(number)) continue;
    const { file } = live.standard;
    aligned.fds.set(number, { real: file, cloexec, kind: 'other', id: 0, standard: true });
  }
}
