/** Times: integer microseconds inside, RFC 3339 with six decimals outside. */

const PATTERN =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * RFC 3339 text of a time, in UTC with six decimals; of the latest that there is for a later one.
 *
 * @param micros microseconds since the epoch
 */
export function rfc3339(micros: number): string {
  if (micros !== latest.micros) latest = { micros, text: textOf(micros) };
  return latest.text;
}

/** The last result: all events of a batch have one time of recording. */
let latest = { micros: Number.NaN, text: '' };

/** The last second that has a text: of year 9999. Only older logs hold later times. */
const LATEST = 253_402_300_799_000_000;

function textOf(time: number): string {
  const micros = Math.min(time, LATEST);
  const millis = Math.floor(micros / 1000);
  const rest = String(micros - millis * 1000).padStart(3, '0');
  return `${new Date(millis).toISOString().slice(0, -1)}${rest}Z`;
}

/**
 * The time of an RFC 3339 text; decimals beyond the sixth are cut off.
 *
 * @returns microseconds since the epoch, or undefined for any other text
 */
export function microsOf(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, day = '', time = '', decimals = '', zone = ''] = match;
  const seconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(seconds) || !isDay(day)) return undefined;
  return seconds * 1000 + Number(decimals.slice(0, 6).padEnd(6, '0'));
}

/** Whether a day (YYYY-MM-DD) is one of the calendar. */
export function isDay(text: string): boolean {
  const midnight = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes February 30th for March 1st or 2nd.
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
}

const PLUS_LOST =
  'has a space before its offset: in a query write %2B for +, or give the time in UTC, which ends in Z';

/** Whether a text would be a time with a `+` in place of a space, which a query makes of a bare `+`. */
function isPlusLost(text: string): boolean {
  return PATTERN.test(text.replace(/ (?=\d{2}:\d{2}$)/, '+'));
}

/**
 * What is wrong with a text that is written as a time and is none, or none since 1970; undefined
 * for a time, and for text of another form.
 */
export function timeFault(text: string): string | undefined {
  const [, day] = PATTERN.exec(text) ?? [];
  if (day === undefined) return isPlusLost(text) ? PLUS_LOST : undefined;
  if (!isDay(day)) return `${day} is not a day of the calendar`;
  const micros = microsOf(text);
  if (micros === undefined) return 'hours end at 23, minutes and seconds at 59, offsets at 23:59';
  return micros < 0 ? 'must not be before 1970' : undefined;
}
