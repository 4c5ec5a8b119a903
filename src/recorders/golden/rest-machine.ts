/** A machine behind a running service: each call is posted, and the state is read back from it. */
import type { RestClient } from '../../client/rest-client.ts';
import type { AttachType } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Mode } from '../../domain/flags.ts';
import type { MapType } from '../../domain/map-type.ts';
import type { BootConfig } from '../../domain/release/config.ts';
import type { Machine, ObservedList, ObservedWorld } from './machine.ts';
import { STORAGE_TYPES } from './map-steps.ts';

/** What is read of `GET …/state`. */
interface MachineState {
  readonly state: {
    readonly cgroups: readonly CgroupState[];
    readonly programs: readonly { readonly prog_id: number }[];
    readonly links: readonly {
      readonly link_id: number;
      readonly prog_id: number;
      readonly cgroup_id: number;
      readonly attach_type: AttachType;
    }[];
    readonly maps: readonly {
      readonly map_id: number;
      readonly map_type: MapType;
      readonly elements: readonly { readonly key: MapKey }[];
    }[];
  };
}

interface CgroupState {
  readonly cgroup_id: number;
  readonly path: string;
  readonly attached: readonly {
    readonly attach_type: AttachType;
    readonly mode: Mode;
    readonly revision: number;
    readonly entries: readonly { readonly prog_id: number }[];
  }[];
  readonly effective: readonly {
    readonly attach_type: AttachType;
    readonly slots: readonly { readonly prog_id: number }[];
  }[];
}

/**
 * Makes a host with a boot of its own and gives the machine that it is.
 *
 * @param boot `host` must be a name that the service does not have yet
 */
export async function restMachine(
  client: RestClient,
  boot: {
    readonly host: string;
    readonly release: string;
    readonly config: Partial<BootConfig>;
  },
): Promise<Machine> {
  const { host, release, config } = boot;
  await client.post('/v1/hosts', { name: host, release, config });
  const path = `/v1/hosts/${host}`;
  return {
    async perform(pid, call) {
      const { outcome, effects } = await client.post<Decision>(`${path}/syscalls`, { pid, call });
      return { outcome, effects };
    },
    observe: async () => worldOf(await client.get<MachineState>(`${path}/state`)),
  };
}

function worldOf({ state }: MachineState): ObservedWorld {
  const byId = new Map(state.cgroups.map((cgroup) => [cgroup.cgroup_id, cgroup]));
  return {
    cgroups: state.cgroups.map(({ cgroup_id, path }) => ({ id: cgroup_id, path })),
    programs: state.programs.map(({ prog_id }) => prog_id),
    links: state.links.map(({ link_id, ...link }) => ({ id: link_id, ...link })),
    maps: state.maps.map((map) =>
      STORAGE_TYPES.includes(map.map_type)
        ? { id: map.map_id, storages: map.elements.map(({ key }) => key) }
        : { id: map.map_id },
    ),
    list(cgroupId, type) {
      const cgroup = byId.get(cgroupId);
      if (cgroup === undefined) throw new Error(`no cgroup ${cgroupId}`);
      return listOf(cgroup, type);
    },
  };
}

/** The API leaves out a list that was never used: it is empty, with revision 1. */
function listOf(cgroup: CgroupState, type: AttachType): ObservedList {
  const attached = cgroup.attached.find(({ attach_type }) => attach_type === type);
  const effective = cgroup.effective.find(({ attach_type }) => attach_type === type);
  return {
    mode: attached?.mode ?? 'none',
    revision: attached?.revision ?? 1,
    attached: attached?.entries.map(({ prog_id }) => prog_id) ?? [],
    effective: effective?.slots.map(({ prog_id }) => prog_id) ?? [],
  };
}
