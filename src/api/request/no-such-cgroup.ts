/** The problem of a cgroup that is not there, and where in the log it was. */
import { cgroupLife, lifeOf } from '../../projections/lives.ts';
import type { Moment } from '../../projections/moment.ts';
import { noSuchObject, ProblemError } from '../problem.ts';
import type { Service } from '../service.ts';

/**
 * The problem of a cgroup that a moment does not have; two looks at an index.
 *
 * @param cgroup its path, or its id
 * @param field the name of the parameter
 */
export async function noSuchCgroup(
  { database }: Service,
  moment: Moment,
  { cgroup, field }: { readonly cgroup: string | number; readonly field: string },
): Promise<ProblemError> {
  const isPath = typeof cgroup === 'string' && cgroup.startsWith('/');
  const life = isPath
    ? await cgroupLife(database, moment, cgroup)
    : await lifeOf(database, moment, { kind: 'cgroup', id: Number(cgroup) });
  const gone = life?.position_gone;
  if (typeof gone !== 'number') return noSuchObject(`cgroup ${cgroup}`, field);
  const name = isPath ? cgroup : `cgroup ${cgroup}`;
  const detail = `${name} was removed at position ${gone}; ask at=${gone - 1} (--at ${gone - 1})`;
  return new ProblemError('no-such-object', { detail, field });
}
