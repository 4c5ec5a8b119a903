/**
 * Advice: the smallest change after which a program is effective on a cgroup. Each change is made on
 * a layer of the state, as in a plan, and given only when the program is effective then: the
 * kernel's own rules say which one works.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import { cgroupAt, levelsOf } from '../../domain/effective.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { listOf, progIdOf } from '../../domain/list.ts';
import { MODE_TEXT } from '../wording/mode-text.ts';
import { entryText, programText } from '../wording/program-text.ts';
import { type PathEntry, Trial, TrialRefused } from './trial.ts';

export interface AdviceQuestion {
  /** The cgroup that the program shall run on. */
  readonly path: string;
  readonly attach_type: AttachType;
  readonly program: number;
  /** Where it was last, or is hidden: the first place to try. */
  readonly stood_at?: string | undefined;
  /** Whether it was ever loaded in this boot. */
  readonly loaded: boolean;
  /** The link that it stood in, where it stood in one. */
  readonly link_id?: number | undefined;
}

/** The advice after a refusal that the rules do not have: no change of the state is known to help. */
export const FIND_WHO_REFUSED = 'find what refused it; the same call may be refused again';

interface AdvisedChange {
  readonly text: string;
  /** Makes the change once the trial has an fd of the program, or throws `TrialRefused`. */
  readonly make: (trial: Trial) => void;
}

/** The first change that makes the program effective, in words; undefined when none of them does. */
export function adviceFor(kernel: Kernel, wanted: AdviceQuestion): string | undefined {
  return changesFor(kernel, wanted).find((change) => works(kernel, wanted, change))?.text;
}

function works(
  kernel: Kernel,
  { path, attach_type, program }: AdviceQuestion,
  { make }: AdvisedChange,
): boolean {
  try {
    const trial = new Trial(kernel, attach_type);
    trial.take(program);
    make(trial);
    return trial.runsOn(path);
  } catch (error) {
    if (error instanceof TrialRefused) return false;
    throw error;
  }
}

/** What could help, the smallest first. */
function changesFor(kernel: Kernel, wanted: AdviceQuestion): AdvisedChange[] {
  const { path, attach_type, program, stood_at = path, link_id } = wanted;
  const target = cgroupAt(kernel, stood_at) === undefined ? path : stood_at;
  const cgroup = cgroupAt(kernel, target);
  if (cgroup === undefined) return [remake(kernel, wanted)];
  const load = wanted.loaded ? 'load it again, then ' : 'load it, then ';
  const first = kernel.programs.has(program) ? '' : load;
  const changes: AdvisedChange[] = [];
  const add = (text: string, make: AdvisedChange['make']) =>
    changes.push({ text: `${first}${text}`, make });

  if (link_id !== undefined) {
    add(`update link ${link_id} back to it`, (trial) => {
      trial.updateLink(link_id);
    });
  }
  const hiders = nearestEntries(kernel, path, attach_type);
  if (stands(kernel, cgroup, wanted)) {
    add(takeOffText(kernel, hiders), (trial) => {
      trial.takeOff(hiders);
    });
  }
  if (link_id !== undefined) {
    add(`create a new link to ${target} and pin it, so that no process has to hold it`, (trial) => {
      trial.link(target);
    });
  }
  add(`attach it to ${target} with multi`, (trial) => {
    trial.attach(target, ['multi']);
  });
  const list = listOf(cgroup, attach_type);
  const [holder] = list.entries;
  if (holder !== undefined && list.mode !== 'multi') {
    const displaced = programText(kernel, progIdOf(kernel, holder));
    add(`attach it to ${target} ${MODE_TEXT[list.mode]}; it replaces ${displaced}`, (trial) => {
      trial.attach(target, list.mode === 'override' ? ['override'] : []);
    });
  }
  const blockers = exclusiveEntries(kernel, cgroup, attach_type);
  if (blockers.length > 0) {
    const off = takeOffText(kernel, blockers);
    add(`${off}, then attach it to ${target} with multi`, (trial) => {
      trial.takeOff(blockers);
      trial.attach(target, ['multi']);
    });
  }
  return changes;
}

/** The cgroup does not exist: make it, with those above it, and attach the program. */
function remake(kernel: Kernel, { path, program }: AdviceQuestion): AdvisedChange {
  const text = kernel.programs.has(program)
    ? `make ${path} and attach the program to it with multi`
    : `make ${path}, load the program and attach it there with multi`;
  return {
    text,
    make(trial) {
      trial.makeCgroup(path);
      trial.attach(path, ['multi']);
    },
  };
}

/** Whether the program is already in a list of the cgroup. */
function stands(kernel: Kernel, cgroup: Cgroup, { attach_type, program }: AdviceQuestion): boolean {
  const { entries } = listOf(cgroup, attach_type);
  return entries.some((entry) => progIdOf(kernel, entry) === program);
}

/** The entries of the nearest list that has any: they hide entries above without multi. */
function nearestEntries(kernel: Kernel, path: string, attach_type: AttachType): PathEntry[] {
  const cgroup = cgroupAt(kernel, path);
  if (cgroup === undefined) return [];
  for (const level of levelsOf(kernel, cgroup)) {
    const { entries } = listOf(level, attach_type);
    if (entries.length > 0) return entries.map((entry) => ({ path: level.path, entry }));
  }
  return [];
}

/** Entries on the cgroup and above it that allow no other. */
function exclusiveEntries(kernel: Kernel, cgroup: Cgroup, attach_type: AttachType): PathEntry[] {
  return [...levelsOf(kernel, cgroup)].flatMap((level) => {
    const { mode, entries } = listOf(level, attach_type);
    const isInTheWay = mode === 'none' || (mode === 'override' && level.id === cgroup.id);
    return isInTheWay ? entries.map((entry) => ({ path: level.path, entry })) : [];
  });
}

function takeOffText(kernel: Kernel, places: readonly PathEntry[]): string {
  const texts = places.map(({ path, entry }) => `${entryText(kernel, entry)} off ${path}`);
  return `take ${texts.join(' and ')}`;
}
