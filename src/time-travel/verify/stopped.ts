/** A log that is too damaged to be folded: that is a verdict, not a failure of the service. */
import { UnreadableEvent } from '../../events/encoding/field-coder.ts';
import { DamagedLog } from '../../events/reading/damaged-log.ts';
import { UnreadableSegment } from '../../events/segment/segment.ts';

/** The verdict on a log that could not be read to its end. */
export interface Stopped {
  readonly holds: false;
  /** What stopped it, in a sentence. */
  readonly stopped: string;
}

/** The verdict for an error of the log; any other error is thrown again. */
export function stoppedVerdict(error: unknown): Stopped {
  const damaged =
    error instanceof DamagedLog ||
    error instanceof UnreadableEvent ||
    error instanceof UnreadableSegment;
  if (!damaged) throw error;
  return { holds: false, stopped: error.message };
}
