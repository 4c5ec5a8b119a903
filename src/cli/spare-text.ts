/**
 * What a reader at a terminal is spared: times in the time zone of the terminal and without the day
 * that is today, and the actor `local`, which every event of a service without tokens has.
 */

const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z/gu;
const LOCAL = / \(local\)(?=$|[.,:;)])/gu;

/** @param now the time of reading; its time zone is that of the terminal */
export function spareText(line: string, now: Date): string {
  return line.replace(TIME, (text) => spareTime(text, now)).replace(LOCAL, '');
}

/** A time as the flags take it back: `03:12:07.25`, or with its day before it. */
export function spareTime(text: string, now: Date): string {
  const time = new Date(text);
  const fraction = /\.(\d*[1-9])0*Z$/u.exec(text)?.[1];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  const shown = fraction === undefined ? clock : `${clock}.${fraction}`;
  if (time.toDateString() === now.toDateString()) return shown;
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
  return `${day} ${shown}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
