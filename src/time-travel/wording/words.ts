/** How events, programs and entries are named in texts. */
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { EventRef } from './event-ref.ts';

/** `18 at 2026-01-01T00:00:01.800000Z by runc[5] prog_attach (local)` */
export function eventText({ position, at, comm, pid, call, actor }: EventRef): string {
  const who = call === 'boot' ? '' : ` by ${comm}[${pid}]`;
  return `${position} at ${rfc3339(at)}${who} ${call} (${actor})`;
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
