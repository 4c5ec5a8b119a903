/** What else may be typed where the service cannot read a moment. */
import { ServiceRefusal } from '../client/rest-client.ts';
import { isDay } from '../events/encoding/rfc3339.ts';
import { MOMENT_FORMS, momentFault, parseMoment } from '../time-travel/moment.ts';
import type { Flags } from './command.ts';
import { SPOKEN_FORMS } from './spoken-moment.ts';

/**
 * A sentence about the first flag whose text is not a moment; undefined when all are, or the error is
 * not the service's.
 *
 * @param flags of the command
 * @param typed what was typed, as it was sent
 */
export function momentHint(
  error: unknown,
  flags: Flags,
  typed: Readonly<Record<string, string | true | undefined>>,
): string | undefined {
  if (!(error instanceof ServiceRefusal)) return undefined;
  for (const flag of Object.keys(flags)) {
    const text = typed[flag];
    if (flags[flag]?.value !== 'MOMENT' || typeof text !== 'string' || parseMoment(text)) continue;
    const [, day] = /^(\d{4}-\d\d-\d\d)(?: |$)/u.exec(text) ?? [];
    if (day !== undefined && !isDay(day)) return `${day} is not a day of the calendar`;
    // Of a text of its own forms the service says what is wrong with it.
    const isStrange = momentFault(text).includes(MOMENT_FORMS);
    return isStrange ? `--${flag} also takes ${SPOKEN_FORMS}` : undefined;
  }
  return undefined;
}
