/** A log that is too damaged to be folded: that is a verdict, and no failure of the service. */
import { DamagedLog } from '../../events/damaged-log.ts';
import { UnreadableEvent } from '../../events/field-coder.ts';
import { UnreadableSegment } from '../../events/segment/segment.ts';

/** The verdict on a log that could not be read to its end. */
export interface Stopped {
  readonly holds: false;
  /** What stopped it, in a sentence. */
  readonly stopped: string;
}

/** The verdict that an error means; any other error is thrown again. */
export function stoppedBy(error: unknown): Stopped {
  const damaged =
    error instanceof DamagedLog ||
    error instanceof UnreadableEvent ||
    error instanceof UnreadableSegment;
  if (!damaged) throw error;
  return { holds: false, stopped: error.message };
}
