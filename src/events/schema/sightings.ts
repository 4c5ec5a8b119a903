/**
 * Sightings as requested and as recorded. A misspelled part is refused by name, and so is a sighting
 * of two things.
 */
import { z } from 'zod';
import type {
  Found,
  FoundThings,
  Gone,
  GoneThings,
  Lost,
  Sighting,
} from '../../domain/observed/sighting.ts';
import { u32, u64 } from './numbers.ts';
import type { Same } from './same-type.ts';
import { strictObject } from './strict-object.ts';
import { objectName, path, plainText } from './text.ts';
import { RECORDED, REQUESTED, type Vocabulary } from './vocabulary.ts';

/** Bytes of the reason that a recorder gives for a hole. */
const CAUSE_BYTES_MAX = 200;
/** Maps that one found program may name. */
const MAPS_MAX = 64;

const id = u32.min(1);
const fd = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const mode = z.enum(['none', 'override', 'multi']);
const preorder = z.literal(true).exactOptional();

function foundShape<V extends Vocabulary>(words: V) {
  const attach_type: V['attachType'] = words.attachType;
  const caps: V['caps'] = words.caps;
  return {
    process: strictObject({
      uid: u32.exactOptional(),
      caps: caps.exactOptional(),
      cgroup: path.exactOptional(),
    }),
    cgroup: strictObject({ path, id: u64.min(1).exactOptional() }),
    prog: strictObject({
      id,
      prog_type: (words.progType as V['progType']).exactOptional(),
      expected_attach_type: attach_type.exactOptional(),
      prog_name: objectName.exactOptional(),
      tag: z
        .string()
        .regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits')
        .exactOptional(),
      uid: u32.exactOptional(),
      map_ids: z.array(id).max(MAPS_MAX).exactOptional(),
    }),
    map: strictObject({
      id,
      map_type: (words.mapType as V['mapType']).exactOptional(),
      key_size: u32.exactOptional(),
      value_size: u32.exactOptional(),
      max_entries: u32.exactOptional(),
      map_name: objectName.exactOptional(),
    }),
    entry: strictObject({
      cgroup: path,
      attach_type,
      mode,
      prog_id: id,
      index: u32.exactOptional(),
      preorder,
    }),
    link: strictObject({
      id,
      prog_id: id,
      attach_type,
      cgroup: path.exactOptional(),
      index: u32.exactOptional(),
      preorder,
    }),
    pin: strictObject({ path, kind: z.enum(['prog', 'link', 'map', 'dir']), id: u32 }),
    fd: strictObject({
      fd,
      kind: z.enum(['prog', 'link', 'map', 'cgroup', 'other']),
      id: u64.exactOptional(),
      path: path.exactOptional(),
      cloexec: z.boolean().exactOptional(),
    }),
  };
}

function goneShape<V extends Vocabulary>(words: V) {
  const named = strictObject({ id });
  return {
    process: strictObject({}) as z.ZodType<Record<never, never>>,
    cgroup: strictObject({ path }),
    prog: named,
    map: named,
    link: named,
    entry: strictObject({
      cgroup: path,
      attach_type: words.attachType as V['attachType'],
      prog_id: id,
    }),
    pin: strictObject({ path }),
    fd: strictObject({ fd }),
  };
}

/** An object of a name and exactly one of the fields of a shape. */
function oneOf<T>(name: 'found' | 'gone', shape: Readonly<Record<string, z.ZodType>>) {
  const things = Object.keys(shape);
  const optional = Object.entries(shape).map(([key, schema]) => [key, schema.exactOptional()]);
  const schema = strictObject({ name: z.literal(name), ...Object.fromEntries(optional) });
  const checked = schema.superRefine((value, context) => {
    const told = things.filter((thing) => thing in value);
    if (told.length === 1) return;
    const count = told.length === 0 ? 'none' : told.join(' and ');
    const message = `must name exactly one of ${things.join(', ')}; it names ${count}`;
    context.addIssue({ code: 'custom', message });
  });
  return checked as unknown as z.ZodType<T>;
}

function lostShape<T extends z.ZodType<number>>(time: T) {
  return strictObject({
    name: z.literal('lost'),
    events: u64.min(1).exactOptional(),
    from: time.exactOptional(),
    to: time.exactOptional(),
    cause: plainText(CAUSE_BYTES_MAX).exactOptional(),
  });
}

const foundThings = foundShape(RECORDED);
const goneThings = goneShape(RECORDED);
const recordedLost = lostShape(z.int().min(0));
export const recordedFound = oneOf<Found>('found', foundThings).meta({ id: 'Found' });
export const recordedGone = oneOf<Gone>('gone', goneThings).meta({ id: 'Gone' });

/** A sighting as the ledger holds it. */
export const recordedSighting: z.ZodType<Sighting> = z.union([
  recordedFound,
  recordedGone,
  recordedLost,
]);

/**
 * The sightings as a recorder posts them, by name.
 *
 * @param time how a time is told; its output is in microseconds since the epoch
 */
export function requestedSightings(time: z.ZodType<number>): {
  readonly [N in Sighting['name']]: z.ZodType<Extract<Sighting, { name: N }>>;
} {
  return {
    found: oneOf<Found>('found', foundShape(REQUESTED)),
    gone: oneOf<Gone>('gone', goneShape(REQUESTED)),
    lost: lostShape(time).superRefine(({ from, to }, context) => {
      if (from === undefined || to === undefined || from <= to) return;
      context.addIssue({ code: 'custom', path: ['to'], message: 'must not be before `from`' });
    }),
  };
}

// Fails to compile when the schemas and the domain's types drift apart, in either direction.
({
  ...{ process: true, cgroup: true, prog: true, map: true },
  ...{ entry: true, link: true, pin: true, fd: true },
}) satisfies {
  readonly [K in keyof FoundThings]: Same<z.output<(typeof foundThings)[K]>, FoundThings[K]>;
};
({
  ...{ process: true, cgroup: true, prog: true, map: true },
  ...{ entry: true, link: true, pin: true, fd: true },
}) satisfies {
  readonly [K in keyof GoneThings]: Same<z.output<(typeof goneThings)[K]>, GoneThings[K]>;
};
true satisfies Same<z.output<typeof recordedLost>, Lost>;
