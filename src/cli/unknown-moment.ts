/** What else may be typed where the service cannot read a moment. */
import { ServiceRefusal } from '../client/rest-client.ts';
import { parseMoment } from '../time-travel/moment.ts';
import type { Flags } from './command.ts';
import { SPOKEN_FORMS } from './spoken-moment.ts';

/**
 * A sentence about the first flag whose text is no moment; undefined when all are, or the error is
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
  const wrong = Object.keys(flags).find((flag) => {
    const text = typed[flag];
    return flags[flag]?.value === 'MOMENT' && typeof text === 'string' && !parseMoment(text);
  });
  return wrong && `--${wrong} also takes ${SPOKEN_FORMS}`;
}
