/** Plan: the answers and changes of calls, decided on a layer that is thrown away. */
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import type { Call } from '../../domain/call.ts';
import { decide } from '../../domain/decide.ts';
import type { Effect } from '../../domain/effect.ts';
import { effectiveArray, parentOf, type Slot } from '../../domain/effective.ts';
import { applyAll } from '../../domain/evolve.ts';
import { type Cgroup, type Kernel, layerOn } from '../../domain/kernel.ts';
import { isUnmodelled, type Outcome } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { checkSize } from '../../domain/size.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import type { CallRequest } from '../../events/submission.ts';
import { type Pausing, walk } from '../../events/turns.ts';
import { resolveReferences } from '../../events/writing/references.ts';
import { entryText } from '../wording/program-text.ts';
import { callNotices } from './call-notices.ts';
import { EmptiedLists } from './empty-between.ts';
import { endNotices } from './end-notices.ts';
import type { Numbered, PlannedCall } from './planned-call.ts';
import type { Notice } from './warning.ts';
import { findTaken, standingIn, type TakenEntry } from './warnings.ts';

/** Effective arrays that one plan compares. */
const COMPARED_ARRAYS_MAX = 10_000;

/** An effective array that the calls would change. */
export interface ChangedArray {
  readonly cgroup_id: number;
  readonly path: string;
  readonly attach_type: AttachType;
  /** Empty for a cgroup that the calls make. */
  readonly before: readonly Slot[];
  /** Empty for a cgroup that the calls remove. */
  readonly after: readonly Slot[];
}

export interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly changed: readonly ChangedArray[];
  /** What the caller may not intend; the entries are those that exist now. */
  readonly notices: readonly Notice[];
  /** Existing entries that the calls remove, or give another program. */
  readonly taken: readonly TakenEntry[];
  /** Names of the programs in `changed`, by id; empty where a program has none. */
  readonly names: ReadonlyMap<number, string>;
  /** More than `COMPARED_ARRAYS_MAX` arrays may have changed; `changed` has the first ones. */
  readonly truncated: boolean;
}

/**
 * What would happen if the calls were recorded now, in order. It does not change the kernel.
 *
 * @throws LogRefusal `bad-reference` when a call refers to an answer that it cannot use;
 *   `host-too-large` when a call makes the state larger than a host may be
 */
export function* plan(kernel: Kernel, requests: readonly CallRequest[]): Pausing<Plan> {
  const world = layerOn(kernel);
  const calls: Numbered[] = [];
  const notices: Notice[] = [];
  const taken: TakenEntry[] = [];
  const outcomes: Outcome[] = [];
  const emptied = new EmptiedLists(kernel);
  for (const [index, request] of requests.entries()) {
    const { pid = BOOT_PID, call: asked } = resolveReferences(request, outcomes);
    // A plan is made of syscalls: the boot call has a route of its own.
    const call = asked as Call;
    const comm = request.comm ?? world.processes.get(pid)?.comm ?? '';
    const planned = { index, pid, comm, call, ...decide(world, pid, call) };
    if (isUnmodelled(planned.outcome)) {
      const place = { call: index, calls: requests.length };
      const sentence = refusalSentence(planned.outcome);
      throw new LogRefusal({ why: 'not-modelled', sentence, ...place });
    }
    notices.push(...callNotices(world, planned));
    for (const entry of standingIn(kernel, findTaken(world, planned))) {
      taken.push({ call: index, entry, text: entryText(world, entry) });
    }
    applyAll(world, planned.effects, pid);
    emptied.take(world, planned);
    const passed = checkSize(world, planned.effects);
    if (passed !== undefined) {
      const place = { call: index, calls: requests.length };
      throw new LogRefusal({ why: 'host-too-large', ...passed, ...place });
    }
    outcomes.push(planned.outcome);
    calls.push(planned);
    yield;
  }
  notices.push(...emptied.notices, ...endNotices({ before: kernel, after: world }, calls));
  const effects = calls.flatMap((one) => one.effects);
  const changes = yield* changesBetween(kernel, world, effects);
  return {
    calls: calls.map(({ index: _, ...planned }) => planned),
    notices: notices.map((one) => ({ ...one, entries: standingIn(kernel, one.entries) })),
    taken,
    ...changes,
    names: namesIn(changes.changed, [kernel, world]),
  };
}

/** The names of all programs in changed arrays. */
function namesIn(
  changed: readonly ChangedArray[],
  worlds: readonly Kernel[],
): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { before, after } of changed) {
    for (const { prog_id } of [...before, ...after]) {
      const program = worlds.map(({ programs }) => programs.get(prog_id)).find((one) => one);
      if (program !== undefined) names.set(prog_id, program.prog_name);
    }
  }
  return names;
}

interface ArrayPlace {
  readonly cgroup: Cgroup;
  readonly attach_type: AttachType;
}

/** Where lists changed: at these cgroups and below, arrays may have. */
function* findTouched(
  before: Kernel,
  after: Kernel,
  effects: readonly Effect[],
): Pausing<ArrayPlace[]> {
  const places = new Map<string, ArrayPlace>();
  let usedBefore: ReadonlySet<AttachType> | undefined;
  let usedAfter: ReadonlySet<AttachType> | undefined;
  const touch = (cgroup_id: number, attach_type: AttachType): void => {
    const cgroup = after.cgroups.get(cgroup_id) ?? before.cgroups.get(cgroup_id);
    if (cgroup !== undefined) places.set(`${cgroup_id}|${attach_type}`, { cgroup, attach_type });
  };
  for (const effect of effects) {
    switch (effect.type) {
      case 'EntryInserted':
      case 'EntryReplaced':
      case 'EntryRemoved':
      case 'EffectiveSlotWritten':
        touch(effect.cgroup_id, effect.attach_type);
        break;
      case 'LinkUpdated': {
        const link = after.links.get(effect.link_id) ?? before.links.get(effect.link_id);
        if (link !== undefined) touch(link.cgroup_id, link.attach_type);
        break;
      }
      case 'CgroupMade':
        usedAfter ??= yield* collectTypes(after);
        for (const attach_type of usedAfter) touch(effect.cgroup_id, attach_type);
        break;
      case 'CgroupRemoved':
        usedBefore ??= yield* collectTypes(before);
        for (const attach_type of usedBefore) touch(effect.cgroup_id, attach_type);
        break;
      default:
        break;
    }
  }
  return [...places.values()];
}

function* collectTypes(kernel: Kernel): Pausing<Set<AttachType>> {
  const types = new Set<AttachType>();
  yield* walk(kernel.cgroups.values(), ({ lists }) => {
    for (const type of lists.keys()) types.add(type);
  });
  return types;
}

/** The cgroups of both worlds by that above them; those that the calls remove come last. */
function* familiesOf(before: Kernel, after: Kernel): Pausing<Map<number, Cgroup[]>> {
  const families = new Map<number, Cgroup[]>();
  const add = (kernel: Kernel, cgroup: Cgroup): void => {
    const parent = parentOf(kernel, cgroup);
    if (parent === undefined) return;
    const siblings = families.get(parent.id);
    if (siblings === undefined) families.set(parent.id, [cgroup]);
    else siblings.push(cgroup);
  };
  yield* walk(after.cgroups.values(), (one) => add(after, one));
  yield* walk(before.cgroups.values(), (one) => {
    if (!after.cgroups.has(one.id)) add(before, one);
  });
  return families;
}

/** A cgroup and those below it. */
function* below(families: ReadonlyMap<number, readonly Cgroup[]>, top: Cgroup): Generator<Cgroup> {
  yield top;
  for (const child of families.get(top.id) ?? []) yield* below(families, child);
}

function arrayOn(kernel: Kernel, cgroup_id: number, type: AttachType): Slot[] {
  const cgroup = kernel.cgroups.get(cgroup_id);
  return cgroup === undefined ? [] : effectiveArray(kernel, cgroup, type);
}

function programsOf(slots: readonly Slot[]): string {
  return slots.map(({ prog_id, link_id }) => `${prog_id}.${link_id ?? 0}`).join();
}

function byPlace(a: ChangedArray, b: ChangedArray): number {
  if (a.cgroup_id !== b.cgroup_id) return a.cgroup_id - b.cgroup_id;
  return attachTypeNumber(a.attach_type) - attachTypeNumber(b.attach_type);
}

function* changesBetween(
  before: Kernel,
  after: Kernel,
  effects: readonly Effect[],
): Pausing<Pick<Plan, 'changed' | 'truncated'>> {
  const changed: ChangedArray[] = [];
  const compared = new Set<string>();
  const places = yield* findTouched(before, after, effects);
  if (places.length === 0) return { changed, truncated: false };
  const families = yield* familiesOf(before, after);
  for (const { cgroup: top, attach_type } of places) {
    for (const { id, path } of below(families, top)) {
      yield;
      const key = `${id}|${attach_type}`;
      if (compared.has(key)) continue;
      if (compared.size >= COMPARED_ARRAYS_MAX)
        return { changed: changed.sort(byPlace), truncated: true };
      compared.add(key);
      const [was, is] = [arrayOn(before, id, attach_type), arrayOn(after, id, attach_type)];
      if (programsOf(was) === programsOf(is)) continue;
      changed.push({ cgroup_id: id, path, attach_type, before: was, after: is });
    }
  }
  return { changed: changed.sort(byPlace), truncated: false };
}
