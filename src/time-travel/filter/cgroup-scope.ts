/**
 * A cgroup and everything below it, over all boots: which events touch it. Paths of cgroups never
 * change, so the projections know all ids that ever were below a path.
 */
import { isWithin } from '../../domain/path.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { lineText, queryLine } from '../../events/reading/lineage.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { objectOf, type Subject } from '../subjects/subject.ts';
import type { Scope } from './scope.ts';

/** Cgroups and links that one scope may hold. */
const SCOPE_IDS_MAX = 200_000;

const CGROUPS = lineText(
  ({ rowsOf }) => `select distinct boot, cgroup_id as id from ${rowsOf('cgroup_versions')}
  where host_id = $1 and (path = $2 or starts_with(path, $3)) limit $4`,
);

const LINKS = lineText(
  ({ rowsOf }) => `select distinct l.boot, l.link_id as id from ${rowsOf('link_versions')} l
  join ${rowsOf('cgroup_versions')} c on c.host_id = l.host_id and c.boot = l.boot and c.cgroup_id = l.cgroup_id
  where l.host_id = $1 and (c.path = $2 or starts_with(c.path, $3)) limit $4`,
);

interface Known {
  readonly boot: number;
  readonly id: number;
}

const keyOf = ({ boot, id }: Known): string => `${boot}/${id}`;

/** The scope of a path on a host, as known now; new cgroups are recognised as they are made. */
export async function cgroupScope(
  database: Queryable,
  hostId: number,
  path: string,
): Promise<Scope> {
  const below = path === '/' ? '/' : `${path}/`;
  const params = [hostId, path, below, SCOPE_IDS_MAX] as const;
  const cgroups = new Set((await queryLine<Known>(database, CGROUPS, params)).map(keyOf));
  const links = new Set((await queryLine<Known>(database, LINKS, params)).map(keyOf));
  return {
    touchedBy: (event) => touches(event, { path, cgroups, links }),
    isAmong: ({ boot }, subjects) => isAmong(boot, subjects, { cgroups, links }),
  };
}

/** Calls on the directory of a cgroup, or on a control file, which has a path below it. */
function isAboutFiles(
  call: LedgerEvent['call'],
): call is Extract<LedgerEvent['call'], { readonly name: `cgroup_${string}` }> {
  return call.name.startsWith('cgroup_');
}

interface Ids {
  readonly path: string;
  readonly cgroups: Set<string>;
  readonly links: Set<string>;
}

function touches(event: LedgerEvent, { path, cgroups, links }: Ids): boolean {
  const { boot, call, effects, outcome } = event;
  let touched = false;
  for (const effect of effects) {
    if (effect.type === 'CgroupMade' && isWithin(effect.path, path)) {
      cgroups.add(keyOf({ boot, id: effect.cgroup_id }));
    }
    if ('cgroup_id' in effect && cgroups.has(keyOf({ boot, id: effect.cgroup_id }))) touched = true;
    if (!('link_id' in effect)) continue;
    const link = keyOf({ boot, id: effect.link_id });
    if (touched && effect.type === 'LinkCreated') links.add(link);
    if (links.has(link)) touched = true;
  }
  if (touched) return true;
  if ('target_path' in call && call.target_path !== undefined)
    return isWithin(call.target_path, path);
  if (call.name === 'mkdir' || call.name === 'rmdir' || call.name === 'join') {
    return isWithin(call.path, path);
  }
  if (call.name === 'open_cgroup' || isAboutFiles(call)) return isWithin(call.path, path);
  const about = 'errno' in outcome ? outcome.about : undefined;
  if (typeof about?.cgroup === 'string') return isWithin(about.cgroup, path);
  const id = about?.cgroup_id;
  return typeof id === 'number' && cgroups.has(keyOf({ boot, id }));
}

function isAmong(
  boot: number,
  subjects: ReadonlySet<Subject>,
  { cgroups, links }: Omit<Ids, 'path'>,
): boolean {
  for (const one of subjects) {
    const { kind, id } = objectOf(one) ?? {};
    if (id === undefined) continue;
    if (kind === 'cgroup' && cgroups.has(keyOf({ boot, id }))) return true;
    if (kind === 'link' && links.has(keyOf({ boot, id }))) return true;
  }
  return false;
}
