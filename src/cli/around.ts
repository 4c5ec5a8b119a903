/** The moment around which a command looks for an event: where the log has it, and how far an event is. */
import { hostPath } from '../client/host-path.ts';
import type { RestClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { microsOf } from '../events/encoding/rfc3339.ts';
import { UsageError } from './exit-code.ts';
import { SPOKEN_FORMS } from './spoken-moment.ts';

/** An event as it is looked for. */
interface DatedEvent {
  readonly position: number;
  readonly at: string;
}

/** A moment that was typed: a position, or a time. */
export interface Around {
  /** How far an event is from the moment, in positions or microseconds; before it, less than 0. */
  readonly distance: (event: DatedEvent) => number;
  /** The same in words: `3 minutes before that moment`; undefined for an event of that moment. */
  readonly distanceText: (event: DatedEvent) => string | undefined;
  /** That the log does not reach to the moment; undefined when it does. */
  readonly outside: string | undefined;
}

/**
 * Reads the moment, and looks where in the log of a host it is.
 *
 * @throws UsageError when the text is not a moment
 * @throws ServiceRefusal for a position that the log does not have
 */
export async function aroundMoment(
  text: string,
  { client, host }: { readonly client: RestClient; readonly host: string },
): Promise<Around> {
  if (/^\d+$/u.test(text)) {
    await client.get(`${hostPath(host)}?at=${text}`);
    const distance = ({ position }: DatedEvent) => position - Number(text);
    const distanceText = (event: DatedEvent) => {
      const count = distance(event);
      return sideText(count, `position ${text}`, countText(Math.abs(count), 'position'));
    };
    return { distance, distanceText, outside: undefined };
  }
  const wanted = microsOf(text);
  if (wanted === undefined) {
    throw new UsageError(`--around ${text} is not a moment; give ${SPOKEN_FORMS}, positions`);
  }
  const distance = ({ at }: DatedEvent) => (microsOf(at) ?? 0) - wanted;
  const distanceText = (event: DatedEvent) => {
    const micros = distance(event);
    return sideText(micros, 'that moment', durationText(Math.abs(micros)));
  };
  return { distance, distanceText, outside: await outsideText({ client, host }, wanted) };
}

interface Ends {
  readonly oldest: number;
  readonly position: number;
}

async function outsideText(
  { client, host }: { readonly client: RestClient; readonly host: string },
  wanted: number,
): Promise<string | undefined> {
  const ends = await client.get<Ends>(hostPath(host));
  const timeOf = async (position: number) => {
    const { at } = await client.get<DatedEvent>(`${hostPath(host)}/events/${position}`);
    return at;
  };
  const first = await timeOf(ends.oldest);
  if (wanted < (microsOf(first) ?? 0)) {
    return `The log of ${host} begins at ${first}, later than that moment.`;
  }
  const last = await timeOf(ends.position);
  if (wanted <= (microsOf(last) ?? 0)) return undefined;
  return `That moment is after the last event (${last}).`;
}

function sideText(distance: number, moment: string, amount: string): string | undefined {
  if (distance === 0) return undefined;
  return `${amount} ${distance < 0 ? 'before' : 'after'} ${moment}`;
}

const MICROS_PER_S = 1_000_000;
const UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

/** A length of time in its two largest units: `1 hour 38 minutes`; below a second, milli- and microseconds. */
function durationText(micros: number): string {
  const seconds = micros / MICROS_PER_S;
  const largest = UNITS.findIndex((one) => seconds >= one.seconds);
  if (largest >= 0) {
    let rest = seconds;
    const counts = UNITS.slice(largest, largest + 2).map((unit) => {
      const count = Math.floor(rest / unit.seconds);
      rest -= count * unit.seconds;
      return count === 0 ? '' : countText(count, unit.name);
    });
    return counts.join(' ').trimEnd();
  }
  return micros < 1000 ? `${micros} µs` : `${Math.floor(micros / 1000)} ms`;
}
