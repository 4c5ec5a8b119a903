/** Why an event that was recorded elsewhere is refused, although its hash chain holds. */
import { configFault } from '../../domain/release/config.ts';
import type { LedgerEvent } from '../event.ts';
import { AHEAD_MAX_S, isAhead } from '../time-ahead.ts';

/**
 * Why an event would spoil the host that it is imported to, if it would.
 *
 * @param now microseconds since the epoch
 */
export function foreignFault(event: LedgerEvent, now: number): string | undefined {
  const { at, recorded_at, effects } = event;
  // Later events are never recorded at an earlier time.
  if (isAhead(recorded_at, now)) return `is recorded more than ${AHEAD_MAX_S} s after now`;
  if (isAhead(at, recorded_at)) {
    return `has an \`at\` more than ${AHEAD_MAX_S} s after it was recorded`;
  }
  for (const effect of effects) {
    const fault = effect.type === 'Booted' ? configFault(effect.config) : undefined;
    if (fault !== undefined) return `has a config.${fault.field} that ${fault.message}`;
  }
  return undefined;
}
