/** A question about a program that never was: it would be answered as if the program did not run. */
import { lifeOf } from '../../projections/lives.ts';
import { noSuchObject } from '../problem.ts';
import type { Service } from '../service.ts';
import type { AskedSpan } from './span.ts';

/** Boots of a span that are asked: in each of them an id may be another program's. */
const BOOTS_MAX = 100;

/**
 * Throws the problem of a program that was never loaded in the boots of a span up to its end. Of a span
 * of more boots than these nothing is said.
 *
 * @param program.field the name of the parameter
 */
export async function requireKnownProgram(
  { database }: Pick<Service, 'database'>,
  { first, last }: AskedSpan,
  { id, field }: { readonly id: number; readonly field: string },
): Promise<void> {
  if (last.boot - first.boot >= BOOTS_MAX) return;
  for (let boot = last.boot; boot >= first.boot; boot--) {
    const life = await lifeOf(database, { ...last, boot }, { kind: 'program', id });
    if (life !== undefined) return;
  }
  throw noSuchObject(`program ${id} up to position ${last.position}`, field);
}
