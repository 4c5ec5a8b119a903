/** Events of several hosts on the wire: each with the host that it is of. */
import { z } from 'zod';
import type { ArrivedEvent } from '../../projections/fleet/arrived-events.ts';
import { eventOnWire, position, wireEvent } from './event.ts';
import { eventText } from './event-text.ts';
import { counted } from './reads.ts';

const host = z.string().describe('The host that it is of.');

export const wireHostEvent = wireEvent.extend({ host }).meta({ id: 'HostEvent' });

const unreadable = z.strictObject({ host, position }).meta({
  id: 'UnreadableEvent',
  description: 'An event that cannot be read, since the log of the host is damaged there.',
});

const removedEvents = z
  .strictObject({
    host,
    oldest: position.describe('The oldest position of its log that is kept.'),
  })
  .meta({
    id: 'RemovedEvents',
    description: 'The log of a host was cut: events before the oldest one would come here.',
  });

export const hostEventPage = z
  .strictObject({
    items: z.array(wireHostEvent),
    unreadable: z.array(unreadable).exactOptional(),
    removed: z.array(removedEvents).exactOptional(),
    count: counted,
    next: z.string().exactOptional(),
    last: z.string().exactOptional().describe('The end of the page: a stream goes on `after` it.'),
  })
  .meta({
    id: 'HostEventPage',
    description: 'Events of all hosts. `next` is there when more may follow.',
  });

/** What can be read of some events, and what cannot. */
export function hostEventsOnWire(events: readonly ArrivedEvent[]) {
  const items = events.flatMap(({ host, event }) =>
    event === null ? [] : [{ host, ...eventOnWire(event) }],
  );
  const broken = events.flatMap(({ host, event, place }) =>
    event === null ? [{ host, position: place.position }] : [],
  );
  return { items, ...(broken.length > 0 && { unreadable: broken }) };
}

/** A readable event with its host, as text. */
export function hostEventText({ host, event }: ArrivedEvent): string | undefined {
  return event === null
    ? undefined
    : `{"host":${JSON.stringify(host)},${eventText(event).slice(1)}`;
}
