/**
 * Events as the ledger stores them, for logs that others wrote: an imported bundle, or the log
 * that an executor follows. This service checks its own events in the request.
 */
import { z } from 'zod';
import type { LedgerEvent } from '../event.ts';
import { bootConfig } from './boot-config.ts';
import { recordedCall } from './call-schema.ts';
import { recordedEffect } from './effect-schema.ts';
import { i32, u32 } from './numbers.ts';
import { recordedOutcome } from './outcome-schema.ts';
import type { Same } from './same-type.ts';
import { recordedSighting } from './sightings.ts';
import { strictObject } from './strict-object.ts';
import { comm, path, recordedText } from './text.ts';

const bootCall = strictObject({
  name: z.literal('boot'),
  release: recordedText,
  boot_id: recordedText,
  config: bootConfig,
});

/** What stands in place of a call as well. */
export const recordedCalls = z.union([recordedCall, bootCall, recordedSighting]);

const change = {
  position: z.int().min(1),
  pid: i32,
  call: recordedCalls,
  outcome: recordedOutcome,
  effects: z.array(recordedEffect),
};

/** What an event did, and to what. */
export const changeSchema = strictObject(change);
export const eventSchema = strictObject({
  ...change,
  recorded_at: z.int().min(0),
  at: z.int(),
  source: z.enum(['decided', 'observed', 'inferred']),
  expected: recordedOutcome.exactOptional(),
  between: strictObject({ from: z.int().exactOptional(), to: z.int() }).exactOptional(),
  tid: u32.min(1).exactOptional(),
  uid: u32.exactOptional(),
  cgroup: path.exactOptional(),
  boot: z.int().min(1),
  actor: recordedText,
  comm,
});

// Fails to compile when the schemas and the domain's type drift apart, in either direction.
true satisfies Same<z.output<typeof eventSchema>, LedgerEvent>;
