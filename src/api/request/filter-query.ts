/** The filters of /events, as query parameters. */
import { z } from 'zod';
import { ERRNO_NUMBERS } from '../../domain/errno.ts';
import { CALL_NAMES } from '../../events/schema/call-schema.ts';
import { suggestion } from '../../events/schema/near-name.ts';
import { path } from '../../events/schema/text.ts';
import { cgroupScope } from '../../time-travel/filter/cgroup-scope.ts';
import { type EventFilter, NO_ERRNO } from '../../time-travel/filter/event-filter.ts';
import { programScope } from '../../time-travel/filter/program-scope.ts';
import type { StateReader } from '../../time-travel/filter/refused-by-fd.ts';
import { countParam, shortText } from '../routing.ts';
import type { Service } from '../service.ts';
import { time } from '../time.ts';

const CALLS = ['boot', ...CALL_NAMES, 'found', 'gone', 'lost'];
const ERRNOS = [NO_ERRNO, ...Object.keys(ERRNO_NUMBERS)];

function nameAmong(noun: string, names: readonly string[]) {
  return z
    .string()
    .refine((name) => names.includes(name), {
      error: ({ input }) =>
        `unknown ${noun} ${JSON.stringify(String(input).slice(0, 60))}${suggestion(String(input), names)}`,
    })
    .optional();
}

/** Conditions that an event alone fulfils or does not, on whichever host. */
export const eventQuery = {
  call: nameAmong('call', CALLS).describe('Name of the call.'),
  errno: nameAmong('errno', ERRNOS).describe(
    'Errno of the outcome; `none` for calls that succeeded.',
  ),
  pid: countParam.optional(),
  comm: shortText.optional(),
  actor: shortText.optional(),
  source: z
    .enum(['decided', 'observed', 'inferred'])
    .optional()
    .describe('Who says so: the model, a recorder, or what a recorder said by implication.'),
  drift: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .describe('`true`: only events in which the kernel answered otherwise than the rules.'),
  from: time.optional().describe('Events of this time or later.'),
  to: time.optional().describe('Events of this time or earlier.'),
};

export const filterQuery = {
  ...eventQuery,
  program: countParam
    .optional()
    .describe(
      'Events that touch the program of this id: its load, attachments and links, and what ends them.',
    ),
  link: countParam.optional().describe('Events that name this link id.'),
  cgroup: path.optional().describe('Events that touch the cgroup at this path, or one below it.'),
};

const filterSchema = z.object(filterQuery);
export type FilterQuery = z.output<typeof filterSchema>;

/** Reads states of a host for a filter. */
export function stateReader({ log }: Service, host: string): StateReader {
  return (position, read) => log.withStateAt(host, position, read);
}

/** The filter that query parameters ask for. */
export async function filterOf(
  service: Service,
  hostId: number,
  { cgroup, program, ...conditions }: FilterQuery,
): Promise<EventFilter> {
  const { database } = service;
  return {
    ...conditions,
    ...(cgroup !== undefined && { cgroup: await cgroupScope(database, hostId, cgroup) }),
    ...(program !== undefined && { program: await programScope(database, hostId, program) }),
  };
}
