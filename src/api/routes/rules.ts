/** /v1/rules: what the service tells of by webhooks, and what became of each delivery. */
import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { strictObject } from '../../events/schema/strict-object.ts';
import { countDeliveries, listDeliveries, retryDead } from '../../projections/alerts/deliveries.ts';
import {
  countRules,
  deleteRule,
  insertRule,
  listRules,
  ruleById,
} from '../../projections/alerts/rules.ts';
import { LAST_PLACE } from '../../projections/fleet/arrived-events.ts';
import { webhookUrlFault } from '../alerts/public-address.ts';
import { secretText } from '../alerts/signature.ts';
import { MADE } from '../answer-headers.ts';
import { contentType, JSON_TYPE } from '../content-type.ts';
import { invalidBy } from '../field-errors.ts';
import type { AccessEnv } from '../guard/access.ts';
import type { Principal } from '../guard/tokens.ts';
import { ALERT_RULES, SECRET_BYTES } from '../limits.ts';
import { invalid, noSuchObject, ProblemError } from '../problem.ts';
import { jsonBody } from '../request/body.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import {
  type App,
  answersWithoutTag,
  countParam,
  createRoute,
  limitParam,
  problemAnswer,
  readsWithoutTag,
} from '../routing.ts';
import type { Service } from '../service.ts';
import {
  delivery,
  deliveryOnWire,
  deliveryPage,
  deliveryState,
  madeRule,
  retryAnswer,
  ruleAnswer,
  ruleList,
  ruleOnWire,
  ruleRequest,
} from '../wire/alert-rule.ts';

const access = { role: 'writer', hosts: 'filtered' } as const;
const params = z.object({ rule: countParam.describe('The `rule_id`.') });

const addRoute = createRoute({
  method: 'post',
  path: '/v1/rules',
  operationId: 'addRule',
  access,
  summary: 'Report events by a webhook',
  description:
    'Of events that arrive from now on, of the hosts that this token may see. An alert is posted as ' +
    'a CloudEvent, signed as Standard Webhooks define it, at least once: `webhook-id` marks a ' +
    'repeated one. The alerts of one host come in order. Only public addresses are posted to, ' +
    'unless the service allows others.',
  responses: {
    201: {
      description: 'The rule, with its secret.',
      headers: MADE.pick({ location: true }),
      content: { [JSON_TYPE]: { schema: madeRule } },
    },
    default: problemAnswer,
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/v1/rules',
  operationId: 'listRules',
  access,
  summary: 'The rules that this token made; of an administrator of all hosts, all rules',
  responses: readsWithoutTag('Rules.', ruleList),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/rules/{rule}',
  operationId: 'getRule',
  access,
  summary: 'One rule',
  request: { params },
  responses: readsWithoutTag('The rule.', ruleAnswer),
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/v1/rules/{rule}',
  operationId: 'removeRule',
  access,
  summary: 'Remove a rule, with the deliveries that wait',
  request: { params },
  responses: { 204: { description: 'It is gone.' }, default: problemAnswer },
});

const deliveriesRoute = createRoute({
  method: 'get',
  path: '/v1/rules/{rule}/deliveries',
  operationId: 'listDeliveries',
  access,
  summary: 'What is delivered for a rule, was, or was given up; by age',
  request: {
    params,
    query: strictObject({
      state: deliveryState.optional(),
      limit: limitParam,
      ...listQuery(delivery),
      next: countParam.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('Deliveries.', deliveryPage),
});

const retryRoute = createRoute({
  method: 'post',
  path: '/v1/rules/{rule}/deliveries/retry',
  operationId: 'retryDeliveries',
  access,
  summary: 'Try the deliveries again that were given up',
  request: { params },
  responses: answersWithoutTag('How many there are.', retryAnswer),
});

export function rules(app: App, service: Service): void {
  const { database, clock, arrivals, alerts } = service;
  const isSuspended = (actor: string) => alerts.owner(actor) === undefined;

  /** The rule that a request names, if the caller may know of it. */
  async function ruleOf(c: Context<AccessEnv>, ruleId: number) {
    const rule = await ruleById(database, ruleId);
    if (rule !== undefined && maySee(c.get('principal'), rule)) return rule;
    throw noSuchObject(`rule ${ruleId}`, 'rule');
  }

  app.describe({
    ...addRoute,
    request: { body: { required: true, content: { [JSON_TYPE]: { schema: ruleRequest } } } },
  });
  app.openapi({ ...addRoute, hide: true }, async (c) => {
    const { actor } = c.get('principal');
    contentType(c, [JSON_TYPE]);
    const parsed = ruleRequest.safeParse((await jsonBody(c)).value);
    if (!parsed.success) throw invalidBy(parsed.error);
    const { name, url, filter = {}, condition } = parsed.data;
    const message = webhookUrlFault(url, alerts.allowed);
    if (message !== undefined) throw invalid([{ field: 'url', message }]);
    const secret = parsed.data.secret ?? secretText(randomBytes(SECRET_BYTES.made));
    await arrivals.catchUp();
    const stored = {
      ...{ name, actor, created_at: clock.now(), url, secret, filter: JSON.stringify(filter) },
      condition: condition === undefined ? null : JSON.stringify(condition),
      place: { ...LAST_PLACE, arrival: arrivals.latest },
    };
    const rule_id = await database.transaction(async (tx) => {
      const { all, own } = await countRules(tx, actor);
      refuseMore(all, ALERT_RULES.all, 'on this service');
      refuseMore(own, ALERT_RULES.each, 'of this token');
      return insertRule(tx, stored);
    });
    if (rule_id === undefined) {
      const detail = `there is a rule ${name} already; remove it first, or choose another name`;
      throw new ProblemError('rule-exists', { detail, field: 'name' });
    }
    alerts.wake();
    c.header('location', `/v1/rules/${rule_id}`);
    const made = ruleOnWire({ ...stored, rule_id, pending: 0, dead: 0 }, isSuspended(actor));
    return c.json({ ...made, secret }, 201);
  });

  app.openapi(listRoute, async (c) => {
    const principal = c.get('principal');
    const seen = (await listRules(database)).filter((rule) => maySee(principal, rule));
    return c.json({ items: seen.map((rule) => ruleOnWire(rule, isSuspended(rule.actor))) }, 200);
  });

  app.openapi(oneRoute, async (c) => {
    const rule = await ruleOf(c, c.req.valid('param').rule);
    return c.json(ruleOnWire(rule, isSuspended(rule.actor)), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { rule_id } = await ruleOf(c, c.req.valid('param').rule);
    await database.transaction((tx) => deleteRule(tx, rule_id));
    return c.body(null, 204);
  });

  app.openapi(deliveriesRoute, async (c) => {
    const { rule_id } = await ruleOf(c, c.req.valid('param').rule);
    const { next: after, count, fields, ...query } = c.req.valid('query');
    const rows = await listDeliveries(database, rule_id, { ...query, after });
    const last = rows.length < query.limit ? undefined : rows.at(-1)?.delivery_id;
    const next = last === undefined ? {} : { next: String(last) };
    const counted = count && { count: await countDeliveries(database, rule_id, query) };
    const items = itemsWith(rows.map(deliveryOnWire), fields);
    return c.json({ items, ...counted, ...next } as never, 200);
  });

  app.openapi(retryRoute, async (c) => {
    const { rule_id } = await ruleOf(c, c.req.valid('param').rule);
    const retried = await retryDead(database, { rule_id, now: clock.now() });
    alerts.wake();
    return c.json({ retried }, 200);
  });
}

/** A rule tells of hosts and addresses: who made it may know of it, and who may everything. */
function maySee({ actor, role, allHosts }: Principal, rule: { readonly actor: string }): boolean {
  return rule.actor === actor || (role === 'admin' && allHosts);
}

function refuseMore(count: number, limit: number, whose: string): void {
  if (count < limit) return;
  const detail = `there are ${count} rules ${whose}, as many as there may be; remove one first`;
  throw new ProblemError('too-many-rules', { detail, limit });
}
