/**
 * Calls at the edge: as asked (several spellings, references to earlier answers) and as recorded.
 * The compiler proves at the end of this file that what is recorded is the domain's `Call`.
 */
import type { z } from 'zod';
import type { Call, CallName } from '../domain/call.ts';
import { fdCalls } from './schema/fd-calls.ts';
import { fileSystemCalls } from './schema/file-system-calls.ts';
import { linkCalls } from './schema/link-calls.ts';
import { mapCalls } from './schema/map-calls.ts';
import { objectCalls } from './schema/object-calls.ts';
import { processCalls } from './schema/process-calls.ts';
import { progCalls, progLoad } from './schema/prog-calls.ts';
import { progLoadRequest } from './schema/prog-load-request.ts';
import type { Same } from './schema/same-type.ts';
import { taggedUnion } from './schema/strict-object.ts';
import { RECORDED, REQUESTED, type Vocabulary } from './schema/vocabulary.ts';

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

/** A call as the ledger holds it. */
export const recordedCall = taggedUnion('name', recorded, CALL_NAMES).meta({ id: 'Call' });

/** A call as a client asks it; the output is canonical but for references to earlier answers. */
export const requestedCall = taggedUnion(
  'name',
  [progLoadRequest, ...callsBut(REQUESTED)] as const,
  CALL_NAMES,
).meta({ id: 'CallRequest' });

// Fails to compile when the schemas and the domain's type drift apart, in either direction.
true satisfies Same<z.output<typeof recordedCall>, Call>;
