/**
 * Advice: the smallest change after which a program is effective on a cgroup. Each change is made on
 * a layer of the state, as a plan makes it, and told only when the program then really is: the
 * kernel's own rules say which one works.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Call } from '../../domain/call.ts';
import { effectiveArray, levelsOf } from '../../domain/effective.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { AttachFlagName, Mode } from '../../domain/flags.ts';
import { type Cgroup, type Entry, type Kernel, layered } from '../../domain/kernel.ts';
import { listOf, progIdOf } from '../../domain/list.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { parentPath } from '../../domain/path.ts';
import { perform } from '../../domain/perform.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { entryText, programText } from '../plan/program-text.ts';

export interface Wanted {
  /** The cgroup that the program shall run on. */
  readonly path: string;
  readonly attach_type: AttachType;
  readonly program: number;
  /** Where it stood last, or stands hidden: the first place to try. */
  readonly stood_at?: string | undefined;
  /** Whether it was ever loaded in this boot. */
  readonly loaded: boolean;
  /** The link that it stood in, where it stood in one. */
  readonly link_id?: number | undefined;
}

interface Change {
  readonly text: string;
  /** Makes the change, or throws `Refused`. */
  readonly make: (hand: Hand) => void;
}

/** The first change that makes the program effective, in words; undefined when none of them does. */
export function adviceFor(kernel: Kernel, wanted: Wanted): string | undefined {
  return changesFor(kernel, wanted).find((change) => works(kernel, wanted, change))?.text;
}

function works(kernel: Kernel, { path, attach_type }: Wanted, { make }: Change): boolean {
  const hand = new Hand(layered(kernel), attach_type);
  try {
    make(hand);
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
  return hand.runsOn(path);
}

/** What could help, the smallest first. */
function changesFor(kernel: Kernel, wanted: Wanted): Change[] {
  const { path, attach_type, program, stood_at = path, link_id } = wanted;
  const target = cgroupAt(kernel, stood_at) === undefined ? path : stood_at;
  const cgroup = cgroupAt(kernel, target);
  if (cgroup === undefined) return [remake(kernel, wanted)];
  const load = wanted.loaded ? 'load it again, then ' : 'load it, then ';
  const first = kernel.programs.has(program) ? '' : load;
  const changes: Change[] = [];
  const add = (text: string, make: Change['make']) =>
    changes.push({ text: `${first}${text}`, make });
  const take = (hand: Hand) => hand.take(kernel, program);

  if (link_id !== undefined) {
    add(`update link ${link_id} back to it`, (hand) => {
      take(hand);
      hand.updateLink(link_id);
    });
  }
  const hiders = nearestEntries(kernel, path, attach_type);
  if (stands(kernel, cgroup, wanted)) {
    add(takeOffText(kernel, hiders), (hand) => {
      take(hand);
      hand.takeOff(kernel, hiders);
    });
  }
  if (link_id !== undefined) {
    add(`make a new link to ${target} and pin it, so that no process has to hold it`, (hand) => {
      take(hand);
      hand.link(target);
    });
  }
  add(`attach it to ${target} with multi`, (hand) => {
    take(hand);
    hand.attach(target, ['multi']);
  });
  const list = listOf(cgroup, attach_type);
  const [holder] = list.entries;
  if (holder !== undefined && list.mode !== 'multi') {
    const displaced = programText(kernel, progIdOf(kernel, holder));
    add(
      `attach it to ${target} ${MODE_TEXT[list.mode]}; it takes the place of ${displaced}`,
      (hand) => {
        take(hand);
        hand.attach(target, list.mode === 'override' ? ['override'] : []);
      },
    );
  }
  const blockers = exclusiveEntries(kernel, cgroup, attach_type);
  if (blockers.length > 0) {
    const off = takeOffText(kernel, blockers);
    add(`${off}, then attach it to ${target} with multi`, (hand) => {
      hand.takeOff(kernel, blockers);
      take(hand);
      hand.attach(target, ['multi']);
    });
  }
  return changes;
}

const MODE_TEXT: Readonly<Record<Mode, string>> = {
  none: 'without flags',
  override: 'with override',
  multi: 'with multi',
};

/** The cgroup is not there: it is made, with those above it, and the program attached. */
function remake(kernel: Kernel, { path, program }: Wanted): Change {
  const text = kernel.programs.has(program)
    ? `make ${path} and attach the program to it with multi`
    : `make ${path}, load the program and attach it there with multi`;
  return {
    text,
    make(hand) {
      hand.makeCgroup(path);
      hand.take(kernel, program);
      hand.attach(path, ['multi']);
    },
  };
}

interface Place {
  readonly path: string;
  readonly entry: Entry;
}

/** Whether the program stands in a list of the cgroup already. */
function stands(kernel: Kernel, cgroup: Cgroup, { attach_type, program }: Wanted): boolean {
  const { entries } = listOf(cgroup, attach_type);
  return entries.some((entry) => progIdOf(kernel, entry) === program);
}

/** The entries of the nearest list that has any: they hide what stands above without multi. */
function nearestEntries(kernel: Kernel, path: string, attach_type: AttachType): Place[] {
  const cgroup = cgroupAt(kernel, path);
  if (cgroup === undefined) return [];
  for (const level of levelsOf(kernel, cgroup)) {
    const { entries } = listOf(level, attach_type);
    if (entries.length > 0) return entries.map((entry) => ({ path: level.path, entry }));
  }
  return [];
}

/** Entries on the cgroup and above it that let no other in. */
function exclusiveEntries(kernel: Kernel, cgroup: Cgroup, attach_type: AttachType): Place[] {
  return [...levelsOf(kernel, cgroup)].flatMap((level) => {
    const { mode, entries } = listOf(level, attach_type);
    const isInTheWay = mode === 'none' || (mode === 'override' && level.id === cgroup.id);
    return isInTheWay ? entries.map((entry) => ({ path: level.path, entry })) : [];
  });
}

function takeOffText(kernel: Kernel, places: readonly Place[]): string {
  const texts = places.map(({ path, entry }) => `${entryText(kernel, entry)} off ${path}`);
  return `take ${texts.join(' and ')}`;
}

function cgroupAt(kernel: Kernel, path: string): Cgroup | undefined {
  const id = kernel.cgroupIds.get(path);
  return id === undefined ? undefined : kernel.cgroups.get(id);
}

/** The kernel refuses a call of a change, so the change is no advice. */
class Refused extends Error {}

/** A new process of root that makes the calls of a change. */
class Hand {
  readonly #world: Kernel;
  readonly #attach_type: AttachType;
  readonly #pid: number;
  /** The program that shall run: an id, and an fd of it. */
  #program = { id: 0, fd: -1 };

  constructor(world: Kernel, attach_type: AttachType) {
    this.#world = world;
    this.#attach_type = attach_type;
    this.#pid = this.#call({ name: 'spawn', comm: 'advice' }, BOOT_PID);
  }

  runsOn(path: string): boolean {
    const cgroup = cgroupAt(this.#world, path);
    if (cgroup === undefined) return false;
    const slots = effectiveArray(this.#world, cgroup, this.#attach_type);
    return slots.some(({ prog_id }) => prog_id === this.#program.id);
  }

  /** Takes an fd of the program; one that is gone is loaded again. */
  take({ programs }: Kernel, program: number): void {
    if (programs.has(program)) {
      const fd = this.#call({ name: 'prog_get_fd_by_id', prog_id: program });
      this.#program = { id: program, fd };
      return;
    }
    const prog_type = cgroupProgType(this.#world.switches, this.#attach_type);
    if (prog_type === undefined) throw new Refused();
    const expected_attach_type = this.#attach_type;
    const id = this.#world.counters.prog;
    const fd = this.#call({ name: 'prog_load', prog_type, expected_attach_type });
    this.#program = { id, fd };
  }

  attach(target_path: string, flags: readonly AttachFlagName[]): void {
    const place = { target_path, attach_type: this.#attach_type };
    this.#call({ name: 'prog_attach', ...place, attach_bpf_fd: this.#program.fd, flags });
  }

  link(target_path: string): void {
    const place = { target_path, attach_type: this.#attach_type };
    this.#call({ name: 'link_create', ...place, prog_fd: this.#program.fd });
  }

  updateLink(link_id: number): void {
    const link_fd = this.#call({ name: 'link_get_fd_by_id', link_id });
    this.#call({ name: 'link_update', link_fd, new_prog_fd: this.#program.fd });
  }

  takeOff(kernel: Kernel, places: readonly Place[]): void {
    for (const { path: target_path, entry } of places) {
      if ('link_id' in entry) {
        const link_fd = this.#call({ name: 'link_get_fd_by_id', link_id: entry.link_id });
        this.#call({ name: 'link_detach', link_fd });
        continue;
      }
      const prog_id = progIdOf(kernel, entry);
      const attach_bpf_fd = this.#call({ name: 'prog_get_fd_by_id', prog_id });
      const attach_type = this.#attach_type;
      this.#call({ name: 'prog_detach', target_path, attach_type, attach_bpf_fd });
    }
  }

  makeCgroup(path: string): void {
    if (cgroupAt(this.#world, path) !== undefined) return;
    this.makeCgroup(parentPath(path));
    this.#call({ name: 'mkdir', path });
  }

  #call(call: Call, pid = this.#pid): number {
    const { outcome } = perform(this.#world, pid, call);
    if (isRefusal(outcome)) throw new Refused();
    return outcome.ret;
  }
}
