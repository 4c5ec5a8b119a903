/**
 * A moment as `at`, `from` and `to` spell it: a position (`42`), an
 * RFC 3339 time (the last position whose running maximum of `at` is not after it), or the end of a
 * boot (`boot:3`).
 */

import { refuseRemoved } from '../events/cuts.ts';
import { microsOf, timeFault } from '../events/encoding/rfc3339.ts';
import type { Log } from '../events/log.ts';
import { isRemoved, LogRefusal } from '../events/log-refusal.ts';
import type { MarkedMoment } from '../events/reading/moment.ts';
import type { Queryable } from '../events/storage/database.ts';
import { listBoots, momentAt } from '../projections/boots.ts';

export type MomentText =
  | { readonly kind: 'position'; readonly position: number }
  /** Microseconds since the epoch. */
  | { readonly kind: 'time'; readonly time: number }
  | { readonly kind: 'boot'; readonly boot: number };

/** What may be written for a moment, for messages. */
export const MOMENT_FORMS = 'a position (42), an RFC 3339 time, or the end of a boot (boot:2)';

/** Reads a moment; undefined for text that is not a moment. */
export function parseMoment(text: string): MomentText | undefined {
  if (/^[1-9]\d{0,14}$/.test(text)) return { kind: 'position', position: Number(text) };
  const [, boot] = /^boot:([1-9]\d{0,8})$/.exec(text) ?? [];
  if (boot !== undefined) return { kind: 'boot', boot: Number(boot) };
  const time = microsOf(text);
  return time === undefined || time < 0 ? undefined : { kind: 'time', time };
}

/** What is wrong with a text that is not a moment, in words that a field's name may stand before. */
export function momentFault(text: string): string {
  if (/^\d+$/.test(text)) return 'must be a position from 1 on, of at most 15 digits';
  if (/^boot:\d+$/.test(text)) return 'must be a boot from 1 on, of at most 9 digits (boot:2)';
  return timeFault(text) ?? `must be ${MOMENT_FORMS}`;
}

/** A time before the log begins, or a boot that it does not have. */
export class MomentUnknown extends Error {
  readonly text: MomentText;
  /** The head of the log. */
  readonly head: number;

  constructor(message: string, of: { readonly text: MomentText; readonly head: number }) {
    super(message);
    this.text = of.text;
    this.head = of.head;
  }
}

export interface FoundMoment {
  readonly moment: MarkedMoment;
  /** The text will mean this position for ever, however the log grows. */
  readonly fixed: boolean;
  /** The oldest position of the log that is kept. */
  readonly oldest: number;
}

/**
 * The moment that a text means on a host; without a text, the head.
 *
 * @throws LogRefusal `no-such-position` for a position after the head, `position-removed` for one
 *   before the log was cut
 * @throws MomentUnknown for a time before the first event, or a boot that is not there
 */
export async function findMoment(
  source: MomentSource,
  host: string,
  text?: MomentText,
): Promise<FoundMoment> {
  return find(source, host, text, { isBeginning: false });
}

/**
 * The moment at which a span begins. It is `findMoment`, but a time before the first event means the
 * first position, and one before a cut the oldest that is kept: a span that begins before the log has
 * all of the log from its beginning.
 */
export async function findBeginning(
  source: MomentSource,
  host: string,
  text?: MomentText,
): Promise<FoundMoment> {
  return find(source, host, text, { isBeginning: true });
}

/** Where the events and the boots of a host are. */
export interface MomentSource {
  readonly log: Log;
  readonly database: Queryable;
}

async function find(
  { log, database }: MomentSource,
  host: string,
  text: MomentText | undefined,
  { isBeginning }: { readonly isBeginning: boolean },
): Promise<FoundMoment> {
  const { host_id, position: head, at_max, oldest } = await log.head(host);
  const at = async (position: number, fixed: boolean): Promise<FoundMoment> => {
    refuseRemoved(position, oldest);
    const moment = await momentAt(database, { host_id, position });
    if (moment === undefined) throw new Error(`host ${host} has no boot`);
    return { moment, fixed, oldest };
  };
  switch (text?.kind) {
    case undefined:
      return at(head, false);
    case 'position': {
      const { position } = text;
      if (position > head) throw new LogRefusal({ why: 'no-such-position', position, head });
      return at(position, true);
    }
    case 'time': {
      try {
        const position = Math.min(await log.positionAt(host, text.time), head);
        if (position === 0 && !isBeginning) {
          throw new MomentUnknown(`the log of ${host} begins later`, { text, head });
        }
        // Until a later time is recorded, the next event may still belong to this moment.
        return await at(Math.max(position, 1), at_max > text.time);
      } catch (error) {
        if (isBeginning && isRemoved(error)) return at(oldest, false);
        throw error;
      }
    }
    case 'boot': {
      const page = { after: text.boot - 1, limit: 2 };
      const [boot, next] = await listBoots(database, { host_id, position: head }, page);
      if (boot === undefined) {
        throw new MomentUnknown(`the log of ${host} has no boot ${text.boot}`, { text, head });
      }
      return next === undefined ? at(head, false) : at(next.position_from - 1, true);
    }
    default:
      return text satisfies never;
  }
}
