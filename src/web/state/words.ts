/** Texts that several parts of the page show. */
import type { AttachType, Entry } from '../service/answers.ts';

/** The short name of an attach type: `device` for `cgroup_device`. */
export function shortType(type: AttachType): string {
  return typeof type === 'number'
    ? `type ${type}`
    : type.replace(/^cgroup_/, '').replace(/^inet_(?=ingress|egress)/, '');
}

/** A whole number with thin spaces between thousands. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** `1 event`, `2 events`. */
export function countText(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A time of the log (`2026-03-25T06:57:46.640559Z`) as date and time of day. */
export function timeParts(text: string): { readonly date: string; readonly time: string } {
  return { date: text.slice(0, 10), time: text.slice(11).replace(/Z$/, '') };
}

/** The time of day, as exactly as neighbours on an axis need it. */
export function shortTime(text: string, spanMicros: number): string {
  const { date, time } = timeParts(text);
  if (spanMicros > 172_800e6) return date;
  if (spanMicros > 600e6) return time.slice(0, 5);
  return spanMicros > 10e6 ? time.slice(0, 8) : time.slice(0, 12);
}

/** A duration in words: `41 µs`, `3.2 s`. */
export function duration(micros: number): string {
  const units = [
    [86_400e6, 'd'],
    [3600e6, 'h'],
    [60e6, 'min'],
    [1e6, 's'],
    [1e3, 'ms'],
  ] as const;
  for (const [size, unit] of units) {
    if (micros >= size) return `${Number((micros / size).toPrecision(3))} ${unit}`;
  }
  return `${micros} µs`;
}

/** Microseconds since the epoch of a time of the log. */
export function microsOf(text: string): number {
  const [, whole = '', fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(text) ?? [];
  return Date.parse(`${whole}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** How long ago, for a list: `4 min ago`. */
export function ago(text: string, now: number): string {
  const micros = now * 1000 - microsOf(text);
  if (micros < 2e6) return 'now';
  return `${duration(micros).replace(/\.\d+/, '')} ago`;
}

/** Who holds an entry: a link, or the program directly, as older tools attach. */
export function holderText({ link_id }: Entry): string {
  return link_id === undefined ? 'legacy' : `link ${link_id}`;
}
