/** The warnings after all planned calls: links that nothing will hold, and changes of order. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { EntryHolder } from '../../domain/effect.ts';
import type { EntryList, Kernel } from '../../domain/kernel.ts';
import { holderOf, listOf, progIdOf } from '../../domain/list.ts';
import { holdersOf } from '../../projections/holders.ts';
import { programText } from '../wording/program-text.ts';
import type { Numbered } from './planned-call.ts';
import type { EntryPlace, Notice } from './warning.ts';

interface Worlds {
  readonly before: Kernel;
  readonly after: Kernel;
}

/** The warnings of a whole plan. */
export function endNotices(worlds: Worlds, calls: readonly Numbered[]): Notice[] {
  return [...noticeUnpinned(worlds.after, calls), ...inversions(worlds, calls)];
}

/** Links that the plan makes and leaves without a pin. */
function noticeUnpinned(after: Kernel, calls: readonly Numbered[]): Notice[] {
  const made = calls.flatMap(({ index, effects }) =>
    effects.flatMap((effect) => (effect.type === 'LinkCreated' ? [{ index, ...effect }] : [])),
  );
  if (made.length === 0) return [];
  const heldBy = holdersOf(after);
  return made.flatMap(({ index, link_id, cgroup_id, attach_type }): Notice[] => {
    const link = after.links.get(link_id);
    const { fds, in_flight_to, pins } = heldBy('link', link_id);
    if (link === undefined || link.cgroup_id === 0 || pins.length > 0) return [];
    const pids = [...new Set([...fds.map(({ pid }) => pid), ...in_flight_to])];
    const names = pids.map((pid) => `${pid} (${after.processes.get(pid)?.comm ?? ''})`);
    const who = pids.length === 1 ? 'process' : 'processes';
    const sentence =
      `link ${link_id} has no pin: ${programText(after, link.prog_id)} runs only until ` +
      `${who} ${names.join(', ')} ${pids.length === 1 ? 'closes its fd or ends' : 'close their fds or end'}`;
    const about = { link_id, prog_id: link.prog_id, cgroup_id, attach_type };
    return [{ call: index, kind: 'link-dies-with-process', sentence, about, entries: [] }];
  });
}

/** Entries that were removed and added again, and so moved behind or before a peer. */
function inversions(worlds: Worlds, calls: readonly Numbered[]): Notice[] {
  const notices = new Map<string, Notice>();
  for (const { index, effects } of calls) {
    for (const effect of effects) {
      if (effect.type !== 'EntryInserted') continue;
      const { cgroup_id, attach_type } = effect;
      for (const notice of inversionsOf(worlds, index, { cgroup_id, attach_type }, effect)) {
        const { prog_id, peer_prog_id } = notice.about;
        // Of several insertions of one program, the last is the one that counts.
        notices.set(`${cgroup_id}|${attach_type}|${prog_id}|${peer_prog_id}`, notice);
      }
    }
  }
  return [...notices.values()];
}

interface ListPlace {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
}

/** One entry of a list, with a key that finds the same program when it is loaded again. */
interface KnownEntry {
  readonly key: string;
  readonly prog_id: number;
  readonly holder: EntryHolder;
}

function inversionsOf(
  { before, after }: Worlds,
  call: number,
  place: ListPlace,
  inserted: EntryHolder,
): Notice[] {
  const [was, is] = [nameEntries(before, place), nameEntries(after, place)];
  const at = is.findIndex(({ holder }) => sameHolder(holder, inserted));
  const moved = is[at];
  if (moved === undefined) return [];
  const wasAt = was.findIndex(({ key }) => key === moved.key);
  if (wasAt < 0) return [];
  const path = after.cgroups.get(place.cgroup_id)?.path ?? '';
  return is.flatMap((peer, i): Notice[] => {
    const peerWasAt = was.findIndex(({ holder }) => sameHolder(holder, peer.holder));
    if (i === at || peerWasAt < 0 || peerWasAt === wasAt || peerWasAt < wasAt === i < at) return [];
    const [then, now] = wasAt < peerWasAt ? ['before', 'behind'] : ['behind', 'before'];
    const sentence =
      `${programText(after, moved.prog_id)} stood ${then} ${programText(after, peer.prog_id)} in ` +
      `${path} for ${place.attach_type} and now stands ${now} it; replace or link_update keeps the place`;
    const about = { prog_id: moved.prog_id, peer_prog_id: peer.prog_id, ...place };
    const entries: EntryPlace[] = [{ ...place, ...peer.holder }];
    return [{ call, kind: 'order-inverted', sentence, about, entries }];
  });
}

/** The entries of a list; a program that was loaded again is known by its name. */
function nameEntries(kernel: Kernel, { cgroup_id, attach_type }: ListPlace): KnownEntry[] {
  const cgroup = kernel.cgroups.get(cgroup_id);
  if (cgroup === undefined) return [];
  const list: EntryList = listOf(cgroup, attach_type);
  const names = list.entries.map((entry) => nameOf(kernel, progIdOf(kernel, entry)));
  return list.entries.map((entry, i) => {
    const prog_id = progIdOf(kernel, entry);
    const name = names[i] ?? '';
    const unique = name !== '' && names.indexOf(name) === names.lastIndexOf(name);
    return { key: unique ? name : `#${prog_id}`, prog_id, holder: holderOf(entry) };
  });
}

function nameOf(kernel: Kernel, progId: number): string {
  return kernel.programs.get(progId)?.prog_name ?? '';
}

function sameHolder(a: EntryHolder, b: EntryHolder): boolean {
  if ('link_id' in a) return 'link_id' in b && a.link_id === b.link_id;
  return 'prog_id' in b && a.prog_id === b.prog_id;
}
