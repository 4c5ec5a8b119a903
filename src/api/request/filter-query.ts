/** The filters of /events, as query parameters. */
import { z } from 'zod';
import { ERRNO_NUMBERS } from '../../domain/errno.ts';
import { RULES } from '../../domain/rules.ts';
import { oldestKept, requireKept } from '../../events/cuts.ts';
import { EFFECT_CODES } from '../../events/encoding/names.ts';
import { positionAt } from '../../events/reading/log-reader.ts';
import { CALL_NAMES } from '../../events/schema/call-schema.ts';
import { nameHint } from '../../events/schema/near-name.ts';
import { reason } from '../../events/schema/reason.ts';
import { path } from '../../events/schema/text.ts';
import { listBoots } from '../../projections/boots.ts';
import { WILDCARDS_MAX, wildcardsIn } from '../../time-travel/filter/cgroup-pattern.ts';
import { cgroupScope } from '../../time-travel/filter/cgroup-scope.ts';
import { type EventFilter, NO_ERRNO } from '../../time-travel/filter/event-filter.ts';
import { FleetFilter } from '../../time-travel/filter/fleet-filter.ts';
import { namedScope, programScope } from '../../time-travel/filter/program-scope.ts';
import type { StateReader } from '../../time-travel/filter/refused-by-fd.ts';
import type { MomentText } from '../../time-travel/moment.ts';
import { countParam, severalOf, shortText } from '../routing.ts';
import type { Service } from '../service.ts';
import { time } from '../time.ts';
import { momentParam, requireMoment } from './at.ts';
import { attachTypeParam } from './place.ts';

const CALLS = ['boot', ...CALL_NAMES, 'found', 'gone', 'lost'];
const ERRNOS = Object.keys(ERRNO_NUMBERS);

/** @param rarer names that are meant only where none of `usual` is near */
function namesAmong(
  noun: string,
  usual: readonly string[],
  description: string,
  rarer: readonly string[] = [],
) {
  const names = [...usual, ...rarer];
  const name = z.string().refine((text) => names.includes(text), {
    error: ({ input }) =>
      `unknown ${noun} ${JSON.stringify(String(input).slice(0, 60))}${nameHint(String(input), usual, rarer)}`,
  });
  return severalOf(name, description);
}

/** Conditions that an event alone fulfils or does not, on whichever host. */
const conditions = {
  call: namesAmong('call', CALLS, 'Name of the call.'),
  errno: namesAmong('errno', ERRNOS, 'Errno of the outcome; `none` for calls that succeeded.', [
    NO_ERRNO,
  ]),
  rule: namesAmong('rule', Object.keys(RULES), 'Rule by which the call was refused.'),
  effect: namesAmong('effect', Object.keys(EFFECT_CODES), 'Type of an effect: `EntryRemoved`.'),
  reason: severalOf(reason, 'Why something ended by the event.'),
  attach_type: severalOf(
    attachTypeParam,
    'An attach type, in any spelling, that the call, an effect or the refusal names.',
  ),
  pid: severalOf(countParam, 'Process.'),
  comm: severalOf(shortText, 'Name of the process.'),
  actor: severalOf(shortText, 'Who sent it.'),
  boot: severalOf(countParam, 'Boot of the host.'),
  source: severalOf(
    z.enum(['decided', 'observed', 'inferred']),
    'Who says so: the model, a recorder, or what a recorder said by implication.',
  ),
  drift: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .describe('`true`: only events in which the kernel answered otherwise than the rules.'),
  link: severalOf(countParam, 'Link that the event names.'),
  map: severalOf(countParam, 'Map that the event names.'),
};

/** Conditions that mean the same on every host, as fields of a JSON body: names, and no ids. */
const { call, errno, rule, effect, reason: why, attach_type, comm, actor, source } = conditions;
export const filterFields = {
  ...{ call, errno, rule, effect, reason: why, attach_type, comm, actor, source },
  drift: z
    .boolean()
    .optional()
    .describe('`true`: only events in which the kernel answered otherwise than the rules.'),
};

/** A path in the cgroup tree, with wildcards or without. */
export const cgroupPattern = path
  .refine((text) => wildcardsIn(text) <= WILDCARDS_MAX, `has more than ${WILDCARDS_MAX} wildcards`)
  .describe('A path; `*` is any part of one name of it, `**` any part of the path.');

/** Conditions that name what has another id on each host. */
const named = {
  tag: severalOf(
    shortText,
    'Events that touch a program with this tag: its load, attachments and links, and what ends them.',
  ),
  prog_name: severalOf(shortText, 'The same of the programs with this name.'),
  cgroup: cgroupPattern
    .optional()
    .describe(
      'Events that touch the cgroup at this path, or one below it. `*` is any part of one name of ' +
        'the path, `**` any part of it.',
    ),
};

/** The filters of events of all hosts. */
export const eventQuery = {
  ...conditions,
  ...named,
  from: time.optional().describe('Events of this time or later.'),
  to: time.optional().describe('Events of this time or earlier.'),
};

/** The filters of events of one host. */
export const filterQuery = {
  ...conditions,
  ...named,
  program: severalOf(countParam, 'The same of the program of this id, in any boot.'),
  from: momentParam
    .optional()
    .describe('Events of this time or later; from this position on; or from where a boot begins.'),
  to: momentParam
    .optional()
    .describe('Events of this time or earlier; up to this position; or to where a boot ends.'),
};

const filterSchema = z.object(filterQuery);
export type FilterQuery = z.output<typeof filterSchema>;

const fleetSchema = z.object(eventQuery);

/** The filter of the events of all hosts that query parameters ask for. */
export function fleetFilterOf(
  { log }: Pick<Service, 'log'>,
  { tag: tags, prog_name: names, cgroup, ...alike }: z.output<typeof fleetSchema>,
): FleetFilter {
  return new FleetFilter(log, alike, { tags, names, cgroup });
}

/** Reads states of a host for a filter. */
export function stateReader({ log }: Service, host: string): StateReader {
  return (position, read) => log.withStateAt(host, position, read);
}

/** The filter that query parameters ask for. */
export async function filterOf(
  service: Service,
  { host, host_id }: { readonly host: string; readonly host_id: number },
  { cgroup, program, tag: tags, prog_name: names, from, to, ...more }: FilterQuery,
): Promise<EventFilter> {
  const { database } = service;
  const isNamed = tags !== undefined || names !== undefined;
  return {
    ...more,
    ...(from && (await startOf(service, host_id, from))),
    ...(to && (await endOf(service, { host, host_id }, to))),
    ...(cgroup !== undefined && { cgroup: await cgroupScope(database, host_id, cgroup) }),
    ...(program !== undefined && { program: await programScope(database, host_id, program) }),
    ...(isNamed && {
      named: await namedScope(database, host_id, {
        ...(tags && { tags }),
        ...(names && { names }),
      }),
    }),
  };
}

/** A boot, as the first moment, begins where its event is. */
async function startOf(
  { database }: Service,
  host_id: number,
  moment: MomentText,
): Promise<Pick<EventFilter, 'from' | 'position_from'>> {
  if (moment.kind === 'time') return { from: moment.time };
  if (moment.kind === 'position') return { position_from: moment.position };
  const page = { after: moment.boot - 1, limit: 1 };
  const [boot] = await listBoots(database, { host_id, position: Number.MAX_SAFE_INTEGER }, page);
  return { position_from: boot?.position_from ?? Number.MAX_SAFE_INTEGER };
}

/** @throws LogRefusal `position-removed` for an end before the log was cut: all that is asked for is gone */
async function endOf(
  service: Service,
  { host, host_id }: { readonly host: string; readonly host_id: number },
  moment: MomentText,
): Promise<Pick<EventFilter, 'to' | 'position_to'>> {
  const { database } = service;
  if (moment.kind === 'time') {
    if ((await oldestKept(database, host_id)) > 1) await positionAt(database, host_id, moment.time);
    return { to: moment.time };
  }
  if (moment.kind === 'position') {
    await requireKept(database, host_id, moment.position);
    return { position_to: moment.position };
  }
  const { moment: end, fixed } = await requireMoment(service, host, moment, 'to');
  // The boot of now has no end yet, and a stream goes on in it.
  return fixed ? { position_to: end.position } : {};
}
