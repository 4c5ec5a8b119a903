/**
 * What SQL reads of an event's stored text (`events/encoding/codec.ts`) without the rest of it: when
 * it happened, and whether somebody saw it happen.
 */
import { CALL_CODES, SOURCE_CODES } from '../events/encoding/names.ts';

/** How the text begins, up to the source. */
const BEGINNING = '^\\[\\d+,(-?\\d{1,15}),';

/**
 * The `at` of a row of events, microseconds since the epoch. The second field of the text is how far it is
 * from the time of recording; a damaged text, which only `verify` looks into, counts as made when it was
 * recorded.
 *
 * @param row the alias of the table
 */
export function timeOf(row: string): string {
  return `${row}.recorded_at + coalesce(substring(${row}.body from '${BEGINNING}')::int8, 0)`;
}

const INFERRED = `^\\[\\d+,-?\\d+,\\d+,\\[?${SOURCE_CODES.inferred}[],]`;
const SIGHTINGS = [CALL_CODES.found, CALL_CODES.gone, CALL_CODES.lost].join(', ');
/** A text that PostgreSQL cannot take apart. */
const UNREADABLE = '\\\\u(0000|d[89a-f])';

/**
 * Whether an event's `at` is when it happened: it was decided, or observed. What was found or inferred
 * happened before.
 *
 * @param row the alias of the table
 */
export function isTimed(row: string): string {
  return `${row}.body !~ '${INFERRED}' and case when ${row}.body ~ '${UNREADABLE}' then false
    else (${row}.body::json -> 7 ->> 0)::int4 not in (${SIGHTINGS}) end`;
}
