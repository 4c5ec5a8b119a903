/**
 * The cgroups that a word of a command line means: a path, an id, the last part of a path, or a
 * pattern of paths or of last parts.
 */
import { hostPath } from '../../client/host-path.ts';
import { ServiceRefusal } from '../../client/rest-client.ts';
import type { InputError } from '../exit-code.ts';
import { allMeant, type Candidate, isPattern, noneMeant, oneMeant } from './candidates.ts';
import { type DatedEffect, listEffects, type WhereNamed } from './list-effects.ts';

/** The paths, or the id, of the cgroups. What is plain is not looked up. */
export async function cgroupsMeant(typed: string, where: WhereNamed): Promise<readonly string[]> {
  if (isPlain(typed)) return [typed];
  return allMeant(typed, await cgroupsOf(typed, where), cgroupTarget(where)).map(({ id }) => id);
}

/** The path, or the id, of the one cgroup that a word means. */
export async function cgroupMeant(typed: string, where: WhereNamed): Promise<string> {
  if (isPlain(typed)) return typed;
  return oneMeant(typed, await cgroupsOf(typed, where), cgroupTarget(where)).id;
}

/** That no cgroup ever had a path or an id, as far as the log is kept, with what to type instead. */
export async function noSuchCgroup(typed: string, where: WhereNamed): Promise<InputError> {
  const { oldest } = await where.client.get<{ readonly oldest: number }>(hostPath(where.host));
  const since = oldest === 1 ? '' : ` since position ${oldest}, where the log was cut`;
  const sought = { ...cgroupTarget(where), where: `in the log of ${where.host}${since}` };
  return noneMeant(typed, await cgroupsOf(typed, where), sought);
}

/**
 * Checks that a path was that of a cgroup at some time, in whichever boot.
 *
 * @param attach_type any: the timeline of an array is asked where the boot of the moment lacks the path
 * @throws InputError when the log never had it
 */
export async function requireCgroup(
  path: string,
  attach_type: string | undefined,
  where: WhereNamed,
): Promise<void> {
  if (!path.startsWith('/') || attach_type === undefined) return;
  const { client, host, at } = where;
  const asked = new URLSearchParams({ path, limit: '1', ...(at !== undefined && { at }) });
  const isMissing = await client.get(`${hostPath(host)}/cgroups/history?${asked}`).then(
    () => false,
    (error: unknown) => {
      if (error instanceof ServiceRefusal && error.slug === 'no-such-object') return true;
      throw error;
    },
  );
  if (!isMissing) return;
  const place = new URLSearchParams({ cgroup: path, attach_type });
  const { items, next } = await client.get<ArrayVersions>(
    `${hostPath(host)}/effective/timeline?${place}`,
  );
  if (next !== undefined || items.some(({ cgroup_id }) => cgroup_id !== undefined)) return;
  throw await noSuchCgroup(path, { client, host, at: undefined });
}

interface ArrayVersions {
  readonly items: readonly { readonly cgroup_id?: number }[];
  readonly next?: number;
}

function isPlain(typed: string): boolean {
  return /^\d+$/u.test(typed) || (typed.startsWith('/') && !isPattern(typed));
}

function cgroupTarget({ host }: WhereNamed) {
  return { kind: 'cgroup', where: `on ${host}`, next: `bpfledger cgroups ${host} shows the tree` };
}

/**
 * Every path that there was, those of living cgroups first: cgroups of one path, one after the other, are
 * one here.
 */
async function cgroupsOf(typed: string, where: WhereNamed): Promise<Candidate[]> {
  const made = await listEffects('CgroupMade', where);
  const removed = new Set((await listEffects('CgroupRemoved', where)).map(idOf));
  const living = made.filter((one) => !removed.has(idOf(one))).map(pathOf);
  const there = new Set(['/', ...living]);
  return [...new Set([...there, ...made.map(pathOf)])].map((path) => ({
    id: path,
    names: [typed.startsWith('/') ? path : (path.split('/').at(-1) ?? ''), path],
    isGone: !there.has(path),
  }));
}

function idOf({ effect }: DatedEffect): unknown {
  return effect.cgroup_id;
}

function pathOf({ effect }: DatedEffect): string {
  return String(effect.path);
}
