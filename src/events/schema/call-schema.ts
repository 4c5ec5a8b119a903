/**
 * Calls as requested (several spellings, references to earlier answers) and as recorded.
 * The compiler proves at the end of this file that what is recorded is the domain's `Call`.
 */
import type { z } from 'zod';
import type { Call, CallName } from '../../domain/call.ts';
import { fdCalls } from './fd-calls.ts';
import { fileSystemCalls } from './file-system-calls.ts';
import { linkCalls } from './link-calls.ts';
import { mapCalls } from './map-calls.ts';
import { objectCalls } from './object-calls.ts';
import { processCalls } from './process-calls.ts';
import { progCalls, progLoad } from './prog-calls.ts';
import { progLoadRequest } from './prog-load-request.ts';
import type { Same } from './same-type.ts';
import { taggedUnion } from './strict-object.ts';
import { RECORDED, REQUESTED, type Vocabulary } from './vocabulary.ts';

function callsBut<V extends Vocabulary>(words: V) {
  return [
    ...processCalls(words),
    ...fdCalls(words),
    ...fileSystemCalls(),
    ...progCalls(words),
    ...linkCalls(words),
    ...objectCalls(words),
    ...mapCalls(words),
  ] as const;
}

const recorded = [progLoad(RECORDED), ...callsBut(RECORDED)] as const;

/** Every call's name. */
export const CALL_NAMES: readonly CallName[] = recorded.map(
  (schema) => schema.shape.name.value as CallName,
);

/** The fields of a call beside its name, and whether one may be left out; undefined: no such call. */
export function fieldsOfCall(
  name: string,
): readonly { readonly field: string; readonly optional: boolean }[] | undefined {
  const schema = recorded.find(({ shape }) => shape.name.value === name);
  return (
    schema &&
    Object.entries(schema.shape)
      .filter(([field]) => field !== 'name')
      .map(([field, { _zod }]) => ({ field, optional: _zod.optin === 'optional' }))
  );
}

/** A call as the ledger holds it. */
export const recordedCall = taggedUnion('name', recorded, CALL_NAMES).meta({ id: 'Call' });

/** A call in a request; the output is canonical, except references to earlier answers. */
export const requestedCall = taggedUnion(
  'name',
  [progLoadRequest, ...callsBut(REQUESTED)] as const,
  CALL_NAMES,
).meta({ id: 'CallRequest' });

// Fails to compile when the schemas and the domain's type drift apart, in either direction.
true satisfies Same<z.output<typeof recordedCall>, Call>;
