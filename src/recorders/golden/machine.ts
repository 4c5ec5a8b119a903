/** Where a scenario is played: the model in this process, or a service through its API. */
import type { AttachType } from '../../domain/attach-type.ts';
import { boot } from '../../domain/boot.ts';
import type { Call, MapKey } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { effectiveArray } from '../../domain/effective.ts';
import type { Mode } from '../../domain/flags.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { listOf, progIdOf } from '../../domain/list.ts';
import { namesSeen, type SeenName } from '../../domain/mounts.ts';
import { HOSTS_NAMESPACE } from '../../domain/namespace-row.ts';
import { perform } from '../../domain/perform.ts';
import type { BootConfig } from '../../domain/release/config.ts';
import { isStorageMap } from '../../domain/storage.ts';

/** A cgroup's list for an attach type, with what is effective there. */
export interface ObservedList {
  readonly mode: Mode;
  readonly revision: number;
  readonly attached: readonly number[];
  readonly effective: readonly number[];
}

/** What can be observed of a kernel, by ids. */
export interface ObservedWorld {
  readonly cgroups: readonly { readonly id: number; readonly path: string }[];
  readonly programs: readonly number[];
  readonly links: readonly {
    readonly id: number;
    readonly prog_id: number;
    readonly cgroup_id: number;
    readonly attach_type: AttachType;
  }[];
  readonly maps: readonly {
    readonly id: number;
    /** Of storage maps alone: the keys, newest first. */
    readonly storages?: readonly MapKey[];
  }[];
  list(cgroupId: number, type: AttachType): ObservedList;
  /** Absent where nobody looks at them. */
  names?(): readonly ObservedName[];
}

/** A name on what is mounted of the bpffs. */
export interface ObservedName {
  /** In another mount namespace after the pid of its first process and a colon. */
  readonly path: string;
  readonly is: 'dir' | 'pin' | 'symlink';
  /** Of a symlink where it leads. */
  readonly target?: string;
  readonly uid: number;
  readonly mode: number;
}

export interface Machine {
  /** False where effects say only what the answer shows, so the state is read after every call. */
  readonly tellsAllEffects?: false;
  perform(pid: number, call: Call): Promise<Decision>;
  observe(types: readonly AttachType[]): Promise<ObservedWorld>;
  /**
   * Of a machine that does some things a moment after a call: waits for them, and answers whether
   * there were any. Before it, `observe` may still show what is about to go.
   */
  settle?(): Promise<boolean>;
}

/** The model, in this process. */
export function modelMachine(release: string, config: Partial<BootConfig>): Machine {
  return machineOn(boot(release, config));
}

/** A model that others may look into. */
export function machineOn(kernel: Kernel): Machine {
  return {
    async perform(pid, call) {
      return perform(kernel, pid, call);
    },
    async observe() {
      return {
        cgroups: [...kernel.cgroups.values()],
        programs: [...kernel.programs.keys()],
        links: [...kernel.links.values()],
        maps: [...kernel.maps.values()].map((map) =>
          isStorageMap(map)
            ? { id: map.id, storages: map.elements.map((element) => element.key) }
            : { id: map.id },
        ),
        list(cgroupId, type) {
          const cgroup = kernel.cgroups.get(cgroupId);
          if (cgroup === undefined) throw new Error(`no cgroup ${cgroupId}`);
          const { mode, revision, entries } = listOf(cgroup, type);
          const effective = effectiveArray(kernel, cgroup, type);
          return {
            mode,
            revision,
            attached: entries.map((entry) => progIdOf(kernel, entry)),
            effective: effective.map((slot) => slot.prog_id),
          };
        },
        names: () => [
          ...namesSeen(kernel).map((name) => observedName(name)),
          ...namesElsewhere(kernel),
        ],
      };
    },
  };
}

function observedName({ path, node }: SeenName, before = ''): ObservedName {
  const { kind, target, uid, mode } = node;
  const seen = { path: before + path, uid, mode };
  if (kind === 'symlink') return { ...seen, is: kind, target };
  return { ...seen, is: kind === 'dir' ? 'dir' : 'pin' };
}

/** The names that processes in other mount namespaces see, each namespace once. */
function namesElsewhere(kernel: Kernel): ObservedName[] {
  if (kernel.namespaces.size === 0) return [];
  const seen = new Set<number>([HOSTS_NAMESPACE]);
  const names: ObservedName[] = [];
  for (const { pid, namespaces } of [...kernel.processes.values()].sort((a, b) => a.pid - b.pid)) {
    const { mount } = namespaces;
    if (seen.has(mount)) continue;
    seen.add(mount);
    names.push(...namesSeen(kernel, mount).map((name) => observedName(name, `${pid}:`)));
  }
  return names;
}
