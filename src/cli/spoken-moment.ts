/**
 * Moments as people say them, as the API takes them: `03:12` is the last time that the clock of the
 * terminal showed 03:12. Other texts stay as they are; the service reads them or says what is wrong.
 */

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What people may say beside the forms of the API, for help texts. */
export const SPOKEN_FORMS = '03:12, yesterday 14:00, 2026-03-01 03:12, 10m ago';

/** @param now the time of asking; its time zone is that of the terminal */
export function parseSpokenMoment(text: string, now: Date): string {
  const time = (ago(text, now) ?? onDay(text, now))?.toISOString();
  if (time === undefined) return text;
  // The service knows microseconds, which a date has not.
  const [, fraction = ''] = /\.(\d{1,6})$/u.exec(text) ?? [];
  return fraction === '' ? time : time.replace('.000Z', `.${fraction.padEnd(3, '0')}Z`);
}

/** `90s ago`, `10m ago`, `2h ago`, `3d ago`. */
function ago(text: string, now: Date): Date | undefined {
  const [, count, unit = ''] = /^(\d{1,6}) ?([smhd]) ago$/u.exec(text) ?? [];
  const seconds = UNITS[unit];
  if (count === undefined || seconds === undefined) return undefined;
  return new Date(now.getTime() - Number(count) * seconds * 1000);
}

/** A time of day, of the day that stands before it or of the last 24 hours. */
function onDay(text: string, now: Date): Date | undefined {
  const [, day, hour, minute, second = '0'] =
    /^(?:(today|yesterday|\d{4}-\d\d-\d\d) )?([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,6})?)?$/u.exec(
      text,
    ) ?? [];
  if (hour === undefined) return undefined;
  const time = new Date(now);
  if (day?.includes('-')) {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    time.setFullYear(year, month - 1, date);
    // The 31st of February is not a day: the service refuses the text.
    if (time.getMonth() !== month - 1) return undefined;
  }
  time.setHours(Number(hour), Number(minute), Number(second), 0);
  const isTomorrow = day === undefined && time > now;
  if (isTomorrow || day === 'yesterday') time.setDate(time.getDate() - 1);
  return time;
}
