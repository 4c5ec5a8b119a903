/**
 * The cgroups that a word of a command line means: a path, an id, the last part of a path, or a
 * pattern of paths or of last parts.
 */
import { hostPath } from '../../client/host-path.ts';
import type { InputError } from '../exit-code.ts';
import { type Made, madeBy, type WhereNamed } from './made.ts';
import { allMeant, type Candidate, isPattern, noneMeant, oneMeant } from './meant.ts';

/** The paths, or the id, of the cgroups. What is plain is not looked up. */
export async function cgroupsMeant(typed: string, where: WhereNamed): Promise<readonly string[]> {
  if (isPlain(typed)) return [typed];
  return allMeant(typed, await cgroupsOf(typed, where), soughtOn(where)).map(({ id }) => id);
}

/** The path, or the id, of the one cgroup that a word means. */
export async function cgroupMeant(typed: string, where: WhereNamed): Promise<string> {
  if (isPlain(typed)) return typed;
  return oneMeant(typed, await cgroupsOf(typed, where), soughtOn(where)).id;
}

/** That no cgroup ever had a path or an id, as far as the log is kept, with what to type instead. */
export async function noSuchCgroup(typed: string, where: WhereNamed): Promise<InputError> {
  const { oldest } = await where.client.get<{ readonly oldest: number }>(hostPath(where.host));
  const since = oldest === 1 ? '' : ` since position ${oldest}, where the log was cut`;
  const sought = { ...soughtOn(where), where: `in the log of ${where.host}${since}` };
  return noneMeant(typed, await cgroupsOf(typed, where), sought);
}

function isPlain(typed: string): boolean {
  return /^\d+$/u.test(typed) || (typed.startsWith('/') && !isPattern(typed));
}

function soughtOn({ host }: WhereNamed) {
  return { kind: 'cgroup', where: `on ${host}`, next: `bpfledger cgroups ${host} shows the tree` };
}

/** Every path that there was: cgroups of one path, one after the other, are one here. */
async function cgroupsOf(typed: string, where: WhereNamed): Promise<Candidate[]> {
  const made = (await madeBy('CgroupMade', where)).map(pathOf);
  return [...new Set(['/', ...made])].map((path) => ({
    id: path,
    names: [typed.startsWith('/') ? path : (path.split('/').at(-1) ?? ''), path],
  }));
}

function pathOf({ effect }: Made): string {
  return String(effect.path);
}
