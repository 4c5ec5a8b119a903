/** The logs that are folded, by name. */
import type { LedgerEvent } from '../../src/events/event.ts';
import { agentLog } from '../logs/agent-log.ts';
import { repeatedGoldenLog } from '../logs/golden-log.ts';

export type Log = Iterable<LedgerEvent> | AsyncIterable<LedgerEvent>;

/** Each makes so many events. */
export const LOGS: Readonly<Record<string, (events: number) => Log>> = {
  'agents of a node': agentLog,
  'recordings of 6.18': repeatedGoldenLog,
};
