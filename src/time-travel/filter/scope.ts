/** A scope: the events about one thing, through all boots. It learns from each event in turn. */
import type { LedgerEvent } from '../../events/event.ts';
import type { Subject } from '../subjects/subject.ts';

export interface Scope {
  /** Whether an event alone says that it is about the thing; every event must be shown, in order. */
  readonly isTouchedBy: (event: LedgerEvent) => boolean;
  /** Whether it is among the subjects that the call of an event names by its fds. */
  readonly isAmong: (event: LedgerEvent, subjects: ReadonlySet<Subject>) => boolean;
}
