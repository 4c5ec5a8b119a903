/** Effects that are worked out one after the other, each on the state that those before it leave. */
import type { Effect, ObjectKind } from '../effect.ts';
import { editObject } from '../evolve/references.ts';
import { evolve } from '../evolve.ts';
import { type Kernel, layerOn } from '../kernel.ts';
import { heldKind } from '../maps/holding.ts';

/** What freed an object did to those that it held. */
type HolderFreed = 'link_freed' | 'prog_freed' | 'map_freed';

export class Work {
  /** The state after the effects so far; only `apply` changes it. */
  readonly kernel: Kernel;
  readonly effects: Effect[] = [];
  readonly #pid: number;

  constructor(kernel: Kernel, pid: number) {
    this.kernel = layerOn(kernel);
    this.#pid = pid;
  }

  apply(...effects: readonly Effect[]): void {
    for (const effect of effects) {
      evolve(this.kernel, effect, this.#pid);
      this.effects.push(effect);
    }
  }

  /** An object that nothing refers to ends, and what only it held ends with it. */
  free(kind: ObjectKind, id: number, reason: 'unseen' | HolderFreed): void {
    const { links, programs, maps } = this.kernel;
    switch (kind) {
      case 'link': {
        const { prog_id } = links.edit(id);
        this.apply({ type: 'LinkFreed', link_id: id, reason });
        return this.#freeUnheld('prog', prog_id, 'link_freed');
      }
      case 'prog': {
        const { map_ids } = programs.edit(id);
        this.apply({ type: 'ProgFreed', prog_id: id, reason });
        // A log of an older release may say one map several times.
        for (const map of new Set(map_ids)) this.#freeUnheld('map', map, 'prog_freed');
        return;
      }
      case 'map': {
        const { map_type, elements } = maps.edit(id);
        this.apply({ type: 'MapFreed', map_id: id, reason });
        const held = heldKind(map_type);
        if (held === undefined) return;
        for (const of of new Set(elements.map(({ value }) => value))) {
          this.#freeUnheld(held, of, 'map_freed');
        }
        return;
      }
      default:
        return kind satisfies never;
    }
  }

  #freeUnheld(kind: 'prog' | 'map', id: number, reason: HolderFreed): void {
    if (editObject(this.kernel, kind, id).refs === 0) this.free(kind, id, reason);
  }
}
