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

const change = {
  position: z.int().min(1),
  pid: i32,
  call: z.union([recordedCall, bootCall, recordedSighting]),
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

/**
 * What is wrong with a value, as `field: message`; undefined when nothing is.
 *
 * @param schema one of these as one function, since a log may have millions of events. Who checks with
 *   it compiles it: that takes a tenth of a second, and nobody needs both
 */
export function findFault(
  schema: Pick<z.ZodType, 'safeParse'>,
  value: unknown,
): string | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  if (issue === undefined) return 'it is malformed';
  const { path, message } = deepest(issue);
  return `${path.join('.') || 'it'}: ${message}`;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** For a union, the issue of the variant that fits best: the deepest issue. */
function deepest(issue: Issue): Issue {
  const nested = (issue.errors ?? []).flatMap((errors) => errors.slice(0, 1).map(deepest));
  const [first, ...rest] = nested;
  if (first === undefined) return issue;
  const best = rest.reduce(
    (one, other) => (other.path.length > one.path.length ? other : one),
    first,
  );
  return { path: [...issue.path, ...best.path], message: best.message };
}

// Fails to compile when the schemas and the domain's type drift apart, in either direction.
true satisfies Same<z.output<typeof eventSchema>, LedgerEvent>;
