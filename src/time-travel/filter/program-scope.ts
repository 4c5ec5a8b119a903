/**
 * A program over all boots: which events touch it. Events about a link carry the link's id alone, so
 * the scope knows at which positions which link ran the program, and when the program lived.
 */
import type { Effect } from '../../domain/effect.ts';
import { firstWhere } from '../../domain/halving.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { lineText, queryLine } from '../../events/reading/lineage.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { QuestionLimit } from '../question-limit.ts';
import { objectOf, type Subject } from '../subjects/subject.ts';
import { namesObject } from './names.ts';
import type { Scope } from './scope.ts';

/** Versions of links that one scope may hold. */
const SCOPE_VERSIONS_MAX = 200_000;

// All versions of every link that ever ran the program: also those in which it runs another.
const LINKS = lineText(
  ({ rowsOf }) => `
  select v.boot, v.link_id as id, v.position_from, v.prog_id = $2 and not v.gone as holds
  from ${rowsOf('link_versions')} v
  where v.host_id = $1 and (v.boot, v.link_id) in (
    select boot, link_id from ${rowsOf('link_versions')} where host_id = $1 and prog_id = $2)
  order by v.position_from limit $3`,
);

const LIVES = lineText(
  ({ rowsOf }) => `
  select boot, prog_id as id, position_from, not gone as holds from ${rowsOf('program_versions')}
  where host_id = $1 and prog_id = $2 order by position_from limit $3`,
);

interface Version {
  readonly boot: number;
  readonly id: number;
  readonly position_from: number;
  /** From here on the link runs the program, or the program lives. */
  readonly holds: boolean;
}

/** What holds from which position on, by boot and id; positions ascend. */
type Versions = Map<string, { readonly position: number; readonly holds: boolean }[]>;

/**
 * The scope of a program id on a host, as known now; later changes are learned from the events.
 *
 * @throws QuestionLimit when too many versions of links are about the program
 */
export async function programScope(
  database: Queryable,
  hostId: number,
  program: number,
): Promise<Scope> {
  const params = [hostId, program, SCOPE_VERSIONS_MAX + 1] as const;
  const links = await queryLine<Version>(database, LINKS, params);
  const lives = await queryLine<Version>(database, LIVES, params);
  if (links.length > SCOPE_VERSIONS_MAX) {
    const message = `the links of program ${program} changed more than ${SCOPE_VERSIONS_MAX} times`;
    throw new QuestionLimit('program', SCOPE_VERSIONS_MAX, message);
  }
  const known = { program, links: versionsOf(links), lives: versionsOf(lives) };
  return {
    touchedBy: (event) => touches(event, known),
    isAmong: (event, subjects) => isAmong(event, subjects, known),
  };
}

interface KnownProgram {
  readonly program: number;
  readonly links: Versions;
  readonly lives: Versions;
}

function versionsOf(rows: readonly Version[]): Versions {
  const versions: Versions = new Map();
  for (const { boot, id, position_from, holds } of rows) {
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
function heldAround(versions: Versions, key: string, position: number): boolean {
  const known = versions.get(key) ?? [];
  const after = firstWhere(known, (version) => version.position > position) - 1;
  if (after < 0) return false;
  const changed = known[after]?.position === position;
  return known[after]?.holds === true || (changed && known[after - 1]?.holds === true);
}

function touches(event: LedgerEvent, scope: KnownProgram): boolean {
  let touched = namesProgram(event, scope.program);
  for (const effect of event.effects) {
    follow(event, effect, scope);
    if (touched) continue;
    if (effect.type === 'Booted') touched = livedBefore(event, scope);
    else if ('link_id' in effect) {
      touched = heldAround(scope.links, keyOf(event.boot, effect.link_id), event.position);
    } else if ('kind' in effect && effect.kind === 'link' && 'id' in effect) {
      touched = heldAround(scope.links, keyOf(event.boot, effect.id), event.position);
    }
  }
  return touched;
}

function isAmong(
  { boot, position }: LedgerEvent,
  subjects: ReadonlySet<Subject>,
  { program, links }: KnownProgram,
): boolean {
  for (const one of subjects) {
    const { kind, id } = objectOf(one) ?? {};
    if (id === undefined) continue;
    if (kind === 'prog' && id === program) return true;
    if (kind === 'link' && heldAround(links, keyOf(boot, id), position)) return true;
  }
  return false;
}

/** Learns from an event that was recorded after the scope was made. */
function follow({ boot, position }: LedgerEvent, effect: Effect, scope: KnownProgram): void {
  const { program, links, lives } = scope;
  switch (effect.type) {
    case 'LinkCreated':
    case 'LinkUpdated': {
      const key = keyOf(boot, effect.link_id);
      const holds = effect.prog_id === program;
      if (holds || links.has(key)) learn(links, key, { position, holds });
      return;
    }
    case 'LinkFreed': {
      const key = keyOf(boot, effect.link_id);
      if (links.has(key)) learn(links, key, { position, holds: false });
      return;
    }
    case 'ProgLoaded':
    case 'ProgFreed':
      if (effect.prog_id !== program) return;
      learn(lives, keyOf(boot, program), { position, holds: effect.type === 'ProgLoaded' });
      return;
    default:
      return;
  }
}

/** A reboot ends every program without an effect for each. */
function livedBefore({ boot, position }: LedgerEvent, { program, lives }: KnownProgram): boolean {
  const known = lives.get(keyOf(boot - 1, program)) ?? [];
  return known.findLast((version) => version.position < position)?.holds === true;
}

/** Whether the event names the program itself, also in an effective array. */
function namesProgram(event: LedgerEvent, program: number): boolean {
  const { effects, outcome } = event;
  if (namesObject(event, 'prog', program)) return true;
  for (const effect of effects) {
    if (effect.type === 'EffectiveSlotWritten' && effect.prog_ids.includes(program)) return true;
  }
  return 'query' in outcome && (outcome.query?.prog_ids.includes(program) ?? false);
}
