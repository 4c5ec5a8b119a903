/**
 * Messages of the streams of server-sent events, as the document tells of them: a schema of a stream is
 * that of one message, and `data` is JSON of the schema that it names.
 */
import { z } from 'zod';
import { attachType } from '../../events/schema/attach-type.ts';
import { position } from './event.ts';
import { wireEventRef } from './event-ref.ts';
import { linkRow, slotFields } from './reads.ts';
import { timestamp } from './timestamp.ts';

export const EVENT_STREAM = 'text/event-stream';

/** A field whose text is JSON of a schema of the document. */
const jsonOf = (id: string) =>
  z.string().meta({
    description: `JSON: ${id}.`,
    contentMediaType: 'application/json',
    contentSchema: { $ref: `#/components/schemas/${id}` },
  });

/** A message; what `id` says where it has one: sent back as Last-Event-ID, the stream goes on there. */
function message<E extends string>(event: E, payload: string) {
  const id = z.string().describe('Send it back as Last-Event-ID, and the stream goes on after it.');
  return z.strictObject({ event: z.literal(event), id, data: jsonOf(payload) });
}

/** The last message of a stream. */
function lastMessage<E extends string>(event: E, payload: string) {
  return z.strictObject({ event: z.literal(event), data: jsonOf(payload) });
}

z.strictObject({ position }).meta({
  id: 'Bookmark',
  description: 'How far a filtered stream is.',
});
z.strictObject({
  known: z.int().describe('The end of the log before, or the position that was sent back.'),
  position: z.int().describe('The end of the log now; 0 when the host is gone.'),
  deleted_at: timestamp.exactOptional().describe('When its owner deleted the host.'),
}).meta({ id: 'HistoryChange', description: 'The log that was followed went back, or is gone.' });
z.strictObject({ last: z.string().describe('The place that the stream has come to.') }).meta({
  id: 'FleetBookmark',
  description: 'How far a filtered stream of all hosts is.',
});
z.strictObject({
  known: z.string().describe('The place that was sent, or to which the stream had come.'),
}).meta({
  id: 'FleetHistoryChange',
  description: 'The place is not there any more: the database went back.',
});

/** Of the events of a host. */
export const eventMessage = z
  .discriminatedUnion('event', [
    message('event', 'Event'),
    message('bookmark', 'Bookmark'),
    lastMessage('history-changed', 'HistoryChange'),
  ])
  .meta({ id: 'EventMessage' });

/** Of the events of all hosts. */
export const hostEventMessage = z
  .discriminatedUnion('event', [
    message('event', 'HostEvent'),
    message('bookmark', 'FleetBookmark'),
    message('unreadable', 'UnreadableEvent'),
    lastMessage('removed', 'RemovedEvents'),
    lastMessage('history-changed', 'FleetHistoryChange'),
  ])
  .meta({ id: 'HostEventMessage' });

/** Of what differs on a real kernel. */
export const driftMessage = lastMessage('drift', 'Drift').meta({ id: 'DriftMessage' });

const changeFields = {
  host: z.string(),
  position: position.describe('After which it is so.'),
  cause: wireEventRef
    .exactOptional()
    .describe('The event that made the change; left out for what was there at the beginning.'),
};
z.strictObject({
  ...changeFields,
  slot: z
    .strictObject({
      path: z.string().describe('The cgroup whose array it is.'),
      attach_type: attachType,
      slot: z.int().describe('Its place in the effective array, from 0.'),
      ...slotFields,
      prog_name: z.string(),
      tag: z.string(),
    })
    .describe('The slot.'),
}).meta({ id: 'SlotChange', description: 'A slot as it is now; a removed one as it was.' });
z.strictObject({ ...changeFields, link: linkRow }).meta({
  id: 'LinkChange',
  description: 'A link as it is now; a removed one as it was.',
});
z.strictObject({ host: z.string(), position }).meta({
  id: 'StateBookmark',
  description: 'All that was told is so at this position.',
});

/** Of one of several changes of an event the last alone has an id. */
function change<E extends string>(event: E, payload: string) {
  return message(event, payload).partial({ id: true });
}

function stateMessage(payload: string, id: string) {
  return z
    .discriminatedUnion('event', [
      change('ADDED', payload),
      change('CHANGED', payload),
      change('REMOVED', payload),
      message('BOOKMARK', 'StateBookmark'),
      lastMessage('history-changed', 'HistoryChange'),
    ])
    .meta({ id });
}

/** Of an effective array. */
export const slotMessage = stateMessage('SlotChange', 'SlotMessage');

/** Of the links of a host. */
export const linkMessage = stateMessage('LinkChange', 'LinkMessage');
