/** Positions of a host's log that a look takes. */
import { sqlArray } from '../../events/storage/sql-array.ts';

export interface LogSpan {
  readonly host_id: number;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly to: number;
  /** The latest `at` of all events up to `after`, microseconds since the epoch. */
  readonly at_max: number;
}

/** Spans as four lists: `$1` host_id, `$2` after, `$3` to, `$4` at_max. */
export function spanParameters(spans: readonly LogSpan[]): [string, string, string, string] {
  return [
    sqlArray(spans.map(({ host_id }) => host_id)),
    sqlArray(spans.map(({ after }) => after)),
    sqlArray(spans.map(({ to }) => to)),
    sqlArray(spans.map(({ at_max }) => at_max)),
  ];
}
