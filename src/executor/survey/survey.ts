/**
 * A survey of a running kernel: what a log must begin with so that it knows what was there before
 * its first call. It is a list of sightings, each naming only what stands before it.
 */
import type { AttachTypeName } from '../../domain/attach-type.ts';
import { countText } from '../../domain/count-text.ts';
import { listSightings } from '../../domain/observed/list-sightings.ts';
import type { Found, SightingLine } from '../../domain/observed/sighting.ts';
import type { IdentifiedInfo } from '../../domain/outcome.ts';
import type { SystemCalls } from '../../native/syscall.ts';
import { KernelUnavailable } from '../../native/unavailable.ts';
import { readCgroupTree } from './cgroup-tree.ts';
import { readHolders, type SurveyedProcess } from './holders.ts';
import { type EffectiveArray, readEffective, readLists } from './lists.ts';
import { readMounts } from './mounts.ts';
import { readObjects } from './objects.ts';
import { readPins } from './pins.ts';

/** Pids that are named of processes whose fds cannot be read: a cause is short. */
const UNREAD_NAMED_MAX = 5;

/** What there is, and what runs on each cgroup for the types that anything is attached for. */
export interface Survey {
  readonly lines: readonly SightingLine[];
  readonly effective: readonly (EffectiveArray & { readonly cgroup: string })[];
}

/**
 * Surveys the kernel that runs here. It takes no lock: what changes while it reads may be told as
 * it was before or after.
 *
 * @throws KernelUnavailable when no cgroup2 is mounted, or this process may not read objects
 */
export function survey(kernel: SystemCalls): Survey {
  const mounts = readMounts();
  if (mounts.cgroup2 === undefined) throw new KernelUnavailable('no cgroup2 is mounted');
  const cgroups = readCgroupTree(mounts.cgroup2);
  const links = readObjects(kernel, 'link');
  const { processes, unread } = readHolders(cgroups);
  const listed = cgroups.map((cgroup) => ({ ...cgroup, lists: readLists(kernel, cgroup) }));
  // Where no list has an entry, nothing runs.
  const types = [
    ...new Set(listed.flatMap(({ lists }) => lists.map(({ attach_type }) => attach_type))),
  ] as AttachTypeName[];
  const effective = listed.flatMap((cgroup) =>
    readEffective(kernel, cgroup, types).map((array) => ({ cgroup: cgroup.path, ...array })),
  );
  const lines = [
    ...cgroups.map(({ path, id }) => foundLine({ cgroup: { path, id } })),
    ...readObjects(kernel, 'map').map(mapSighting),
    ...readObjects(kernel, 'prog').map(progSighting),
    ...listSightings(listed, links),
    ...readPins(kernel, mounts.bpffs).map((pin) => foundLine({ pin })),
    ...processes.flatMap(processSightings),
    ...(unread.length === 0 ? [] : [unreadable(unread)]),
  ];
  return { lines, effective };
}

function foundLine(what: Omit<Found, 'name'>): SightingLine {
  return { call: { name: 'found', ...what } as Found };
}

function mapSighting(info: Extract<IdentifiedInfo, { kind: 'map' }>): SightingLine {
  const { id, map_type, key_size, value_size, max_entries, map_name } = info;
  const named = map_name === '' ? {} : { map_name };
  return foundLine({ map: { id, map_type, key_size, value_size, max_entries, ...named } });
}

/** `expected_attach_type` is in no info: where the program is attached tells it. */
function progSighting(info: Extract<IdentifiedInfo, { kind: 'prog' }>): SightingLine {
  const { id, prog_type, prog_name, tag, created_by_uid: uid, map_ids } = info;
  const named = prog_name === '' ? {} : { prog_name };
  return foundLine({ prog: { id, prog_type, ...named, tag, uid, map_ids } });
}

/** A hole in the record: what these processes hold is not known. */
export function unreadable(pids: readonly number[]): SightingLine {
  const named = pids.slice(0, UNREAD_NAMED_MAX).join(', ');
  const who =
    pids.length === 1
      ? `process ${named}`
      : `${countText(pids.length, 'process', 'processes')}: ${named}`;
  const more = pids.length > UNREAD_NAMED_MAX ? ', …' : '';
  return { call: { name: 'lost', cause: `may not read the fds of ${who}${more}` } };
}

function processSightings({ pid, comm, uid, cgroup, fds }: SurveyedProcess): SightingLine[] {
  const where = cgroup === undefined ? {} : { cgroup };
  const process = { ...foundLine({ process: { uid, ...where } }), pid, comm };
  return [process, ...fds.map((fd) => ({ ...foundLine({ fd }), pid, comm }))];
}
