/** GET …/explain: why a program is effective on a cgroup, or is not. */
import { z } from '@hono/zod-openapi';
import { attachType } from '../../events/schema/attach-type.ts';
import { reason } from '../../events/schema/reason.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { answerExplain, placesOf } from '../../time-travel/explain/asked-explanation.ts';
import { explanationSentence } from '../../time-travel/explain/explain-text.ts';
import { holesText } from '../../time-travel/holes/holes-text.ts';
import { eventRef } from '../../time-travel/wording/event-ref.ts';
import { atQuery, worldAt } from '../request/at.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { placeOf, placeQuery } from '../request/place.ts';
import { type App, countParam, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { position as wirePosition } from '../wire/event.ts';
import { eventRefOnWire, wireEventRef } from '../wire/event-ref.ts';
import { reflected } from '../wire/reads.ts';
import { holeOnWire, wireHole } from '../wire/sighting.ts';

const n = z.int();

const entry = z.strictObject({
  cgroup_id: n,
  path: z.string(),
  prog_id: n,
  link_id: n.exactOptional(),
  preorder: z.literal(true).exactOptional(),
  put_by: wireEventRef.exactOptional(),
});

export const explanation = z
  .strictObject({
    ...reflected,
    path: z.string(),
    attach_type: attachType,
    program: n,
    prog_name: z.string().exactOptional(),
    effective: z.boolean(),
    why: z.enum([
      ...(['effective', 'never_loaded', 'no_such_cgroup', 'cgroup_removed'] as const),
      ...(['never_attached', 'attach_refused', 'detached', 'link_detached'] as const),
      ...([
        'link_freed',
        'replaced',
        'link_updated',
        'overridden',
        'unseen',
        'kernel_bug',
      ] as const),
    ]),
    sentence: z.string(),
    /** The smallest change after which the answer would be another. */
    change: z.string().exactOptional(),
    event: wireEventRef.exactOptional(),
    /** A refused attempt to attach it again, after it ended. */
    later_refusal: wireEventRef.exactOptional(),
    reason: reason.exactOptional(),
    eventually: z
      .literal(true)
      .exactOptional()
      .describe('The kernel ended the entry a moment after the call.'),
    entry: entry.exactOptional(),
    mode: z.enum(['none', 'override', 'multi']).exactOptional(),
    in_the_way: entry.exactOptional(),
    holes: z
      .array(wireHole)
      .describe(
        'Holes of the record since the boot, the latest 20: what happened there is not known.',
      ),
    begins: wirePosition
      .exactOptional()
      .describe(
        'The log was cut since the boot: the events before this position were removed. ' +
          '`never_loaded`, `never_attached` and `no_such_cgroup` then mean: not since.',
      ),
    stands_at: z.array(
      z.strictObject({
        cgroup_id: n,
        path: z.string(),
        attach_type: attachType,
        link_id: n.exactOptional(),
      }),
    ),
  })
  .meta({
    id: 'Explanation',
    description:
      'The reason in a word (`why`) and a sentence; the event that caused it; the entry of the ' +
      'program, now or before; the entry in its way; the smallest change that would reverse the ' +
      'answer; and every place where the program is attached.',
  });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/explain',
  operationId: 'explain',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Why a program is, or is not, effective on a cgroup',
  request: {
    params: hostParams,
    query: strictObject({
      ...placeQuery,
      program: countParam.describe('Id of the program, in the boot of the moment.'),
      ...atQuery,
      ...formatQuery,
    }),
  },
  responses: answersInForms('The explanation.', explanation),
});

export function explain(app: App, service: Service, stories: HeavyReads): void {
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { program, at, format, ...query } = c.req.valid('query');
    const { moment, answer: stands_at } = await worldAt(service, c, host, at, (kernel) =>
      placesOf(kernel, program),
    );
    const place = await placeOf(service, moment, query);
    const found = await stories.answer(c, ({ database, signal }) =>
      answerExplain({ ...service, database, signal }, { host, moment, place, program }),
    );
    const { names, release, put_by, blocked_by, change, holes, begins } = found;
    const { why, event, entry: own, in_the_way, later_refusal, ...rest } = found.explanation;
    const { path, attach_type } = place;
    const { position } = moment;
    const asked = {
      ...{ path, attach_type, program, position, release, names, stands_at },
      ...(put_by && { put_by }),
      ...(blocked_by && { blocked_by }),
      ...(begins !== undefined && { begins }),
    };
    const sentence = explanationSentence(asked, found.explanation);
    const prog_name = names.get(program)?.prog_name;
    const putByOnWire = (ref: typeof put_by) => ref && { put_by: eventRefOnWire(ref) };
    return inForm(c, format, {
      json: () => ({
        ...{ host, position, path, attach_type, program },
        ...(prog_name !== undefined && { prog_name }),
        ...{ effective: why === 'effective', why, sentence, ...rest },
        ...(change !== undefined && { change }),
        ...(event && { event: eventRefOnWire(eventRef(event)) }),
        ...(later_refusal && { later_refusal: eventRefOnWire(eventRef(later_refusal)) }),
        ...(own && { entry: { ...own, ...putByOnWire(put_by) } }),
        ...(in_the_way && { in_the_way: { ...in_the_way, ...putByOnWire(blocked_by) } }),
        holes: holes.map(holeOnWire),
        ...(begins !== undefined && { begins }),
        stands_at,
      }),
      text: () => [
        sentence,
        ...(change === undefined ? [] : [`To change that: ${change}`]),
        ...holesText(holes),
      ],
    });
  });
}
