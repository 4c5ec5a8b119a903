/**
 * Where a new entry goes among the others (semantics §8.3; `get_prog_list` and
 * `insert_pl_to_hlist` in kernel/bpf/cgroup.c, 6.17 and late 6.12).
 */
import { type Caller, linkAt, progAt } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import { ATTACH_FLAG_BITS } from './flags.ts';
import type { EntryList } from './kernel.ts';
import { indexOfLink, indexOfProg } from './list.ts';
import type { Refusal } from './outcome.ts';

const { before, after, id, link, preorder } = ATTACH_FLAG_BITS;

/** How a call names its place. */
export interface Placement {
  readonly flags: number;
  /** The relative field: an id with the flag `id`, else an fd. */
  readonly relative: number;
  /** Whether the new entry is a link. */
  readonly isLink: boolean;
}

/** The index at which a new entry is inserted. */
export function placeOf(caller: Caller, list: EntryList, placement: Placement): number | Refusal {
  const { flags, relative } = placement;
  const isBefore = (flags & before) !== 0;
  const isAfter = (flags & after) !== 0;
  if ((flags & (link | id)) === 0 && relative === 0) {
    if (isBefore && isAfter && list.entries.length > 0) {
      return refusal('EINVAL', 'before-and-after', {});
    }
    return isBefore ? 0 : list.entries.length;
  }
  if (isBefore === isAfter) return refusal('EINVAL', 'anchor-needs-one-side', {});
  if (((flags & link) !== 0) !== placement.isLink) {
    return refusal('EINVAL', 'anchor-of-other-kind', {
      wanted: placement.isLink ? 'link' : 'prog',
    });
  }
  const anchor = placement.isLink
    ? linkAnchor(caller, list, placement)
    : progAnchor(caller, list, placement);
  if (typeof anchor !== 'number') return anchor;
  const isPreorder = list.entries[anchor]?.preorder === true;
  if (isPreorder !== ((flags & preorder) !== 0)) {
    return refusal('EINVAL', 'anchor-preorder-differs', { index: anchor });
  }
  return isBefore ? anchor : anchor + 1;
}

function progAnchor(caller: Caller, list: EntryList, placement: Placement): number | Refusal {
  const { flags, relative } = placement;
  if ((flags & id) !== 0) {
    const known = caller.kernel.programs.has(relative >>> 0);
    if (!known) return refusal('ENOENT', 'anchor-id-unknown', { prog_id: relative >>> 0 });
    return requireListed(indexOfProg(list, relative >>> 0), { prog_id: relative >>> 0 });
  }
  const program = progAt(caller, relative, 'relative_fd');
  if (isRefused(program)) return program;
  return requireListed(indexOfProg(list, program.id), { prog_id: program.id });
}

function linkAnchor(caller: Caller, list: EntryList, placement: Placement): number | Refusal {
  const { flags, relative } = placement;
  if ((flags & id) !== 0) {
    const known = caller.kernel.links.has(relative >>> 0);
    if (!known) return refusal('ENOENT', 'anchor-id-unknown', { link_id: relative >>> 0 });
    return requireListed(indexOfLink(list, relative >>> 0), { link_id: relative >>> 0 });
  }
  if (relative === 0) return refusal('EINVAL', 'anchor-link-fd-0', {});
  const found = linkAt(caller, relative, 'relative_fd');
  if (isRefused(found)) return found;
  return requireListed(indexOfLink(list, found.id), { link_id: found.id });
}

function requireListed(index: number, about: Readonly<Record<string, number>>): number | Refusal {
  return index >= 0 ? index : refusal('ENOENT', 'anchor-not-in-list', about);
}
