/**
 * Programs, by id over all boots, or by tag and name: which events touch one of them. Events about a
 * link carry the link's id alone, so the scope knows at which positions which link ran one of the
 * programs, and when they lived.
 */
import type { Effect, EffectOf } from '../../domain/effect.ts';
import { firstWhere } from '../../domain/halving.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { lineText, queryLine } from '../../events/reading/host-line.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { QuestionLimit } from '../question-limit.ts';
import { objectOf, type Subject } from '../subjects/subject.ts';
import { objectsNamed } from './names.ts';
import type { Scope } from './scope.ts';

/** Versions of links that one scope may hold. */
const SCOPE_VERSIONS_MAX = 200_000;
/** Programs that a tag or a name may mean. */
const PROGRAMS_MAX = 200_000;

// All versions of every link that ever ran one of the programs: also those in which it runs another.
const LINKS = lineText(
  ({ rowsOf }) => `
  select v.boot, v.link_id as id, v.position_from, v.gone, v.prog_id
  from ${rowsOf('link_versions')} v
  where v.host_id = $1 and (v.boot, v.link_id) in (
    select boot, link_id from ${rowsOf('link_versions')}
    where host_id = $1 and prog_id = any($2::int8[]))
  order by v.position_from limit $3`,
);

const LIVES = lineText(
  ({ rowsOf }) => `
  select boot, prog_id as id, position_from, gone, prog_id from ${rowsOf('program_versions')}
  where host_id = $1 and prog_id = any($2::int8[]) order by position_from limit $3`,
);

const NAMED = lineText(
  ({ rowsOf }) => `
  select distinct boot, prog_id as id from ${rowsOf('program_versions')}
  where host_id = $1 and not gone and ($2::text[] is null or tag = any($2::text[]))
    and ($3::text[] is null or prog_name = any($3::text[])) limit $4`,
);

interface ProgramVersion {
  readonly boot: number;
  readonly id: number;
  readonly position_from: number;
  readonly gone: boolean;
  /** The program that a link runs from here on, or that lives. */
  readonly prog_id: number | null;
}

/** What holds from which position on, by boot and id; positions ascend. */
type Versions = Map<string, { readonly position: number; readonly holds: boolean }[]>;

/** Which programs a scope is of. */
interface Members {
  /** Whether a program is one of them. */
  has(boot: number, program: number): boolean;
  /** Hears of each program that is loaded. */
  hearLoaded(boot: number, effect: EffectOf<'ProgLoaded'>): void;
}

/**
 * The scope of program ids on a host, over all boots, as known now; later changes are learned from the
 * events.
 *
 * @throws QuestionLimit when too many versions of links are about the programs
 */
export function programScope(
  database: Queryable,
  hostId: number,
  programs: readonly number[],
): Promise<Scope> {
  const members = {
    has: (_: number, id: number) => programs.includes(id),
    hearLoaded: () => undefined,
  };
  return scopeOf(database, hostId, { members, ids: programs, field: 'program' });
}

/** Programs with one of some tags, and one of some names. */
export interface NamedPrograms {
  readonly tags?: readonly string[] | undefined;
  readonly names?: readonly string[] | undefined;
}

/**
 * The scope of programs by tag and name, also of those that are loaded later.
 *
 * @throws QuestionLimit when there are too many of them, or of versions of links about them
 */
export async function namedScope(
  database: Queryable,
  hostId: number,
  wanted: NamedPrograms,
): Promise<Scope> {
  const { tags, names } = wanted;
  const field = tags === undefined ? 'prog_name' : 'tag';
  const list = (texts: readonly string[] | undefined) => (texts ? sqlArray(texts) : null);
  const params = [hostId, list(tags), list(names), PROGRAMS_MAX + 1] as const;
  const found = await queryLine<{ boot: number; id: number }>(database, NAMED, params);
  if (found.length > PROGRAMS_MAX) {
    throw new QuestionLimit(field, PROGRAMS_MAX, `more than ${PROGRAMS_MAX} programs are meant`);
  }
  const members = namedMembers(wanted, new Set(found.map(({ boot, id }) => keyOf(boot, id))));
  const ids = [...new Set(found.map(({ id }) => id))];
  return scopeOf(database, hostId, { members, ids, field });
}

/** The same on a host that has loaded no such program so far. */
export function newNamedScope(wanted: NamedPrograms): Scope {
  return scopeWith({
    members: namedMembers(wanted, new Set()),
    links: new Map(),
    lives: new Map(),
  });
}

/** @param known programs that are meant, by key; those that are loaded are added */
function namedMembers({ tags, names }: NamedPrograms, known: Set<string>): Members {
  return {
    has: (boot, id) => known.has(keyOf(boot, id)),
    hearLoaded(boot, { prog_id, prog_name, tag }) {
      const isMeant = (tags?.includes(tag) ?? true) && (names?.includes(prog_name) ?? true);
      if (isMeant) known.add(keyOf(boot, prog_id));
    },
  };
}

async function scopeOf(
  database: Queryable,
  hostId: number,
  of: { readonly members: Members; readonly ids: readonly number[]; readonly field: string },
): Promise<Scope> {
  const { members, ids, field } = of;
  const params = [hostId, sqlArray(ids), SCOPE_VERSIONS_MAX + 1] as const;
  const links = await queryLine<ProgramVersion>(database, LINKS, params);
  const lives = await queryLine<ProgramVersion>(database, LIVES, params);
  if (links.length > SCOPE_VERSIONS_MAX) {
    const message = `the links of these programs changed more than ${SCOPE_VERSIONS_MAX} times`;
    throw new QuestionLimit(field, SCOPE_VERSIONS_MAX, message);
  }
  return scopeWith({
    members,
    links: versionsOf(links, members),
    lives: versionsOf(lives, members),
  });
}

function scopeWith(known: KnownPrograms): Scope {
  return {
    isTouchedBy: (event) => touches(event, known),
    isAmong: (event, subjects) => isAmong(event, subjects, known),
  };
}

interface KnownPrograms {
  readonly members: Members;
  readonly links: Versions;
  readonly lives: Versions;
}

function versionsOf(rows: readonly ProgramVersion[], members: Members): Versions {
  const versions: Versions = new Map();
  for (const { boot, id, position_from, gone, prog_id } of rows) {
    const holds = !gone && prog_id !== null && members.has(boot, prog_id);
    learn(versions, keyOf(boot, id), { position: position_from, holds });
  }
  return versions;
}

const keyOf = (boot: number, id: number): string => `${boot}/${id}`;

function learn(
  versions: Versions,
  key: string,
  version: { readonly position: number; readonly holds: boolean },
): void {
  const known = versions.get(key);
  if (known === undefined) versions.set(key, [version]);
  else if ((known.at(-1)?.position ?? 0) < version.position) known.push(version);
}

/** Whether it held right before or right after the event at a position. */
function didHold(versions: Versions, key: string, position: number): boolean {
  const known = versions.get(key) ?? [];
  const after = firstWhere(known, (version) => version.position > position) - 1;
  if (after < 0) return false;
  const changed = known[after]?.position === position;
  return known[after]?.holds === true || (changed && known[after - 1]?.holds === true);
}

function touches(event: LedgerEvent, scope: KnownPrograms): boolean {
  // A program that the event loads is known before it is asked for.
  for (const effect of event.effects) {
    if (effect.type === 'ProgLoaded') scope.members.hearLoaded(event.boot, effect);
  }
  let touched = namesProgram(event, scope);
  for (const effect of event.effects) {
    follow(event, effect, scope);
    if (touched) continue;
    if (effect.type === 'Booted') touched = didLive(event, scope);
    else if ('link_id' in effect) {
      touched = didHold(scope.links, keyOf(event.boot, effect.link_id), event.position);
    } else if ('kind' in effect && effect.kind === 'link' && 'id' in effect) {
      touched = didHold(scope.links, keyOf(event.boot, effect.id), event.position);
    }
  }
  return touched;
}

function isAmong(
  { boot, position }: LedgerEvent,
  subjects: ReadonlySet<Subject>,
  { members, links }: KnownPrograms,
): boolean {
  for (const one of subjects) {
    const { kind, id } = objectOf(one) ?? {};
    if (id === undefined) continue;
    if (kind === 'prog' && members.has(boot, id)) return true;
    if (kind === 'link' && didHold(links, keyOf(boot, id), position)) return true;
  }
  return false;
}

/** Learns from an event that was recorded after the scope was made. */
function follow({ boot, position }: LedgerEvent, effect: Effect, scope: KnownPrograms): void {
  const { members, links, lives } = scope;
  switch (effect.type) {
    case 'LinkCreated':
    case 'LinkUpdated': {
      const key = keyOf(boot, effect.link_id);
      const holds = members.has(boot, effect.prog_id);
      if (holds || links.has(key)) learn(links, key, { position, holds });
      return;
    }
    case 'LinkFreed': {
      const key = keyOf(boot, effect.link_id);
      if (links.has(key)) learn(links, key, { position, holds: false });
      return;
    }
    case 'ProgLoaded':
    case 'ProgFreed': {
      const { prog_id, type } = effect;
      if (!members.has(boot, prog_id)) return;
      learn(lives, keyOf(boot, prog_id), { position, holds: type === 'ProgLoaded' });
      return;
    }
    default:
      return;
  }
}

/** A reboot ends every program without an effect for each. */
function didLive({ boot, position }: LedgerEvent, { lives }: KnownPrograms): boolean {
  for (const [key, known] of lives) {
    if (!key.startsWith(`${boot - 1}/`)) continue;
    if (known.findLast((version) => version.position < position)?.holds === true) return true;
  }
  return false;
}

/** Whether the event names one of the programs itself, also in an effective array. */
function namesProgram(event: LedgerEvent, { members }: KnownPrograms): boolean {
  const { boot, effects, outcome } = event;
  const isOne = (id: number) => members.has(boot, id);
  if (objectsNamed(event, 'prog').some(isOne)) return true;
  for (const effect of effects) {
    if (effect.type === 'EffectiveSlotWritten' && effect.prog_ids.some(isOne)) return true;
  }
  return 'query' in outcome && (outcome.query?.prog_ids.some(isOne) ?? false);
}
