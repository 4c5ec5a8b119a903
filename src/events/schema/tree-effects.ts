/** Schemas of the effects on cgroups, their entries, and the bpffs. */
import { z } from 'zod';
import { attachType } from './attach-type.ts';
import { reason } from './reason.ts';
import { strictObject } from './strict-object.ts';

const n = z.int();
const text = z.string();
const place = { cgroup_id: n, attach_type: attachType };
const listed = { ...place, index: n, revision: n };
const preorder = z.literal(true).exactOptional();

/** An entry holds a program or a link: two shapes of one effect. */
function held<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.union([
    strictObject({ type: z.literal(type), ...listed, prog_id: n, ...shape }),
    strictObject({ type: z.literal(type), ...listed, link_id: n, ...shape }),
  ]);
}

export const entryEffects = [
  held('EntryInserted', { mode: z.enum(['none', 'override', 'multi']), preorder }),
  held('EntryReplaced', { was_prog_id: n, preorder }),
  held('EntryRemoved', { reason }),
] as const;

export const treeEffects = [
  strictObject({ type: z.literal('EffectiveSlotWritten'), ...place, prog_ids: z.array(n) }),
  strictObject({
    type: z.literal('PinCreated'),
    path: text,
    kind: z.enum(['prog', 'link', 'map']),
    id: n,
    uid: n,
    mode: n,
  }),
  strictObject({ type: z.literal('PinRemoved'), path: text, reason }),
  strictObject({ type: z.literal('DirectoryMade'), path: text }),
  strictObject({ type: z.literal('DirectoryRemoved'), path: text }),
  strictObject({ type: z.literal('PathMoved'), path: text, to: text }),
  strictObject({ type: z.literal('ModeChanged'), path: text, mode: n }),
  strictObject({ type: z.literal('CgroupMade'), cgroup_id: n, path: text }),
  strictObject({ type: z.literal('CgroupRemoved'), cgroup_id: n }),
] as const;
