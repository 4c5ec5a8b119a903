/**
 * A query answers with programs that the recording never saw attached: they were there before it
 * began. An answer also tells which id the kernel gave to a program that was loaded.
 */
import { decide } from '../../domain/decide.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { listOf } from '../../domain/list.ts';
import { fittingProgram } from '../../domain/observed/found.ts';
import type { Sighting } from '../../domain/observed/sighting.ts';
import { isRefusal, type Success } from '../../domain/outcome.ts';
import type { CallDeed } from './deed.ts';

/** How an answer fits what a state has. */
export interface Fit {
  /** Programs of the state, each with the id that the answer has in its place. */
  readonly same: readonly (readonly [own: number, id: number])[];
  /** Places in the answer of what the state does not have. */
  readonly unseen: readonly number[];
  /** The answer cannot be explained: the state has what it has not, or in another order. */
  readonly isContrary: boolean;
}

const CONTRARY: Fit = { same: [], unseen: [], isContrary: true };

/**
 * Compares an answer of PROG_QUERY with what the state would answer.
 *
 * @param mayBe whether a program of the state and an id can be the same
 * @returns undefined when the answer says nothing: a refusal, or no ids
 */
export function fitOf(
  kernel: Kernel,
  { what: { call, query }, process, outcome }: CallDeed,
  mayBe: (own: number, id: number) => boolean,
): Fit | undefined {
  if (call.name !== 'prog_query' || query === undefined || 'errno' in outcome) return undefined;
  if (query.prog_ids.length < query.prog_cnt) return undefined;
  const expected = decide(kernel, process.pid, { ...call, prog_cnt: query.prog_cnt + MORE });
  if (isRefusal(expected.outcome)) return undefined;
  const have = (expected.outcome as Success).query?.prog_ids ?? [];
  const isEffective = call.query_flags !== undefined;
  // Of which cgroup an unseen one in an effective array is, the array does not say.
  if (isEffective && have.length !== query.prog_ids.length) return CONTRARY;
  return align(have, query.prog_ids, mayBe);
}

/** Room for entries of the state that the answer has not. */
const MORE = 1024;

/** What was attached before stands in front, so the two lists are laid side by side from the end. */
function align(
  have: readonly number[],
  answer: readonly number[],
  mayBe: (own: number, id: number) => boolean,
): Fit {
  const same: [number, number][] = [];
  const unseen: number[] = [];
  let left = have.length - 1;
  for (let at = answer.length - 1; at >= 0; at--) {
    const id = answer[at] ?? 0;
    const own = have[left];
    const isFree =
      own !== undefined && !same.some(([other, bound]) => (other === own) !== (bound === id));
    if (own !== undefined && isFree && mayBe(own, id)) {
      same.push([own, id]);
      left -= 1;
    } else unseen.push(at);
  }
  return left >= 0 ? CONTRARY : { same, unseen: unseen.reverse(), isContrary: false };
}

/** Sightings of the entries that an answer has and the state has not, in order. */
export function sightingsOf(
  kernel: Kernel,
  { what: { call, query }, process, paths }: CallDeed,
  { unseen }: Fit,
  names: { readonly cgroupPath: (printed: string | undefined) => string | undefined },
): Sighting[] {
  if (call.name !== 'prog_query' || call.query_flags !== undefined || unseen.length === 0)
    return [];
  const { attach_type, target_fd = 0 } = call;
  const open = kernel.processes.get(process.pid)?.fds.get(target_fd);
  const file = open && kernel.files.get(open.file);
  const known = file?.kind === 'cgroup' ? kernel.cgroups.get(file.id) : undefined;
  const cgroup = known?.path ?? names.cgroupPath(paths.get(target_fd));
  if (cgroup === undefined) return [];
  const list = known === undefined ? undefined : listOf(known, attach_type);
  // strace prints the flags of the question, not of the answer: who lets others in, most do.
  const mode = list !== undefined && list.entries.length > 0 ? list.mode : 'multi';
  return unseen.flatMap((index): Sighting[] => {
    const id = query?.prog_ids[index] ?? 0;
    return [
      { name: 'found', prog: { id, ...fittingProgram(attach_type) } },
      { name: 'found', entry: { cgroup, attach_type, mode, prog_id: id, index } },
    ];
  });
}
