/**
 * Deductions: a call succeeded that the rules refuse. The rule says what stands in the way, and
 * since the call succeeded that cannot be there any more, or must have been there.
 */
import type { AttachType } from '../attach-type.ts';
import type { Call } from '../call.ts';
import type { Kernel } from '../kernel.ts';
import { listOf } from '../list.ts';
import { keyAt } from '../mounts.ts';
import type { Refusal } from '../outcome.ts';
import { isWithin } from '../path.ts';
import type { Sighting } from './sighting.ts';

/** What must be so, since `call` was not refused by this rule; nothing when that is not known. */
export function deduce(
  kernel: Kernel,
  call: Call,
  { rule, about = {} }: Refusal,
): readonly Sighting[] {
  const path = String(about.path ?? '');
  switch (rule) {
    case 'fd-not-open':
      // It is open, on something; a close or a copy of that says nothing of any object.
      return call.name === 'send_fd' ? [{ name: 'found', fd: { fd: call.fd, kind: 'other' } }] : [];
    case 'cgroup-exists':
      return [{ name: 'gone', cgroup: { path } }];
    case 'path-exists':
    case 'is-a-directory':
    case 'not-a-directory':
      return [{ name: 'gone', pin: { path: keyAt(kernel, path) } }];
    case 'directory-not-empty':
      return namesBelow(kernel, keyAt(kernel, path));
    case 'list-mode-differs':
      return entriesOf(kernel, String(about.cgroup), call);
    case 'hierarchy-exclusive-ancestor':
      return entriesOf(kernel, String(about.ancestor), call);
    case 'link-holds-single-entry':
      return [{ name: 'gone', link: { id: Number(about.link_id) } }];
    default:
      return onEntry(kernel, call, rule, about);
  }
}

function onEntry(
  kernel: Kernel,
  call: Call,
  rule: Refusal['rule'],
  about: NonNullable<Refusal['about']>,
): readonly Sighting[] {
  const cgroup = String(about.cgroup);
  const prog_id = Number(about.prog_id);
  if (rule === 'link-runs-other-program') {
    const link = kernel.links.get(Number(about.link_id));
    const path = link === undefined ? undefined : kernel.cgroups.get(link.cgroup_id)?.path;
    if (link === undefined || path === undefined) return [];
    const { id, attach_type } = link;
    const ran = { id, prog_id: Number(about.expected), attach_type, cgroup: path };
    return [{ name: 'found', link: ran }];
  }
  const attach_type = attachTypeOfCall(call);
  if (attach_type === undefined) return [];
  switch (rule) {
    case 'program-already-attached':
      return [{ name: 'gone', entry: { cgroup, attach_type, prog_id } }];
    case 'replaced-program-not-attached':
    case 'program-not-attached':
      return [{ name: 'found', entry: { cgroup, attach_type, mode: 'multi', prog_id } }];
    default:
      return [];
  }
}

function attachTypeOfCall(call: Call): AttachType | undefined {
  return 'attach_type' in call ? call.attach_type : undefined;
}

function entriesOf(kernel: Kernel, path: string, call: Call): readonly Sighting[] {
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
  const attach_type = attachTypeOfCall(call);
  if (cgroup === undefined || attach_type === undefined) return [];
  return listOf(cgroup, attach_type).entries.map((entry) =>
    'link_id' in entry
      ? { name: 'gone', link: { id: entry.link_id } }
      : { name: 'gone', entry: { cgroup: path, attach_type, prog_id: entry.prog_id } },
  );
}

function namesBelow(kernel: Kernel, path: string): readonly Sighting[] {
  return [...kernel.bpffs.keys()]
    .filter((name) => name !== path && isWithin(name, path))
    .map((name) => ({ name: 'gone', pin: { path: name } }));
}
