/** The program that a word of a command line means: an id, a name, a tag, or a pattern of these. */

import { type Candidate, oneMeant } from './candidates.ts';
import { type DatedEffect, listEffects, type WhereNamed } from './list-effects.ts';

/** The id of the program; an id is not looked up: the service knows it or says so. */
export async function programMeant(typed: string, where: WhereNamed): Promise<string> {
  if (/^\d+$/u.test(typed)) return typed;
  const candidates = (await listEffects('ProgLoaded', where)).map(candidateOf);
  return oneMeant(typed, candidates, programTarget(where)).id;
}

function candidateOf({ position, effect: { prog_id, prog_name, tag } }: DatedEffect): Candidate {
  const names = [prog_name, tag].filter((one) => typeof one === 'string' && one !== '');
  return { id: String(prog_id), names: names as string[], about: `loaded at ${position}` };
}

const TAG = /^[0-9a-f]{16}$/u;

/** A filter of events about programs: an id as it is, else all of a tag or of a name. */
export function programFilter(typed: string): Readonly<Record<string, string>> {
  if (/^\d+$/u.test(typed)) return { program: typed };
  return TAG.test(typed) ? { tag: typed } : { prog_name: typed };
}

/**
 * The same for what was recorded: of a pattern the one program that fits.
 *
 * @throws InputError when there is no such program
 */
export async function recordedFilter(
  typed: string,
  where: WhereNamed,
): Promise<Readonly<Record<string, string>>> {
  const filter = programFilter(typed);
  if (filter.program !== undefined) return filter;
  const made = (await listEffects('ProgLoaded', where)).map(candidateOf);
  const isThere = made.some(({ names }) => names.includes(typed));
  return isThere ? filter : { program: oneMeant(typed, made, programTarget(where)).id };
}

function programTarget({ host }: WhereNamed) {
  const next = `bpfledger events list ${host} --effect ProgLoaded shows all`;
  return { kind: 'program', where: `on ${host}`, next };
}
