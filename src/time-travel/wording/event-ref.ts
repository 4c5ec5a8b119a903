/** An event in short: its position, when it happened, and who made which call. */
import type { LedgerEvent } from '../../events/event.ts';

export interface EventRef {
  readonly position: number;
  /** When the kernel did it, in microseconds since the epoch. */
  readonly at: number;
  readonly boot: number;
  /** Who sent it. */
  readonly actor: string;
  readonly pid: number;
  readonly comm: string;
  /** Name of the call. */
  readonly call: LedgerEvent['call']['name'];
}

/** The short form of an event. */
export function eventRef(event: LedgerEvent): EventRef {
  const { position, at, boot, actor, pid, comm, call } = event;
  return { position, at, boot, actor, pid, comm, call: call.name };
}
