/** Which effective array a question is about: a cgroup, by id or path, and an attach type. */
import { z } from 'zod';
import type { AttachType } from '../../domain/attach-type.ts';
import { attachTypeInput } from '../../events/schema/attach-type.ts';
import { path } from '../../events/schema/text.ts';
import { pathOfCgroup } from '../../projections/lives.ts';
import type { Moment } from '../../projections/moment.ts';
import type { ArrayPlace } from '../../time-travel/array-timeline.ts';
import { noSuchObject } from '../problem.ts';
import { shortText } from '../routing.ts';
import type { Service } from '../service.ts';

const ID = /^\d{1,15}$/;

/** A cgroup by id or by path. */
const cgroupParam = z.union([z.string().regex(ID, { abort: true }), path], {
  error: 'must be the id of a cgroup or an absolute path',
});

/** An attach type in any spelling that calls accept. */
export const attachTypeParam = shortText.transform((text, context) => {
  const spelt = attachTypeInput.safeParse(/^\d+$/.test(text) ? Number(text) : text);
  if (spelt.success) return spelt.data;
  for (const { message } of spelt.error.issues) context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** The query of every question about one effective array. */
export const placeQuery = {
  cgroup: cgroupParam.describe(
    'The path of a cgroup: whichever cgroup had it at the moment; or the id of one cgroup.',
  ),
  attach_type: attachTypeParam.describe('Any spelling that calls accept.'),
};

/**
 * The place that a query names. Several cgroups may have had a path, one after the other; an id
 * means the cgroup of the moment's boot, which may be gone by now.
 */
export async function placeOf(
  { database }: Service,
  moment: Moment,
  { cgroup, attach_type }: { readonly cgroup: string; readonly attach_type: AttachType },
): Promise<ArrayPlace> {
  if (!ID.test(cgroup)) return { path: cgroup, attach_type };
  const cgroup_id = Number(cgroup);
  const found = await pathOfCgroup(database, moment, cgroup_id);
  if (found === undefined) throw noSuchObject(`cgroup ${cgroup}`, 'cgroup');
  return { path: found, only: { boot: moment.boot, cgroup_id }, attach_type };
}
