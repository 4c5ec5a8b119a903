/**
 * Places among the events of all hosts, as clients send them back: `812.17.44.9f86d081`, the number of
 * arrival, the host's number, the position, and a mark of the history that they belong to. New hosts
 * and restarts change nothing about a place.
 */
import type { Database } from '../../events/storage/database.ts';
import {
  type ArrivalPlace,
  FIRST_PLACE,
  isKnownPlace,
} from '../../projections/fleet/arrived-events.ts';
import { invalid, ProblemError } from '../problem.ts';

const FORM = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]{1,12})$/;

/** The text of a place. */
export function placeText({ arrival, host_id, position, mark }: ArrivalPlace): string {
  return `${arrival}.${host_id}.${position}.${mark.toString(16)}`;
}

/**
 * The place of a text.
 *
 * @param field where the text came in
 */
function placeOf(text: string, field: string): ArrivalPlace {
  const [, arrival, host, position, mark = ''] = FORM.exec(text) ?? [];
  if (arrival !== undefined) {
    const numbers = { arrival: Number(arrival), host_id: Number(host), position: Number(position) };
    return { ...numbers, mark: Number.parseInt(mark, 16) };
  }
  const message = 'must be the `next` or `last` of a page, or the id of a message';
  throw invalid([{ field, message }]);
}

/**
 * The same, of a host that may be seen: what is answered to a place of another says nothing about it.
 *
 * @param seen ids of the hosts that the token may see; undefined: all
 */
export function seenPlaceOf(
  text: string,
  field: string,
  seen: readonly number[] | undefined,
): ArrivalPlace {
  const place = placeOf(text, field);
  // The `last` of a page before which nothing was.
  if (text === placeText(FIRST_PLACE)) return FIRST_PLACE;
  if (seen === undefined || seen.includes(place.host_id)) return place;
  throw unknownPlace(field);
}

/** The same that belongs to what the database has now, or the problem that it does not. */
export async function requirePlace(
  database: Database,
  text: string,
  { field, seen }: { readonly field: string; readonly seen: readonly number[] | undefined },
): Promise<ArrivalPlace> {
  const place = seenPlaceOf(text, field, seen);
  if (place === FIRST_PLACE || (await isKnownPlace(database, place))) return place;
  throw unknownPlace(field);
}

function unknownPlace(field: string): ProblemError {
  const detail = 'the database went back: it has no such place any more; begin again without it';
  return new ProblemError('no-such-position', { detail, field });
}
