/**
 * Events as a table, for a terminal: a line an event, without what follows from the rest. The cells
 * that are cut are whole in the lines of `event-text.ts`.
 */
import type { WireEvent } from './event-text.ts';
import { spareTime } from './spare-text.ts';
import { type Column, createTable, type Room } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: '#', least: 5 },
  { title: 'time', least: 8, rank: 2 },
  { title: 'process', least: 12, cut: { at: 'start', to: 11 }, rank: 1 },
  { title: 'call', least: 11, cut: { at: 'end', to: 11 } },
  { title: 'on', least: 12, cut: { at: 'start', to: 13 }, rank: 3 },
  { title: 'answer', least: 12, cut: { at: 'end', to: 16, keep: 19 } },
];

/** Effects that say no more than that the call was done. */
const PLAIN = new Set([
  'FdOpened',
  'FdClosed',
  'EffectiveSlotWritten',
  'ProcessSpawned',
  'ProcessExited',
]);

/** The fields by which an effect says what it is about; the first that is there. */
const OBJECTS = ['prog_id', 'link_id', 'map_id', 'path'] as const;

/** Turns events into lines as they come. */
export function eventRows(room: Room, now: () => Date): (events: readonly WireEvent[]) => string[] {
  const table = createTable(COLUMNS, room);
  return (events) => table.lines(events.map((event) => rowOf(event, now())));
}

function rowOf(event: WireEvent, now: Date): string[] {
  const { position, at, comm, pid, call } = event;
  const time = shortTime(at, now);
  const place = placeOf(event);
  const answer = answerOf(event, place);
  return [String(position), time, `${comm}[${pid}]`, call.name, place, answer];
}

/** A time to the second, or the day of another year: the order of events is that of their positions. */
function shortTime(text: string, now: Date): string {
  const time = spareTime(text, now).replace(/\.\d+$/u, '');
  const [day = '', clock] = time.split(' ');
  if (clock === undefined) return time;
  const year = `${now.getFullYear()}-`;
  return day.startsWith(year) ? `${day.slice(year.length)} ${clock}` : day;
}

/** The cgroup, file or program that a call names. */
export function placeOf({ call }: WireEvent): string {
  const named = [call.target_path, call.path, call.prog_name].find(
    (one) => typeof one === 'string' && one !== '',
  );
  return named === undefined ? '' : String(named);
}

function answerOf({ outcome, effects, source }: WireEvent, place: string): string {
  const { ret, errno, rule } = outcome;
  const became = effects
    .filter(({ type }) => !PLAIN.has(type))
    .map((one) => effectName(one, place));
  // What became of it says that it was done; the fd that it is known by is the least of it.
  const answer = errno === undefined && became.length > 0 ? '' : String(errno ?? ret);
  return [source === 'inferred' ? 'inferred' : '', answer, rule ?? '', became.join(', ')]
    .filter((part) => part !== '')
    .join(' ');
}

/** An effect, and what it is about, unless the call names that already. */
function effectName(effect: WireEvent['effects'][number], place: string): string {
  const fields: Readonly<Record<string, unknown>> = effect;
  const about = OBJECTS.map((field) => fields[field]).find((one) => (one ?? '') !== '');
  return about === undefined || about === place ? effect.type : `${effect.type} ${about}`;
}
