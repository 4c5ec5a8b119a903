/**
 * The canonical encoding of an event: one compact JSON text, which the log stores and hashes byte
 * for byte. Position and time of recording stand beside it in the row:
 *
 *     [schema, at - recorded_at, boot, source, actor, pid, comm, [call, …], outcome, [[effect, …], …]]
 *
 * Example, a link_create: `[1,0,1,0,"token:ci",812,"agent",[27,1,3,0,"/pod1"],5,[[16,7,12,31,1,5]]]`
 *
 * Where more is known of an event than its source (`source-codec.ts`), a list stands there.
 */
import type { Effect, EffectType } from '../../domain/effect.ts';
import type { FoldedEvent, LedgerEvent } from '../event.ts';
import { CALL_FIELDS } from './call-fields.ts';
import { EFFECT_FIELDS } from './effect-fields.ts';
import { type Json, nameCoder, UnreadableEvent } from './field-coder.ts';
import type { FieldList } from './field-list.ts';
import { CALL_CODES, EFFECT_CODES } from './names.ts';
import { decodeOutcome, encodeOutcome, isCanonicalOutcome } from './outcome-codec.ts';
import { decodeSource, encodeSource, isCanonicalSource, readObserved } from './source-codec.ts';

type Body = readonly Json[];

/** The version that new events are written in. */
const SCHEMA_VERSION = 1;

/** From each old version to the next: the first entry turns a body of version 1 into version 2. */
const UPCASTERS: readonly ((body: Body) => Body)[] = [];

/** An event as a row of the log holds it. */
export interface EncodedEvent {
  readonly position: number;
  /** Microseconds since the epoch. */
  readonly recorded_at: number;
  /** The canonical text. It never holds a line break. */
  readonly body: string;
}

/** The same with the JSON of its text, where that is at hand. */
export interface ParsedEvent extends EncodedEvent {
  readonly json?: Json | undefined;
}

const callName = nameCoder(CALL_CODES);
const effectType = nameCoder(EFFECT_CODES);

/** The canonical text of an event: equal events at equal places have equal text. */
export function encodeEvent(event: LedgerEvent): string {
  const { call } = event;
  const callList: Json[] = [CALL_CODES[call.name]];
  (CALL_FIELDS[call.name] as FieldList<unknown>).write(call, callList);
  return JSON.stringify([
    SCHEMA_VERSION,
    event.at - event.recorded_at,
    event.boot,
    encodeSource(event),
    event.actor,
    event.pid,
    event.comm,
    callList,
    encodeOutcome(event.outcome),
    event.effects.map(encodeEffect),
  ]);
}

function encodeEffect(effect: Effect): Json {
  const list: Json[] = [EFFECT_CODES[effect.type]];
  (EFFECT_FIELDS[effect.type] as FieldList<unknown>).write(effect, list);
  return list;
}

/**
 * The event that a row holds.
 *
 * @throws UnreadableEvent when the text is damaged or of a version that this program lacks
 */
export function decodeEvent(row: ParsedEvent): LedgerEvent {
  return readably(row, () => decodeBody(row, upcast((row.json ?? JSON.parse(row.body)) as Body)));
}

/**
 * Whether a text is what `encodeEvent` gives for its event. One that is not says more than the decoder
 * reads, or says it otherwise.
 *
 * @param row with the JSON that its text is written from, if there is any; that takes half the time
 * @param event what the row was decoded as, its fields checked
 */
export function isCanonical({ body, json }: ParsedEvent, event: LedgerEvent): boolean {
  if (json === undefined) return encodeEvent(event) === body;
  if (!Array.isArray(json) || json.length !== ITEMS) return false;
  const [version, delta, , source, , , , call, outcome, effects] = json as Json[];
  return (
    version === SCHEMA_VERSION &&
    delta === event.at - event.recorded_at &&
    isCanonicalSource(source as Json) &&
    isCanonicalRecord(call, CALL_FIELDS[event.call.name]) &&
    isCanonicalOutcome(outcome as Json) &&
    Array.isArray(effects) &&
    event.effects.every(({ type }, i) => isCanonicalRecord(effects[i], EFFECT_FIELDS[type]))
  );
}

/** @param fields those of the record that the list was read as */
function isCanonicalRecord(list: Json | undefined, fields: Pick<FieldList<never>, 'isCanonical'>) {
  return Array.isArray(list) && typeof list[0] === 'number' && fields.isCanonical(list, 1);
}

/**
 * What a fold needs of the event that a row holds; calls and answers are not decoded.
 *
 * @throws UnreadableEvent as `decodeEvent` does for the parts that are decoded
 */
export function decodeChange(row: Pick<EncodedEvent, 'position' | 'body'>): FoldedEvent {
  return readably(row, () => {
    const body = upcast(JSON.parse(row.body) as Body);
    const [pid, effects] = [body[PID] as number, body[EFFECTS] as readonly (readonly Json[])[]];
    return { position: row.position, pid, effects: effects.map(decodeEffect) };
  });
}

/** Indexes in a body, and how many there are. */
const PID = 5;
const EFFECTS = 9;
const ITEMS = 10;

function readably<T>({ position }: Pick<EncodedEvent, 'position'>, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new UnreadableEvent(`event ${position} cannot be read`, { cause });
  }
}

function decodeBody({ position, recorded_at }: EncodedEvent, body: Body): LedgerEvent {
  // Written out: docs/performance.md#a-spread-with-a-new-field
  const [, delta, boot, source, actor, pid, comm, call, outcome, effects] = body;
  const event: LedgerEvent = {
    position,
    recorded_at,
    at: recorded_at + (delta as number),
    source: decodeSource(source as Json),
    boot: boot as number,
    actor: actor as string,
    pid: pid as number,
    comm: comm as string,
    call: decodeCall(call as readonly Json[]),
    outcome: decodeOutcome(outcome as Json),
    effects: (effects as readonly (readonly Json[])[]).map(decodeEffect),
  };
  readObserved(source as Json, event);
  return event;
}

function decodeCall(list: readonly Json[]): LedgerEvent['call'] {
  const name: LedgerEvent['call']['name'] = callName.decode(list[0] as Json);
  const call = { name };
  CALL_FIELDS[name].read(list, 1, call);
  return call as LedgerEvent['call'];
}

/** The type of effect that has a number. Throws UnreadableEvent when there is none. */
export function effectTypeOf(code: number): EffectType {
  return effectType.decode(code);
}

function decodeEffect(list: readonly Json[]): Effect {
  const type: EffectType = effectType.decode(list[0] as Json);
  const effect = { type };
  EFFECT_FIELDS[type].read(list, 1, effect);
  return effect as Effect;
}

function upcast(body: Body): Body {
  const version = body[0] as number;
  if (!(version >= 1 && version <= SCHEMA_VERSION)) {
    throw new UnreadableEvent(`schema version ${version}; known are 1 to ${SCHEMA_VERSION}`);
  }
  return UPCASTERS.slice(version - 1).reduce((older, step) => step(older), body);
}
