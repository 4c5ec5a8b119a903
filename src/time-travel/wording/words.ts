/** How events, programs and entries are named in texts. */
import { isSighting } from '../../domain/observed/sighting.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { EventRef } from './event-ref.ts';

/**
 * `18 at 2026-01-01T00:00:01.800000Z by runc[5] prog_attach (local)`; of a sighting neither who did
 * it nor how is known, so its time is that at which it was known.
 */
export function eventText({ position, at, comm, pid, call, actor }: EventRef): string {
  if (isSighting({ name: call })) return `${position}, known at ${rfc3339(at)} (${actor})`;
  const who = call === 'boot' ? '' : ` by ${comm}[${pid}]`;
  return `${position} at ${rfc3339(at)}${who} ${call} (${actor})`;
}

/** `attached at 18 at …`, or `found at 18, …` where nobody saw it happen. */
export function doneText(done: string, ref: EventRef): string {
  return `${ref.call === 'found' ? 'found' : done} at ${eventText(ref)}`;
}

/** `program 5001 (dev_v0)` */
export function programText(id: number, name: string | undefined): string {
  return `program ${id} (${name || 'without a name'})`;
}

/** `program 5001 (dev_v0) by link 7` */
export function entryText(
  entry: { readonly prog_id: number; readonly link_id?: number | undefined },
  name: string | undefined,
): string {
  const link = entry.link_id === undefined ? '' : ` by link ${entry.link_id}`;
  return `${programText(entry.prog_id, name)}${link}`;
}

/** A length of time: `1.500000 s`. */
export function secondsText(micros: number): string {
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')} s`;
}
