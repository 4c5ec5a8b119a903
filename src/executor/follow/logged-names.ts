/** Names what a call makes as the log does: by the effects of the event that is being applied. */
import type { Effect } from '../../domain/effect.ts';
import type { LiveKernel } from '../live/live-kernel.ts';

/** What the log has no name for, since it says that the call was refused. */
const UNLOGGED = 2 ** 40;

export class LoggedNames {
  #effects: readonly Effect[] = [];
  #unlogged = UNLOGGED;

  /** Takes the names from the effects of the event that comes next. */
  takeFrom(effects: readonly Effect[]): void {
    this.#effects = effects;
  }

  readonly nameNew: LiveKernel['nameNew'] = (kind) => {
    for (const effect of this.#effects) {
      if (kind === 'prog' && effect.type === 'ProgLoaded') return effect.prog_id;
      if (kind === 'link' && effect.type === 'LinkCreated') return effect.link_id;
      if (kind === 'map' && effect.type === 'MapCreated') return effect.map_id;
      if (kind === 'cgroup' && effect.type === 'CgroupMade') return effect.cgroup_id;
      const born = effect.type === 'ProcessSpawned' || effect.type === 'ProcessForked';
      if (kind === 'process' && born) return effect.pid;
    }
    return this.#unlogged++;
  };
}
