/** How a live kernel differs from the log: lists, effective arrays, objects, pins. */
import { type AttachTypeName, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import { effectiveArray } from '../../domain/effective.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { listOf, progIdOf } from '../../domain/list.ts';
import type { Difference } from '../ledger/ledger.ts';
import { lookAt } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { isAlive, linkOf, listOf as liveListOf } from '../live/observe.ts';
import { type Place, queryEnvironment } from './place.ts';

/** Differences that one comparison gives at most. */
const DIFFERENCES_MAX = 200;

/** Finds all differences between the kernel and the model, in the log's ids. */
export function findDifferences(model: Kernel, live: LiveKernel, place: Place): Difference[] {
  const found: Difference[] = [];
  const types = (Object.keys(CGROUP_HOOKS) as AttachTypeName[]).filter(
    (type) => cgroupProgType(model.switches, type) !== undefined,
  );
  const around = new Map(types.map((type) => [type, queryEnvironment(live.kernel, place, type)]));
  for (const cgroup of model.cgroups.values()) {
    if (found.length >= DIFFERENCES_MAX) break;
    const { path } = cgroup;
    const differences = live.cgroups.whileOurs(path, () =>
      types.flatMap((type) => compareList(model, live, cgroup, type, around.get(type) ?? [])),
    );
    const missing = { what: 'cgroup', where: path, log: 'there', kernel: 'missing' } as const;
    found.push(...(differences ?? [missing]));
  }
  found.push(...compareObjects(model, live), ...comparePins(model, live));
  return found.slice(0, DIFFERENCES_MAX);
}

function compareList(
  model: Kernel,
  live: LiveKernel,
  cgroup: Cgroup,
  type: AttachTypeName,
  around: readonly number[],
): Difference[] {
  const found: Difference[] = [];
  const list = listOf(cgroup, type);
  const real = liveListOf(live, live.cgroups.at(cgroup.path)?.fd ?? -1, type);
  const where = `${cgroup.path} ${type}`;
  const attached = `${list.mode} ${list.entries.map((entry) => progIdOf(model, entry)).join(' ')}`;
  const reallyAttached = `${real.mode} ${real.attached.map(nameOf).join(' ')}`;
  if (attached !== reallyAttached) {
    found.push({ what: 'attached', where, log: attached, kernel: reallyAttached });
  }
  const effective = effectiveArray(model, cgroup, type).map((slot) => slot.prog_id);
  // Programs on the directory above the top also run here, and are not the log's.
  const ours = real.effective.filter((id) => id > 0 || !around.includes(-id));
  if (effective.join(' ') !== ours.join(' ')) {
    const kernel = ours.map(nameOf).join(' ');
    found.push({ what: 'effective', where, log: effective.join(' '), kernel });
  }
  return found;
}

/** A foreign program by the kernel's id. */
function nameOf(id: number): string {
  return id < 0 ? `foreign:${-id}` : String(id);
}

function compareObjects(model: Kernel, live: LiveKernel): Difference[] {
  const found: Difference[] = [];
  const missing = (what: 'program' | 'link' | 'map', id: number) =>
    found.push({ what, where: String(id), log: 'alive', kernel: 'missing' });
  for (const { id } of model.programs.values()) {
    if (!isThere(live, 'prog', id)) missing('program', id);
  }
  for (const { id } of model.maps.values()) if (!isThere(live, 'map', id)) missing('map', id);
  for (const link of model.links.values()) {
    const real = isThere(live, 'link', link.id) ? linkOf(live, link.id) : undefined;
    if (real === undefined) {
      missing('link', link.id);
      continue;
    }
    const log = `program ${link.prog_id} on cgroup ${link.cgroup_id}`;
    const kernel = `program ${nameOf(real.prog_id)} on cgroup ${real.cgroup_id}`;
    if (log !== kernel) found.push({ what: 'link', where: String(link.id), log, kernel });
  }
  return found;
}

function isThere(live: LiveKernel, kind: 'prog' | 'link' | 'map', id: number): boolean {
  const real = live.ids.realOf(kind, id);
  return real !== undefined && isAlive(live, kind, real);
}

function comparePins(model: Kernel, live: LiveKernel): Difference[] {
  return [...model.bpffs.entries()].flatMap(([path, { kind }]) =>
    lookAt(live.kernel, live.bpffs, path, () => true)
      ? []
      : [{ what: 'pin', where: path, log: kind, kernel: 'missing' } as const],
  );
}
