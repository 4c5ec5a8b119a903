/** Alert rules as clients write them, as they are stored and as they are answered; and deliveries. */
import { z } from 'zod';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { strictObject, taggedUnion } from '../../events/schema/strict-object.ts';
import { DELIVERY_STATES, type Delivery } from '../../projections/alerts/deliveries.ts';
import type { DeliveryCounts, StoredRule } from '../../projections/alerts/rules.ts';
import type { AlertCondition, AlertFilter } from '../../time-travel/alerts/alert-rule.ts';
import { secretBytes } from '../alerts/signature.ts';
import {
  EMPTY_MS_MAX,
  RULE_NAME_CHARS_MAX,
  SECRET_BYTES,
  WEBHOOK_URL_CHARS_MAX,
} from '../limits.ts';
import { cgroupPattern, filterFields } from '../request/filter-query.ts';
import { hostsQuery } from '../request/fleet-query.ts';
import { attachTypeParam } from '../request/place.ts';
import { shortText } from '../routing.ts';
import { position } from './event.ts';
import { counted } from './reads.ts';
import { timestamp } from './timestamp.ts';

const n = z.int();

const programChoice = strictObject({
  prog_id: z.int().min(1).optional(),
  prog_name: shortText.optional(),
  tag: shortText.optional(),
})
  .refine((one) => Object.values(one).some((value) => value !== undefined), {
    message: 'must have one of prog_id, prog_name and tag',
  })
  .meta({ id: 'AlertProgram', description: 'The programs for which all that is given holds.' });

const left = strictObject({
  kind: z.literal('left'),
  program: programChoice,
  cgroup: cgroupPattern,
  attach_type: attachTypeParam.optional(),
}).meta({
  id: 'LeftCondition',
  description: 'A program ran on a cgroup, which is still there, and does not any more.',
});

const empty = strictObject({
  kind: z.literal('empty'),
  cgroup: cgroupPattern,
  attach_type: attachTypeParam,
  longer_than_ms: z.int().min(0).max(EMPTY_MS_MAX),
}).meta({
  id: 'EmptyCondition',
  description: 'The last program left the array of a cgroup, and for so long no other came.',
});

const replaced = strictObject({
  kind: z.literal('replaced'),
  cgroup: cgroupPattern.optional(),
  attach_type: attachTypeParam.optional(),
}).meta({
  id: 'ReplacedCondition',
  description: 'A process replaced what a process of another name (`comm`) had put there.',
});

const condition = taggedUnion('kind', [left, empty, replaced], ['left', 'empty', 'replaced']).meta({
  id: 'AlertCondition',
});

const filter = strictObject({ ...hostsQuery, ...filterFields }).meta({
  id: 'AlertFilter',
  description: 'Conditions of an event, as GET /v1/events has them; all must hold.',
});

/** A new rule. */
export const ruleRequest = strictObject({
  name: z
    .string()
    .regex(
      new RegExp(`^[A-Za-z0-9._-]{1,${RULE_NAME_CHARS_MAX}}$`),
      `must have 1…${RULE_NAME_CHARS_MAX} of A-Z a-z 0-9 . _ -`,
    ),
  url: z.string().max(WEBHOOK_URL_CHARS_MAX).describe('Where alerts are posted to.'),
  secret: z
    .string()
    .max(200)
    .refine((text) => {
      const { length = 0 } = secretBytes(text) ?? {};
      return length >= SECRET_BYTES.min && length <= SECRET_BYTES.max;
    }, `must be whsec_ and the base64 of ${SECRET_BYTES.min}…${SECRET_BYTES.max} bytes`)
    .optional()
    .describe('Signs the deliveries. Left out: the service makes one and answers it this once.'),
  filter: filter.optional(),
  condition: condition.optional(),
})
  .refine((rule) => rule.condition !== undefined || Object.keys(rule.filter ?? {}).length > 0, {
    message: 'is missing: each event of each host would be an alert',
    path: ['filter'],
  })
  .meta({ id: 'RuleRequest', description: 'What to watch for, and where to report it.' });

const ruleFields = {
  rule_id: n,
  name: z.string(),
  actor: z.string().describe('Who made it: it sees what this token may see.'),
  created_at: timestamp,
  url: z.string().describe('Where alerts are posted to.'),
  filter: z.record(z.string(), z.unknown()),
  condition: z.record(z.string(), z.unknown()).exactOptional(),
  suspended: z
    .boolean()
    .describe('The token that made it counts no more: nothing is evaluated or delivered.'),
  pending: n.describe('Deliveries that wait.'),
  dead: n.describe('Deliveries that were given up.'),
};

export const ruleAnswer = z.strictObject(ruleFields).meta({ id: 'Rule' });
export const madeRule = z
  .strictObject({ ...ruleFields, secret: z.string().describe('Is never answered again.') })
  .meta({ id: 'MadeRule' });
export const ruleList = z.strictObject({ items: z.array(ruleAnswer) }).meta({ id: 'RuleList' });

/** What a stored rule watches for. */
export function parseWatched({ rule_id, filter: text, condition: under }: StoredRule) {
  return {
    rule_id,
    // Both were checked by the schemas above when they were stored.
    filter: JSON.parse(text) as AlertFilter,
    condition: under === null ? undefined : (JSON.parse(under) as AlertCondition),
  };
}

/** A rule as the API answers it, without its secret. */
export function ruleOnWire(rule: StoredRule & DeliveryCounts, suspended: boolean) {
  const { rule_id, name, actor, created_at, url, pending, dead } = rule;
  return {
    ...{ rule_id, name, actor, created_at: rfc3339(created_at), url },
    filter: JSON.parse(rule.filter) as Record<string, unknown>,
    ...(rule.condition !== null && {
      condition: JSON.parse(rule.condition) as Record<string, unknown>,
    }),
    ...{ suspended, pending, dead },
  };
}

export const deliveryState = z.enum(DELIVERY_STATES);

export const delivery = z
  .strictObject({
    delivery_id: n,
    message_id: z.string().describe('The `webhook-id` that the receiver sees.'),
    host: z.string(),
    position,
    state: deliveryState,
    attempts: n,
    created_at: timestamp,
    next_at: timestamp.exactOptional().describe('When a pending one is tried next.'),
    settled_at: timestamp.exactOptional().describe('When it was delivered or given up.'),
    fault: z.string().exactOptional().describe('What the last attempt failed of.'),
  })
  .meta({ id: 'Delivery' });

export const deliveryPage = z
  .strictObject({ items: z.array(delivery), count: counted, next: z.string().exactOptional() })
  .meta({ id: 'DeliveryPage' });

export const retryAnswer = z
  .strictObject({ retried: n.describe('Deliveries that are pending again.') })
  .meta({ id: 'Retried' });

/** A delivery as the API answers it. */
export function deliveryOnWire(row: Delivery & { readonly host: string }) {
  const { delivery_id, message_id, host, position: at, state, attempts, fault } = row;
  return {
    ...{ delivery_id, message_id, host, position: at, state, attempts },
    created_at: rfc3339(row.created_at),
    ...(state === 'pending' && { next_at: rfc3339(row.next_at) }),
    ...(row.settled_at !== null && { settled_at: rfc3339(row.settled_at) }),
    ...(fault !== '' && { fault }),
  };
}
