/** A question about a program that never was: it would be answered as if the program did not run. */
import { lifeOf } from '../../projections/lives.ts';
import { noSuchObject } from '../problem.ts';
import type { Service } from '../service.ts';
import type { AskedSpan } from './span.ts';

/**
 * Throws the problem of a program that was never loaded up to the end of a span. A span of several
 * boots is not asked: in each of them the id may be another program's.
 *
 * @param program.field the name of the parameter
 */
export async function requireKnownProgram(
  { database }: Pick<Service, 'database'>,
  { first, last }: AskedSpan,
  { id, field }: { readonly id: number; readonly field: string },
): Promise<void> {
  if (first.boot !== last.boot) return;
  const life = await lifeOf(database, last, { kind: 'program', id });
  if (life === undefined)
    throw noSuchObject(`program ${id} up to position ${last.position}`, field);
}
