/**
 * GET …/effective/stream and …/links/stream: what runs on a cgroup, or which links there are, as
 * server-sent events: all of it, and then each change with the event that made it.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { LedgerEvent } from '../../events/event.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { linksByIds } from '../../projections/links.ts';
import { programNames } from '../../projections/lives.ts';
import { type Moment, PAGE_LIMIT_MAX } from '../../projections/moment.ts';
import { changesArrays } from '../../time-travel/alerts/array-watch.ts';
import { type ArrayPlace, arrayTimeline } from '../../time-travel/array-timeline.ts';
import { findMoment } from '../../time-travel/moment.ts';
import { QuestionLimit } from '../../time-travel/question-limit.ts';
import { STREAMED } from '../answer-headers.ts';
import type { AccessEnv } from '../guard/access.ts';
import { Room } from '../guard/room.ts';
import { PARAMETER_CHARS_MAX, STATE_STREAMS, STREAMED_LINKS_MAX } from '../limits.ts';
import { placeOf, placeQuery } from '../request/place.ts';
import { startOfStream } from '../request/stream-start.ts';
import { type App, createRoute, hostParams, problemAnswer } from '../routing.ts';
import type { Service } from '../service.ts';
import { answerInRoom } from '../streams/message-stream.ts';
import { type RowsByKey, type StateView, stateMessages } from '../streams/state-messages.ts';
import { EVENT_STREAM, linkMessage, slotMessage } from '../wire/messages.ts';

const HOW =
  'First `event: ADDED` for each one that is there and an `event: BOOKMARK` with the position; then ' +
  '`ADDED`, `CHANGED` and `REMOVED` with the event that is the `cause`. Send an id back as ' +
  'Last-Event-ID, also after a restart of the service, and the stream goes on there: what one event ' +
  'changed comes as a whole, perhaps again. `event: history-changed` is the last message of a log ' +
  'that went back.';

const headers = z.object({ 'last-event-id': z.string().max(PARAMETER_CHARS_MAX).optional() });
const streamOf = (schema: z.ZodType) =>
  ({
    200: { description: 'The stream.', headers: STREAMED, content: { [EVENT_STREAM]: { schema } } },
    default: problemAnswer,
  }) as const;

const effectiveRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/effective/stream',
  operationId: 'followEffective',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Follow the effective array of a cgroup, slot by slot',
  description: HOW,
  request: { params: hostParams, query: strictObject(placeQuery), headers },
  responses: streamOf(slotMessage),
});

const linksRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/links/stream',
  operationId: 'followLinks',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Follow the living links',
  description: HOW,
  request: { params: hostParams, headers },
  responses: streamOf(linkMessage),
});

export function stateStreams(app: App, service: Service): void {
  const { log, database } = service;
  const room = new Room(STATE_STREAMS, 'streams of states');

  app.openapi(effectiveRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { moment } = await findMoment(service, host);
    const place = await placeOf(service, moment, c.req.valid('query'));
    return answer(c, host, arrayView(service, place));
  });

  app.openapi(linksRoute, (c) => {
    const { host } = c.req.valid('param');
    return answer(c, host, linksView(service, host));
  });

  async function answer(c: Context<AccessEnv>, host: string, view: StateView) {
    const id = startOfStream(c.req.header('last-event-id'));
    const head = await log.head(host);
    const { host_id } = head;
    const position = id?.after ?? head.position;
    const isThere = position > 0 && position <= head.position;
    // What is behind the head of another history is told of that, in the stream.
    if (!isThere && id?.mark === undefined) {
      throw new LogRefusal({ why: 'no-such-position', position, head: head.position });
    }
    const at = { kind: 'position', position } as const;
    const start = isThere ? (await findMoment({ log, database }, host, at)).moment : undefined;
    const place = id ?? { after: position, mark: start?.mark };
    return answerInRoom(c, { service, room }, (signal) =>
      stateMessages({
        ...{ host, host_id, view, start, isResumed: id !== undefined, signal },
        follow: () => log.subscribe(host, place),
      }),
    );
  }
}

/** The slots of an array; one is the same as long as its entry is. */
function arrayView({ database }: Service, place: ArrayPlace): StateView {
  async function all(moment: Moment): Promise<RowsByKey> {
    const { host_id, position } = moment;
    const versions = await arrayTimeline(
      database,
      { host_id, from: position, to: position },
      place,
    );
    const slots = versions.at(-1)?.slots ?? [];
    const names = await programNames(
      database,
      moment,
      slots.map(({ prog_id }) => prog_id),
    );
    const rows = new Map<string, object>();
    for (const [slot, one] of slots.entries()) {
      const { prog_id, link_id, cgroup_id } = one;
      const holder = link_id === undefined ? `${cgroup_id} ${prog_id}` : `link ${link_id}`;
      // An array that a kernel bug wrote may run one program twice.
      const key = rows.has(holder) ? `${holder} ${slot}` : holder;
      const { prog_name = '', tag = '' } = names.get(prog_id) ?? {};
      const { path, attach_type } = place;
      rows.set(key, { path, attach_type, slot, ...one, prog_name, tag });
    }
    return rows;
  }
  const isMade = ({ effects }: LedgerEvent) =>
    effects.some((effect) => effect.type === 'CgroupMade' && effect.path === place.path);
  return {
    singular: 'slot',
    all,
    mayChange: (event) => changesArrays(event) || isMade(event),
    after: async (moment) => ({ rows: await all(moment) }),
  };
}

/** The links of a host. */
function linksView({ log, database }: Service, host: string): StateView {
  async function some(moment: Moment, ids: readonly number[]): Promise<RowsByKey> {
    const rows = await linksByIds(database, moment, ids);
    return new Map(rows.map((row) => [String(row.link_id), row]));
  }
  return {
    singular: 'link',
    async all(moment) {
      const ids = await log.withStateAt(host, moment.position, ({ links }) => [...links.keys()]);
      if (ids.length > STREAMED_LINKS_MAX) {
        const message = `has ${ids.length} links; ask for pages of /links`;
        throw new QuestionLimit('host', STREAMED_LINKS_MAX, message);
      }
      const found = new Map<string, object>();
      for (let from = 0; from < ids.length; from += PAGE_LIMIT_MAX) {
        const page = ids.slice(from, from + PAGE_LIMIT_MAX);
        for (const [key, row] of await some(moment, page)) found.set(key, row);
      }
      return found;
    },
    mayChange: ({ effects }) =>
      effects.some((effect) => 'link_id' in effect || effect.type === 'Booted'),
    async after(moment, { effects }) {
      if (effects.some(({ type }) => type === 'Booted')) return { rows: new Map() };
      const ids = effects.flatMap((effect) => ('link_id' in effect ? [effect.link_id] : []));
      return { rows: await some(moment, ids), keys: ids.map(String) };
    },
  };
}
