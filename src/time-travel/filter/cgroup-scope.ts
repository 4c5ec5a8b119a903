/**
 * A cgroup, or those that fit a pattern, and everything below: which events touch it, over all boots. Paths
 * of cgroups never change, so the projections know all ids that ever were below a path.
 */
import type { LedgerEvent } from '../../events/event.ts';
import { lineText, queryLine } from '../../events/reading/host-line.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { objectOf, type Subject } from '../subjects/subject.ts';
import {
  type CgroupPattern,
  expressionWithin,
  wildcardsIn,
  withinMatcher,
} from './cgroup-pattern.ts';
import type { Scope } from './scope.ts';

/** Cgroups and links that one scope may hold. */
const SCOPE_IDS_MAX = 200_000;

const AT_PATH = (row: string) => `(${row}.path = $2 or starts_with(${row}.path, $3))`;
// `$3` is there for the same parameters.
const FITS = (row: string) => `(${row}.path ~ $2 and $3 = '')`;

const cgroupsText = (fits: typeof FITS) =>
  lineText(
    ({ rowsOf }) => `select distinct c.boot, c.cgroup_id as id from ${rowsOf('cgroup_versions')} c
  where c.host_id = $1 and ${fits('c')} limit $4`,
  );

const linksText = (fits: typeof FITS) =>
  lineText(
    ({ rowsOf }) => `select distinct l.boot, l.link_id as id from ${rowsOf('link_versions')} l
  join ${rowsOf('cgroup_versions')} c on c.host_id = l.host_id and c.boot = l.boot and c.cgroup_id = l.cgroup_id
  where l.host_id = $1 and ${fits('c')} limit $4`,
  );

const TEXTS = {
  path: { cgroups: cgroupsText(AT_PATH), links: linksText(AT_PATH) },
  pattern: { cgroups: cgroupsText(FITS), links: linksText(FITS) },
};

interface CgroupOfBoot {
  readonly boot: number;
  readonly id: number;
}

const keyOf = ({ boot, id }: CgroupOfBoot): string => `${boot}/${id}`;

/**
 * The scope of a path or a pattern on a host, as known now; new cgroups are recognised as they are made.
 */
export async function cgroupScope(
  database: Queryable,
  hostId: number,
  pattern: CgroupPattern,
): Promise<Scope> {
  const isPath = wildcardsIn(pattern) === 0;
  const below = pattern === '/' ? '/' : `${pattern}/`;
  const wanted = isPath ? [pattern, below] : [expressionWithin(pattern), ''];
  const params = [hostId, ...wanted, SCOPE_IDS_MAX] as const;
  const { cgroups, links } = isPath ? TEXTS.path : TEXTS.pattern;
  return scopeOf(pattern, {
    cgroups: await queryLine<CgroupOfBoot>(database, cgroups, params),
    links: await queryLine<CgroupOfBoot>(database, links, params),
  });
}

/** The same on a host that has had no such cgroup so far. */
export function newCgroupScope(pattern: CgroupPattern): Scope {
  return scopeOf(pattern, { cgroups: [], links: [] });
}

function scopeOf(
  pattern: CgroupPattern,
  known: { readonly cgroups: readonly CgroupOfBoot[]; readonly links: readonly CgroupOfBoot[] },
): Scope {
  const cgroups = new Set(known.cgroups.map(keyOf));
  const links = new Set(known.links.map(keyOf));
  const isIn = withinMatcher(pattern);
  return {
    isTouchedBy: (event) => touches(event, { isIn, cgroups, links }),
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
  /** Whether a path is that of the cgroup, or below it. */
  readonly isIn: (path: string) => boolean;
  readonly cgroups: Set<string>;
  readonly links: Set<string>;
}

function touches(event: LedgerEvent, { isIn, cgroups, links }: Ids): boolean {
  const { boot, call, effects, outcome } = event;
  let touched = false;
  for (const effect of effects) {
    if (effect.type === 'CgroupMade' && isIn(effect.path)) {
      cgroups.add(keyOf({ boot, id: effect.cgroup_id }));
    }
    if ('cgroup_id' in effect && cgroups.has(keyOf({ boot, id: effect.cgroup_id }))) touched = true;
    if (!('link_id' in effect)) continue;
    const link = keyOf({ boot, id: effect.link_id });
    if (touched && effect.type === 'LinkCreated') links.add(link);
    if (links.has(link)) touched = true;
  }
  if (touched) return true;
  if ('target_path' in call && call.target_path !== undefined) return isIn(call.target_path);
  if (call.name === 'mkdir' || call.name === 'rmdir' || call.name === 'join') {
    return isIn(call.path);
  }
  if (call.name === 'open_cgroup' || isAboutFiles(call)) return isIn(call.path);
  const about = 'errno' in outcome ? outcome.about : undefined;
  if (typeof about?.cgroup === 'string') return isIn(about.cgroup);
  const id = about?.cgroup_id;
  return typeof id === 'number' && cgroups.has(keyOf({ boot, id }));
}

function isAmong(
  boot: number,
  subjects: ReadonlySet<Subject>,
  { cgroups, links }: Omit<Ids, 'isIn'>,
): boolean {
  for (const one of subjects) {
    const { kind, id } = objectOf(one) ?? {};
    if (id === undefined) continue;
    if (kind === 'cgroup' && cgroups.has(keyOf({ boot, id }))) return true;
    if (kind === 'link' && links.has(keyOf({ boot, id }))) return true;
  }
  return false;
}
