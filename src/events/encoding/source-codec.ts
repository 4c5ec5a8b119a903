/**
 * The source in an event's text: its number alone where nothing else is known (all that the model
 * decided), else a list that starts with it. A program that does not know the list refuses to read
 * the event, and so never takes it for another.
 */
import type { Outcome } from '../../domain/outcome.ts';
import type { LedgerEvent, Observed, Source } from '../event.ts';
import { type FieldCoder, type Json, nameCoder, plain, sortedCoder } from './field-coder.ts';
import { fieldList } from './field-list.ts';
import { SOURCE_CODES } from './names.ts';
import { decodeOutcome, encodeOutcome } from './outcome-codec.ts';

const source = nameCoder(SOURCE_CODES);
const outcome: FieldCoder<Outcome> = { encode: encodeOutcome, decode: decodeOutcome };

/** What is known beside the source; append only. */
export const SOURCE_FIELDS = fieldList<Observed>({
  expected: outcome,
  between: sortedCoder(),
  tid: plain(),
  uid: plain(),
  cgroup: plain(),
});

/** The source of an event, with what is known beside it. */
export function encodeSource(event: LedgerEvent): Json {
  const code = SOURCE_CODES[event.source];
  if (event.source === 'decided') return code;
  const list: Json[] = [code];
  SOURCE_FIELDS.write(event, list);
  return list.length === 1 ? code : list;
}

/** The source alone read back. Throws UnreadableEvent. */
export function decodeSource(json: Json): Source {
  return source.decode(typeof json === 'number' ? json : ((json as readonly Json[])[0] as Json));
}

/** Reads what is known beside the source into `event`. Throws UnreadableEvent. */
export function readObserved(json: Json, event: Observed): void {
  if (typeof json === 'number') return;
  SOURCE_FIELDS.read(json as readonly Json[], 1, event as Record<string, unknown>);
}

/** Whether `encodeSource` gives this for what `decodeSource` makes of it. */
export function isCanonicalSource(json: Json): boolean {
  if (typeof json === 'number') return true;
  if (!Array.isArray(json) || json.length < 2) return false;
  const [code] = json;
  return (
    typeof code === 'number' && code !== SOURCE_CODES.decided && SOURCE_FIELDS.isCanonical(json, 1)
  );
}
