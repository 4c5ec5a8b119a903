/** POST …/replays: the same calls under another release; where its kernel answers otherwise. */
import { z } from '@hono/zod-openapi';
import { releaseOf } from '../../domain/release/release.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { type ReplayDifference, replayUnder } from '../../time-travel/replay/replay.ts';
import { contentType, JSON_TYPE } from '../content-type.ts';
import { invalidBy } from '../field-errors.ts';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, REPLAYS } from '../limits.ts';
import { requireMoment } from '../request/at.ts';
import { jsonBody } from '../request/body.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { momentField } from '../request/moment-field.ts';
import { beginOf } from '../request/page.ts';
import { type App, answers, createRoute, hostParams, reflect } from '../routing.ts';
import type { Service } from '../service.ts';
import { answerInTurns } from '../streams/json-in-turns.ts';
import { effectsOnWire, wireEffect } from '../wire/effect.ts';
import { eventOnWire, outcomeOnWire, position, wireEvent, wireOutcome } from '../wire/event.ts';
import { release } from '../wire/hosts.ts';
import { reflected } from '../wire/reads.ts';

const replayRequest = strictObject({
  release,
  at: momentField.exactOptional(),
  after: z.int().min(0).exactOptional().describe('Only differences after this position.'),
  next: z.int().min(0).exactOptional().describe('The `next` of the page before.'),
  limit: z.int().min(1).max(PAGE_ROWS_MAX).default(PAGE_ROWS_DEFAULT),
  consequences: z
    .boolean()
    .default(true)
    .describe('Also calls that differ only because an earlier call differs.'),
  tags: z
    .boolean()
    .default(false)
    .describe('Also compare program tags, which newer kernels make with SHA-256.'),
}).meta({ id: 'ReplayRequest' });

const difference = z
  .strictObject({
    event: wireEvent,
    recorded_under: z.string(),
    replayed: z.strictObject({ outcome: wireOutcome, effects: z.array(wireEffect) }),
    because: z.enum(['release', 'earlier']).meta({
      description:
        'release: its rules answer differently on the recorded state; ' +
        'earlier: they answer the same, but an earlier difference changed the state.',
    }),
    switches: z.array(z.strictObject({ name: z.string(), sentence: z.string(), bug: z.boolean() })),
    sentence: z.string(),
  })
  .meta({ id: 'ReplayDifference' });

export const replayAnswer = z
  .strictObject({
    ...reflected,
    release: z.string(),
    /** The last position that was compared. */
    compared_to: position,
    begins: position
      .exactOptional()
      .describe('The log was cut: calls before this position, a boot, were not compared.'),
    items: z.array(difference),
    next: z.int().exactOptional().describe('The `next` of the following page.'),
  })
  .meta({ id: 'Replay' });

const route = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/replays',
  operationId: 'replayHost',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'What another kernel would have answered',
  description:
    'The recorded calls are decided by the rules of another release, on a state of their own from ' +
    'the boot on. Nothing is recorded.',
  request: { params: hostParams },
  responses: answers('The calls with another answer or other effects.', replayAnswer),
});

function onWire({ event, replayed, switches, ...rest }: ReplayDifference) {
  const { outcome, effects } = replayed;
  return {
    ...rest,
    event: eventOnWire(event),
    switches: [...switches],
    replayed: {
      outcome: outcomeOnWire(outcome),
      effects: effectsOnWire(event.call.name, effects),
    },
  };
}

export function replays(app: App, service: Service): void {
  const reads = new HeavyReads(service, REPLAYS);
  app.describe({
    ...route,
    request: {
      params: hostParams,
      body: { required: true, content: { [JSON_TYPE]: { schema: replayRequest } } },
    },
  });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    contentType(c, [JSON_TYPE]);
    const parsed = replayRequest.safeParse((await jsonBody(c)).value);
    if (!parsed.success) throw invalidBy(parsed.error);
    const { at, release: name, after, next, ...rest } = parsed.data;
    const question = { ...rest, after: beginOf({ after, next }) ?? 0 };
    const found = releaseOf(name);
    if (found === undefined) throw new LogRefusal({ why: 'unknown-release', release: name });
    const { moment } = await requireMoment(service, host, at, 'at');
    const replay = await reads.answer(c, ({ database }) =>
      replayUnder(database, moment, { ...question, release: found }),
    );
    const { compared_to, begins } = replay;
    reflect(c, host, moment);
    const answer = {
      host,
      position: moment.position,
      release: found.id,
      compared_to,
      ...(begins !== undefined && { begins }),
      items: replay.differences.map(onWire),
      ...(compared_to < moment.position && { next: compared_to }),
    };
    return answerInTurns(c, answer) as Promise<never>;
  });
}
