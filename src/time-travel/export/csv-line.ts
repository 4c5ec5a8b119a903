/** Events as CSV (RFC 4180): one row an event, a column a fact, arguments and effects as JSON. */
import { isRefusal } from '../../domain/outcome.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { FACTS, factsOf } from './event-facts.ts';

const COLUMNS = [
  'position',
  'recorded_at',
  'at',
  'boot',
  'source',
  'actor',
  'pid',
  'comm',
  'call',
  'ret',
  'errno',
  'rule',
  ...FACTS,
  'arguments',
  'effects',
];

type Cell = string | number | undefined;

function cell(value: Cell): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const row = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\r\n`;

/** The first line: the names of the columns. */
export const CSV_HEADER = row(COLUMNS);

/** The line of an event, with its line break. */
export function csvLine(event: LedgerEvent): string {
  const { outcome, call } = event;
  const { name, ...args } = call;
  const refused = isRefusal(outcome);
  const facts = factsOf(event);
  return row([
    event.position,
    rfc3339(event.recorded_at),
    rfc3339(event.at),
    event.boot,
    event.source,
    event.actor,
    event.pid,
    event.comm,
    name,
    refused ? undefined : outcome.ret,
    refused ? outcome.errno : undefined,
    refused ? outcome.rule : undefined,
    ...FACTS.map((fact) => facts[fact]),
    JSON.stringify(args),
    JSON.stringify(event.effects),
  ]);
}
