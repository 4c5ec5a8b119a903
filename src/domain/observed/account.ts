/**
 * The account of one observation: what the log is to say, inferred events first, and the state
 * after what it says so far. The state that it began with is not changed.
 */
import type { Effect } from '../effect.ts';
import { applyAll } from '../evolve.ts';
import { type Kernel, layerOn } from '../kernel.ts';
import { sightingsBefore } from './before.ts';
import { foundEffects, type Sighted } from './found.ts';
import { goneEffects } from './gone.ts';
import type { Witnessed } from './observation.ts';
import type { Sighting } from './sighting.ts';

/** Events that are inferred for one observation at most; what needs more is left as it is. */
const INFERRED_MAX = 1000;

/** A moment of an account. */
interface Mark {
  readonly kernel: Kernel;
  readonly count: number;
}

export class Account {
  readonly #of: Sighted;
  readonly #told: Witnessed[] = [];
  #kernel: Kernel;
  /** Whether the kernel is a layer that nothing else looks at. */
  #isOwn = false;

  constructor(kernel: Kernel, of: Sighted) {
    this.#kernel = kernel;
    this.#of = of;
  }

  /** The state after what was inferred; it is read, not changed. */
  get kernel(): Kernel {
    return this.#kernel;
  }

  get told(): readonly Witnessed[] {
    return this.#told;
  }

  /**
   * Infers a sighting of process `pid`, by default of the caller, and what must be so before it.
   *
   * @returns whether that changed anything
   */
  infer(sighting: Sighting, pid = this.#of.pid): boolean {
    if (this.#told.length >= INFERRED_MAX) return false;
    let changed = false;
    for (const first of sightingsBefore(this.#kernel, pid, sighting)) {
      changed = this.infer(first, pid) || changed;
    }
    const effects = this.#effectsOf(sighting, pid);
    if (effects.length === 0) return changed;
    this.#add({ source: 'inferred', pid, call: sighting, outcome: { ret: 0 }, effects });
    return true;
  }

  /** The account as it is now, to come back to. */
  mark(): Mark {
    this.#isOwn = false;
    return { kernel: this.#kernel, count: this.#told.length };
  }

  /** Forgets what was inferred since. */
  backTo({ kernel, count }: Mark): void {
    this.#kernel = kernel;
    this.#isOwn = false;
    this.#told.length = count;
  }

  /** Ends with a sighting that was observed. */
  see(sighting: Sighting): void {
    const { pid } = this.#of;
    for (const first of sightingsBefore(this.#kernel, pid, sighting)) this.infer(first);
    const effects = this.#effectsOf(sighting, pid);
    this.end({ pid, call: sighting, outcome: { ret: 0 }, effects });
  }

  /** Ends with what was observed. */
  end(witnessed: Omit<Witnessed, 'source'>): void {
    this.#told.push({ source: 'observed', ...witnessed });
  }

  #effectsOf(sighting: Sighting, pid: number): readonly Effect[] {
    switch (sighting.name) {
      case 'found':
        return foundEffects(this.#kernel, pid === this.#of.pid ? this.#of : { pid }, sighting);
      case 'gone':
        return goneEffects(this.#kernel, pid, sighting);
      case 'lost':
        return [];
      default:
        return sighting satisfies never;
    }
  }

  #add(witnessed: Witnessed): void {
    if (!this.#isOwn) this.#kernel = layerOn(this.#kernel);
    this.#isOwn = true;
    applyAll(this.#kernel, witnessed.effects, witnessed.pid);
    this.#told.push(witnessed);
  }
}
