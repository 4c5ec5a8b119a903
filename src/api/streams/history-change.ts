/** What the last message of a stream says of a log that is not the followed one any more. */
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { HistoryChange } from '../../events/reading/history.ts';

/** The `data` of the message `history-changed`. */
export function changeOnWire({ known, head, deletion }: HistoryChange) {
  return { known, position: head, ...(deletion && { deleted_at: rfc3339(deletion.at) }) };
}
