/**
 * Conditions in SQL that tell events apart by their stored text alone (`encoding/codec.ts`). Each has
 * an index of the events that fulfil it (`tables.ts`), so that they are counted without reading the
 * others. A later version of the text needs a migration that writes the index anew.
 *
 * The first half of each is cheap and lets few others through: an append evaluates both conditions
 * for each event, and parses few texts.
 */

/** The outcome, the ninth part, is a list that starts with a negated errno: the call was refused. */
export const REFUSED = `strpos(body, ',[-') > 0 and left(body::json ->> 8, 2) = '[-'`;

/** The source, the fourth part, is a list with the outcome that the rules expected: drift. */
export const DRIFTED = `strpos(left(body, 40), ',[') > 0 and body::json #>> '{3,1}' is not null`;
