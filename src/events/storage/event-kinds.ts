/**
 * Conditions in SQL that tell events apart by their stored text alone (`encoding/codec.ts`). Each has
 * an index of the events that fulfil it (`tables.ts`), so that they are counted without reading the
 * others. A later version of the text needs a migration that writes the index anew.
 *
 * The first half of each is cheap and lets few others through: an append evaluates both conditions
 * for each event, and parses few texts.
 */

/** A text that PostgreSQL cannot take apart; no such text is recorded any more, but older logs may have one. */
const UNREADABLE = `body ~ '\\\\u(0000|d[89a-f])'`;

/** The outcome, the ninth part, is a list that starts with a negated errno: the call was refused. */
export const REFUSED = `strpos(body, ',[-') > 0 and case when ${UNREADABLE} then false else left(body::json ->> 8, 2) = '[-' end`;

/** The source, the fourth part, is a list with the outcome that the rules expected: drift. */
export const DRIFTED = `split_part(body, ',', 4) like '[%' and case when ${UNREADABLE} then false else body::json #>> '{3,1}' is not null end`;
