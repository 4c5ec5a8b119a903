/** What an import of a recording is answered with, a line at a time. */
import { z } from 'zod';
import { position } from './event.ts';
import { timestamp } from './timestamp.ts';

const counted = z
  .record(z.string(), z.strictObject({ count: z.int(), lines: z.array(z.int()) }))
  .describe('By kind: how often, and the first lines.');

export const importProgress = z
  .strictObject({
    type: z.literal('progress'),
    pass: z.int().describe('1: all is read and checked; 2: it is recorded.'),
    bytes: z.int(),
    of: z.int(),
    events: z.int(),
  })
  .meta({ id: 'ImportProgress' });

export const importEnd = z
  .strictObject({
    type: z.literal('imported'),
    host: z.string(),
    made_host: z.boolean(),
    recorded_before: z.int().describe('How many of the events an earlier request recorded.'),
    begins_before: timestamp
      .exactOptional()
      .describe('Time of the event before, where the recording begins earlier than that.'),
    position_from: position,
    position,
    events: z.int(),
    drift: z.int().describe('Events in which the rules would have answered otherwise.'),
    summary: z.strictObject({
      lines: z.int(),
      observed: z.int(),
      inferred: z.int(),
      queries: z.int(),
      divergences: z.strictObject({
        count: z.int(),
        first: z.array(
          z.strictObject({
            line: z.int(),
            call: z.string(),
            observed: z.string(),
            expected: z.string(),
          }),
        ),
      }),
      left_out: counted,
      unreadable: counted,
      abbreviated: counted,
      ambiguous: z.array(z.int()),
      cut_off: z.int().exactOptional(),
    }),
  })
  .meta({ id: 'ImportedRecording' });

export const importLine = z.union([importProgress, importEnd]);
