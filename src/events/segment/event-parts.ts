/**
 * The text of an event taken apart: what a fold needs (pid and effects), and the rest. A text that
 * is not the canonical text of an event as `encoding/codec.ts` writes them is odd: it has no parts, and is
 * kept as it is, so packing never has to trust what it packs.
 */
import { canonicalJson } from '../encoding/canonical-json.ts';
import type { Json } from '../encoding/field-coder.ts';
import { RECORD_ITEMS_MAX } from './records.ts';

/** The version of the texts that are taken apart; others are odd. */
const SCHEMA_VERSION = 1;
/** Items of an event's text. */
const ITEMS = 10;
/** Codes of calls and effects are below this. */
const CODES_MAX = 1024;

/** A call or an effect: its code, then its fields. */
export type CodedRecord = readonly [code: number, ...fields: Json[]];

export interface EventParts {
  readonly pid: number;
  readonly effects: readonly CodedRecord[];
  readonly envelope: Envelope;
  readonly call: CodedRecord;
  readonly outcome: Json;
}

/** Difference of times, boot, source, actor and comm. */
export type Envelope = readonly [Json, Json, Json, Json, Json];

/** The parts of a text; none of an odd one. */
export function partsOf(text: string): EventParts | undefined {
  const json = canonicalJson(text);
  if (!isList(json) || json.length !== ITEMS || json[0] !== SCHEMA_VERSION) return undefined;
  const [, delta, boot, source, actor, pid, comm, call, outcome, effects] = json as Json[];
  if (typeof pid !== 'number' || !isCodedRecord(call)) return undefined;
  if (isList(outcome) && outcome.length > RECORD_ITEMS_MAX) return undefined;
  if (!isList(effects) || !effects.every(isCodedRecord)) return undefined;
  const envelope = [delta, boot, source, actor, comm] as unknown as Envelope;
  return {
    pid,
    effects: effects as readonly CodedRecord[],
    envelope,
    call,
    outcome: outcome as Json,
  };
}

/** The JSON of the text that has these parts. */
export function jsonOf({ pid, effects, envelope, call, outcome }: EventParts): Json {
  const [delta, boot, source, actor, comm] = envelope;
  return [SCHEMA_VERSION, delta, boot, source, actor, pid, comm, call, outcome, effects];
}

function isCodedRecord(json: Json | undefined): json is CodedRecord {
  if (!isList(json) || json.length > RECORD_ITEMS_MAX) return false;
  const [code] = json;
  return typeof code === 'number' && code >= 0 && code < CODES_MAX && Number.isInteger(code);
}

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}
