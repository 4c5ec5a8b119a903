/**
 * The first pass over a recording: a state of the host follows it, so as to find out what the text
 * does not say where it stands: the kernel's ids, and the fds that old straces do not print. While
 * several stories explain what is printed, each has a world of its own; what a later line
 * contradicts is dropped.
 */
import type { ObjectKind } from '../../domain/effect.ts';
import { applyAll } from '../../domain/evolve.ts';
import { flushLayer, type Kernel, layerOn } from '../../domain/kernel.ts';
import type { Observation } from '../../domain/observed/observation.ts';
import { observe } from '../../domain/observed/observe.ts';
import type { CallDeed } from './deed.ts';
import { candidates, fillIn, type HiddenFd } from './hidden-fd.ts';
import { Identities } from './identities.ts';
import { observationOf } from './observation-of.ts';
import { isFollowed } from './open-on.ts';
import type { Mounts } from './paths.ts';
import { fitOf, sightingsOf } from './unseen-entries.ts';

/** Concurrent worlds; when there are more, the later ones are dropped. */
const WORLDS_MAX = 8;
/** Deeds after which a story that nothing contradicted is believed. */
const PATIENCE = 20_000;
/** Choices on top of each other; reading through more takes long. */
const LAYERS_MAX = 32;

interface TracedWorld {
  /** Layers from the bottom; the last is its own alone. */
  readonly layers: readonly Kernel[];
  readonly ids: Identities;
  /** The fd that each call with a hidden one named, by its line. */
  readonly choices: ReadonlyMap<number, HiddenFd>;
}

function top({ layers }: TracedWorld): Kernel {
  return layers.at(-1) as Kernel;
}

export class Worlds {
  #worlds: TracedWorld[];
  #settledIds = new Identities();
  readonly #settled = new Map<number, HiddenFd>();
  readonly #mounts: Mounts;
  #undecided = 0;
  /** Lines of calls whose hidden fd nothing told apart. */
  readonly ambiguous: number[] = [];

  /** @param kernel the state of the host when the recording begins; it is changed */
  constructor(kernel: Kernel, mounts: Mounts) {
    this.#worlds = [{ layers: [kernel], ids: new Identities(), choices: new Map() }];
    this.#mounts = mounts;
  }

  /** Whether an fd of a process is followed, in any of the stories. */
  isTracked(pid: number, fd: number): boolean {
    return this.#worlds.some((world) => isFollowed(top(world), pid, fd));
  }

  /** The state in the likeliest story; it is read, not changed. */
  get kernel(): Kernel {
    return top(this.#worlds[0] as TracedWorld);
  }

  /** The fd that the hidden field of a line's call named; undefined when none did. */
  choice(line: number): HiddenFd {
    return this.#settled.get(line);
  }

  /** The kernel's id of an object, or the number that it was given here. */
  kernelId(kind: ObjectKind, own: number): number {
    return this.#settledIds.kernelId(kind, own);
  }

  /** Follows a call. @param own the number of an object that it may make */
  follow(deed: CallDeed, own: number): void {
    const next: { readonly world: TracedWorld; readonly isContrary: boolean }[] = [];
    for (const world of this.#worlds) {
      const fds = deed.what.hidden === undefined ? [undefined] : candidates(top(world), deed);
      for (const fd of fds) {
        const story = fds.length === 1 ? world : forkWorld(world);
        const chosen =
          deed.what.hidden === undefined
            ? story
            : { ...story, choices: new Map(story.choices).set(deed.line, fd) };
        next.push({ world: chosen, isContrary: this.#live(chosen, fillIn(deed, fd), own) });
      }
    }
    const good = next.filter(({ isContrary }) => !isContrary);
    this.#worlds = (good.length > 0 ? good : next).slice(0, WORLDS_MAX).map(({ world }) => world);
    this.#settle();
  }

  /** Follows what is known without a call. */
  see(observation: Observation): void {
    for (const world of this.#worlds) apply(top(world), observation);
  }

  /** The recording ends: the likeliest story is believed. */
  end(): void {
    this.#believe();
  }

  /** Makes a deed happen in a world. Gives whether the kernel's answer contradicts that world. */
  #live(world: TracedWorld, deed: CallDeed, own: number): boolean {
    const kernel = top(world);
    const { ids } = world;
    const fit = fitOf(kernel, deed, (known, id) => ids.mayBe('prog', known, id));
    const isContrary = fit?.isContrary === true;
    if (fit !== undefined && !fit.isContrary) {
      for (const [known, id] of fit.same) ids.bind('prog', known, id);
      const names = { cgroupPath: (path: string | undefined) => this.#mounts.cgroupPath(path) };
      for (const done of sightingsOf(kernel, deed, fit, names)) {
        apply(kernel, { pid: deed.process.pid, done });
      }
    }
    const naming = {
      makeId: () => own,
      knownId: (kind: ObjectKind, id: number) => ids.ownId(kind, id),
    };
    const told = apply(kernel, observationOf(kernel, deed, { naming, mounts: this.#mounts }));
    // What has to be inferred speaks against a story in which nothing has.
    return (
      isContrary ||
      told.some(({ expected, source }) => expected !== undefined || source === 'inferred')
    );
  }

  #settle(): void {
    if (this.#worlds.length === 1) {
      this.#believe();
      return;
    }
    this.#undecided += 1;
    const isDeep = this.#worlds.some(({ layers }) => layers.length > LAYERS_MAX);
    if (isDeep || this.#undecided > PATIENCE) this.#believe();
  }

  /** The first world is what happened: its layers become one, and its choices stand. */
  #believe(): void {
    const [first, ...others] = this.#worlds;
    if (first === undefined) return;
    this.#undecided = 0;
    for (const [line, fd] of first.choices) {
      this.#settled.set(line, fd);
      if (others.some(({ choices }) => choices.get(line) !== fd)) this.ambiguous.push(line);
    }
    const [base, ...layers] = first.layers;
    if (base === undefined) return;
    for (let at = layers.length - 1; at >= 0; at--) {
      flushLayer(at === 0 ? base : (layers[at - 1] as Kernel), layers[at] as Kernel);
    }
    this.#settledIds = first.ids;
    this.#worlds = [{ layers: [base], ids: first.ids, choices: new Map() }];
  }
}

function forkWorld(world: TracedWorld): TracedWorld {
  return {
    layers: [...world.layers, layerOn(top(world))],
    ids: world.ids.copy(),
    choices: new Map(world.choices),
  };
}

/** Applies what an observation makes of a state. */
export function apply(kernel: Kernel, observation: Observation) {
  const told = observe(kernel, observation);
  for (const { effects, pid } of told) applyAll(kernel, effects, pid);
  return told;
}
