/** Events on the wire: as in the log, with times as text and refusals as sentences. */
import { z } from 'zod';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import { identityOfCgroup } from '../../events/caller-identity.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { bootConfig } from '../../events/schema/boot-config.ts';
import { recordedCall } from '../../events/schema/call-schema.ts';
import { recordedSuccess, refusalFields } from '../../events/schema/outcome-schema.ts';
import { effectsOnWire, wireEffect } from './effect.ts';
import { betweenOnWire, lostSightingOnWire, wireBetween, wireSighting } from './sighting.ts';
import { timestamp } from './timestamp.ts';

export const position = z.int().min(1).meta({
  id: 'Position',
  description: "A place in a host's log: 1, 2, 3 … without gaps.",
});

const bootCall = z
  .strictObject({
    name: z.literal('boot'),
    release: z.string(),
    boot_id: z.string(),
    config: bootConfig,
  })
  .meta({ id: 'BootCall', description: 'What a `boot` event carries in place of a call.' });

const refusal = z.strictObject({ ...refusalFields, message: z.string() }).meta({
  id: 'Refusal',
  description: 'The kernel refused: by which rule, about which objects, and why in a sentence.',
});

/** An outcome on the wire. */
export const wireOutcome = z.union([recordedSuccess, refusal]).meta({ id: 'Outcome' });

/** An event on the wire. */
export const wireEvent = z
  .strictObject({
    position,
    recorded_at: timestamp,
    at: timestamp,
    source: z.enum(['decided', 'observed', 'inferred']),
    boot: z.int().min(1),
    actor: z.string(),
    pid: z.int(),
    comm: z.string(),
    call: z.union([recordedCall, bootCall, wireSighting]),
    outcome: wireOutcome,
    effects: z.array(wireEffect),
    expected: wireOutcome
      .exactOptional()
      .describe("The rules' answer, where the kernel's was another."),
    between: wireBetween
      .exactOptional()
      .describe('When an inferred event must have happened; without `from` since the boot.'),
    tid: z.int().exactOptional(),
    uid: z.int().exactOptional(),
    cgroup: z.string().exactOptional().describe("Path of the caller's cgroup."),
    container_id: z.string().exactOptional().describe('Read from the path of the cgroup.'),
    unit: z
      .string()
      .exactOptional()
      .describe('The systemd unit, read from the path of the cgroup.'),
  })
  .meta({ id: 'Event' });

export type WireEvent = z.output<typeof wireEvent>;
export type WireOutcome = z.output<typeof wireOutcome>;

/** An outcome with the sentence of its refusal. */
export function outcomeOnWire(outcome: Outcome): WireOutcome {
  // `assign`: docs/performance.md#a-spread-with-a-new-field
  const onWire = isRefusal(outcome)
    ? Object.assign({}, outcome, { message: refusalSentence(outcome) })
    : outcome;
  // The compiler has proven the schemas equal to the domain's types, except `readonly`.
  return onWire as WireOutcome;
}

/** An event, as the API answers it. */
export function eventOnWire(event: LedgerEvent): WireEvent {
  return event.source === 'decided' ? coreOnWire(event) : observedEventOnWire(event);
}

function observedEventOnWire(event: LedgerEvent): WireEvent {
  const { call, expected, between, tid, uid, cgroup } = event;
  return {
    ...coreOnWire(event),
    ...(call.name === 'lost' && { call: lostSightingOnWire(call) }),
    ...(expected !== undefined && { expected: outcomeOnWire(expected) }),
    ...(between !== undefined && { between: betweenOnWire(between) }),
    ...(tid !== undefined && { tid }),
    ...(uid !== undefined && { uid }),
    ...(cgroup !== undefined && { cgroup, ...identityOfCgroup(cgroup) }),
  };
}

function coreOnWire(event: LedgerEvent): WireEvent {
  const { position: at, recorded_at, at: done, source, boot, actor, pid, comm, call } = event;
  const recorded = rfc3339(recorded_at);
  return {
    position: at,
    recorded_at: recorded,
    at: done === recorded_at ? recorded : rfc3339(done),
    source,
    boot,
    actor,
    pid,
    comm,
    call: call as WireEvent['call'],
    outcome: outcomeOnWire(event.outcome),
    effects: effectsOnWire(call.name, event.effects),
  };
}
