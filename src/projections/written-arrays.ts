/**
 * Effective arrays that a kernel bug wrote against their lists (`link_update_miscounts_preorder`).
 * Any change of a list recomputes the arrays of its cgroup and of all below, so such a change adds
 * one row without an array at its own cgroup: it ends every written array there and below.
 */
import { writtenArrayKey } from '../domain/effective.ts';
import type { Kernel } from '../domain/kernel.ts';
import { projection } from './projection.ts';
import { writtenArrayVersions } from './schema.ts';
import { spellType } from './spelling.ts';
import type { ListKey } from './touched.ts';

export const writtenArrays = projection(writtenArrayVersions, (kernel: Kernel, key: ListKey) => {
  const written = kernel.writtenArrays.get(writtenArrayKey(key.cgroup_id, key.attach_type));
  return {
    cgroup_id: key.cgroup_id,
    attach_type: spellType(key.attach_type),
    prog_ids: written === undefined ? null : JSON.stringify(written.prog_ids),
  };
});
