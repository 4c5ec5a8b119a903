// Reference counts are what a count from scratch gives (semantics §3, §14, §25.5).

import { isObjectKind } from '../../src/domain/effect.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { heldKind } from '../../src/domain/maps/holding.ts';
import { holds, type Watch } from './called.ts';

/** References by `kind id`, of open files and objects. */
type Counts = Map<string, number>;

export function referenceCounts(): Watch {
  return watchCounts({ found: false });
}

/** The same where objects may have been found that nobody was seen to hold. */
export function referenceCountsOfFound(): Watch {
  return watchCounts({ found: true });
}

function watchCounts({ found }: { readonly found: boolean }): Watch {
  const leaked: Counts = new Map();
  return ({ kernel, decision }) => {
    for (const effect of decision.effects) {
      if (effect.type === 'LinkReferenceLeaked') count(leaked, `link ${effect.link_id}`);
    }
    const counts = recount(kernel);
    for (const [of, n] of leaked) if (livingLink(kernel, of)) counts.set(of, n + got(counts, of));
    for (const [id, { refs }] of kernel.files.entries()) compare(counts, `file ${id}`, refs);
    for (const [id, { refs }] of kernel.programs.entries())
      compare(counts, `prog ${id}`, refs, found);
    for (const [id, { refs }] of kernel.links.entries()) compare(counts, `link ${id}`, refs, found);
    for (const [id, { refs }] of kernel.maps.entries()) compare(counts, `map ${id}`, refs, found);
    for (const [id, { refs }] of kernel.btfs.entries()) compare(counts, `btf ${id}`, refs);
    holds(counts.size === 0, () => `references on what is gone: ${[...counts.keys()].join(', ')}`);
    treeCounts(kernel);
  };
}

function recount(kernel: Kernel): Counts {
  const counts: Counts = new Map();
  // A table that processes share is one table, and the very same object.
  const tables = new Set([...kernel.processes.values()].map(({ fds }) => fds));
  for (const fds of tables) {
    for (const { file } of fds.values()) count(counts, `file ${file}`);
  }
  for (const process of kernel.processes.values()) {
    for (const file of process.mailbox) count(counts, `file ${file}`);
  }
  for (const { kind, id } of kernel.files.values()) {
    if (isObjectKind(kind)) count(counts, `${kind} ${id}`);
    if (kind === 'btf' && kernel.btfs.has(id)) count(counts, `btf ${id}`);
  }
  for (const { kind, id } of kernel.bpffs.values()) {
    if (kind !== 'dir' && kind !== 'symlink') count(counts, `${kind} ${id}`);
  }
  for (const link of kernel.links.values()) count(counts, `prog ${link.prog_id}`);
  for (const cgroup of kernel.cgroups.values()) {
    for (const list of cgroup.lists.values()) {
      for (const entry of list.entries) {
        if ('prog_id' in entry) count(counts, `prog ${entry.prog_id}`);
      }
    }
  }
  for (const program of kernel.programs.values()) {
    for (const id of program.map_ids) count(counts, `map ${id}`);
    for (const id of program.btf.held) count(counts, `btf ${id}`);
  }
  for (const { map_type, elements, btf_ids } of kernel.maps.values()) {
    for (const id of btf_ids) count(counts, `btf ${id}`);
    const kind = heldKind(map_type);
    if (kind !== undefined) for (const { value } of elements) count(counts, `${kind} ${value}`);
  }
  return counts;
}

/** Compares one count and takes it off, so that what stays is on something that is not there. */
function compare(counts: Counts, of: string, refs: number, unheld = false): void {
  const counted = got(counts, of);
  holds(refs === counted, () => `${of} has ${refs} references, a recount gives ${counted}`);
  holds(refs > 0 || unheld, () => `${of} lives without a reference`);
  counts.delete(of);
}

/** Children and processes of a cgroup; those of the root are not counted (it is always busy). */
function treeCounts(kernel: Kernel): void {
  for (const cgroup of kernel.cgroups.values()) {
    let children = 0;
    for (const other of kernel.cgroups.values()) if (other.parent_id === cgroup.id) children++;
    let inside = 0;
    for (const { cgroup_id } of kernel.processes.values()) if (cgroup_id === cgroup.id) inside++;
    const { path, parent_id } = cgroup;
    holds(cgroup.children === children, () => `${path} has ${children} children`);
    const counted = parent_id === 0 ? 0 : inside;
    holds(cgroup.processes === counted, () => `${path} holds ${inside} processes`);
    holds(kernel.cgroupIds.get(path) === cgroup.id, () => `${path} names another cgroup`);
  }
  holds(kernel.cgroupIds.size === kernel.cgroups.size, () => 'a path names a removed cgroup');
}

function livingLink(kernel: Kernel, of: string): boolean {
  return kernel.links.has(Number(of.slice('link '.length)));
}

function count(counts: Counts, of: string): void {
  counts.set(of, got(counts, of) + 1);
}

function got(counts: Counts, of: string): number {
  return counts.get(of) ?? 0;
}
