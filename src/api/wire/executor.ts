/** The executor's side on the wire: its lease, its reports, and what differs. */
import { z } from 'zod';
import { MARK_FORM } from '../../events/encoding/mark.ts';
import { recordedSuccess, refusalFields } from '../../events/schema/outcome-schema.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { plainText, shortText } from '../../events/schema/text.ts';
import { EXECUTOR_REPORTS_MAX, REPAIRS_MAX, STANDING_MAX } from '../limits.ts';
import { position } from './event.ts';
import { timestamp } from './timestamp.ts';

const name = shortText(200);
const pathText = shortText(4096);
/** Null where it was not stored yet. */
const actor = z.string().nullable().describe('Who it was: `token:NAME`, or `local`.');

const place = strictObject({
  kernel: name.describe('`uname -r`.'),
  cgroup_root: pathText.describe('The directory that is `/` of the log.'),
  bpffs: pathText,
  ephemeral: z.boolean(),
}).meta({ id: 'ExecutorPlace', description: 'Where an executor works.' });

export const leaseRequest = strictObject({
  executor: name.describe('What it calls itself.'),
  instance: name.describe(
    'What no other process that runs has for its own: only the same one, by the same token, may ' +
      'take its lease again before that ends.',
  ),
  place,
}).meta({ id: 'LeaseRequest' });

export const leaseAnswer = z
  .strictObject({
    lease: z.string().describe('Send it with every report.'),
    expires_at: timestamp,
    lease_ms: z.int().describe('Reports renew the lease by so much; empty ones do too.'),
    reported_position: z.int().min(0),
  })
  .meta({ id: 'Lease' });

const how = z.enum(['performed', 'found', 'withheld']).meta({
  id: 'ReportHow',
  description:
    '`performed`; `found` done already after a restart; `withheld`: outside of its place, or ' +
    'it would have touched what the executor did not make.',
});

/** What a kernel answered; it does not name a rule. */
const kernelOutcome = z
  .union([recordedSuccess, strictObject(refusalFields)])
  .meta({ id: 'KernelOutcome' });

const report = strictObject({
  position,
  how,
  outcome: kernelOutcome,
  kernel_ids: z.record(plainText(40), z.int()).exactOptional(),
  note: plainText(1000).exactOptional(),
  duration: z.int().min(0).exactOptional().describe('Microseconds.'),
}).meta({ id: 'Report' });

const difference = strictObject({
  what: name.describe('`cgroup`, `attached`, `effective`, `program`, `link`, `map`, `pin`.'),
  where: plainText(5000),
  log: plainText(5000),
  kernel: plainText(5000),
}).meta({ id: 'Difference', description: 'Where the kernel is otherwise than the log says.' });

const repairFields = {
  what: name.describe('`cgroup`, `entry`, `link`, `pin`.'),
  where: plainText(5000),
  did: plainText(1000).describe('What was put back, or the errno that refused it.'),
};

export const reportsRequest = strictObject({
  lease: name,
  reports: z.array(report).max(EXECUTOR_REPORTS_MAX),
  last_event_id: z
    .string()
    .regex(new RegExp(`^\\d{1,15}\\.${MARK_FORM}$`), 'must be the id of an event that was followed')
    .exactOptional()
    .describe(
      'The id of the newest event that the executor read of the stream. When the log went back, and ' +
        'other events are there, nothing is stored: `position-changed`.',
    ),
  standing: z
    .array(difference)
    .max(STANDING_MAX)
    .exactOptional()
    .describe('All that differs now; absent when nothing changed.'),
  repairs: z
    .array(strictObject(repairFields).meta({ id: 'Repair' }))
    .max(REPAIRS_MAX)
    .exactOptional()
    .describe('What was put back on the kernel since the last report.'),
}).meta({ id: 'ReportsRequest' });

export const reportsAnswer = z
  .strictObject({
    reported_position: z.int().min(0),
    expires_at: timestamp,
    disagree: z.int().describe('Reports of this batch that disagree with the log.'),
  })
  .meta({ id: 'ReportsAnswer' });

export const executorAnswer = z
  .strictObject({
    host: z.string(),
    head: z.int(),
    executor: z
      .strictObject({
        name: z.string(),
        actor,
        place,
        leased_at: timestamp,
        expires_at: timestamp,
        alive: z.boolean().describe('The lease has not ended.'),
      })
      .nullable(),
    reported_position: z.int(),
    reports: z.int(),
    disagreeing: z.int(),
  })
  .meta({ id: 'ExecutorState' });

export const driftAnswer = z
  .strictObject({
    host: z.string(),
    reported_position: z.int(),
    standing: z.array(difference).describe('How the kernel differed when it was last looked at.'),
    standing_at: timestamp.nullable(),
    items: z.array(
      z.strictObject({
        position: z.int(),
        how,
        call: z.string().describe("The call's name."),
        log: kernelOutcome,
        kernel: kernelOutcome,
        note: z.string(),
        executor: z.string(),
        actor,
        reported_at: timestamp,
      }),
    ),
    repairs: z
      .array(
        z.strictObject({
          kind: z.literal('repair'),
          ...repairFields,
          position: z.int().describe('How far the log was reported then.'),
          executor: z.string(),
          actor,
          repaired_at: timestamp,
        }),
      )
      .describe('What the executor put back, newest first.'),
    next: z.string().exactOptional(),
  })
  .meta({ id: 'Drift', description: 'Where a real kernel and the log disagree.' });
