// What is refused of logs that others wrote is nothing that a kernel answered: each event of the
// recordings passes, and is written again as the same text.

import { expect, it } from 'vitest';
import { decodeEvent, encodeEvent } from '../../src/events/encoding/codec.ts';
import { changeSchema, eventSchema } from '../../src/events/schema/event-schema.ts';
import { faultFinder } from '../../src/events/schema/fault-finder.ts';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { root } from '../support/command.ts';
import { goldenEvents } from '../support/golden-log.ts';

const changeFault = faultFinder(changeSchema);
const eventFault = faultFinder(eventSchema);

it.each(['5.10', '6.18', '7.3'])(
  'every event recorded on %s is one',
  { timeout: 60_000 },
  async (series) => {
    const events = await goldenEvents(
      await readGolden(`${root}/test/histories/${series}.jsonl.br`),
    );
    expect(events.length).toBeGreaterThan(5000);
    const faults = new Set(events.flatMap((event) => eventFault(event) ?? []));
    expect([...faults]).toEqual([]);
    for (const event of events) {
      const { position, recorded_at, pid, call, outcome, effects } = event;
      expect(changeFault({ position, pid, call, outcome, effects })).toBeUndefined();
      const body = encodeEvent(event);
      if (encodeEvent(decodeEvent({ position, recorded_at, body })) !== body) throw new Error(body);
    }
  },
);
