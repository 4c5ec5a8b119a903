/** Schemas of the effects on cgroups, their entries, and the bpffs. */
import { z } from 'zod';
import { CONTROLLERS } from '../../domain/controller-names.ts';
import { attachType } from './attach-type.ts';
import { bitSet } from './bit-set.ts';
import { fileMode, u32, u64 } from './numbers.ts';
import { reason } from './reason.ts';
import { strictObject } from './strict-object.ts';
import { linkTarget, path, recordedText } from './text.ts';

const place = { cgroup_id: u64, attach_type: attachType };
const listed = { ...place, index: u32, revision: u64 };
const preorder = z.literal(true).exactOptional();

/** An entry holds a program or a link: two shapes of one effect. */
function entryEffect<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.union([
    strictObject({ type: z.literal(type), ...listed, prog_id: u32, ...shape }),
    strictObject({ type: z.literal(type), ...listed, link_id: u32, ...shape }),
  ]);
}

export const entryEffects = [
  entryEffect('EntryInserted', { mode: z.enum(['none', 'override', 'multi']), preorder }),
  entryEffect('EntryReplaced', { was_prog_id: u32, preorder }),
  entryEffect('EntryRemoved', { reason }),
] as const;

export const treeEffects = [
  strictObject({ type: z.literal('EffectiveSlotWritten'), ...place, prog_ids: z.array(u32) }),
  strictObject({
    type: z.literal('PinCreated'),
    path,
    kind: z.enum(['prog', 'link', 'map']),
    id: u32,
    uid: u32,
    mode: fileMode,
  }),
  strictObject({ type: z.literal('PinRemoved'), path, reason }),
  strictObject({ type: z.literal('PinLinked'), path, to: path }),
  strictObject({
    type: z.literal('SymlinkMade'),
    path,
    target: linkTarget,
    uid: u32.exactOptional(),
  }),
  strictObject({ type: z.literal('SymlinkRemoved'), path }),
  strictObject({
    type: z.literal('DirectoryMade'),
    path,
    uid: u32.exactOptional(),
    mode: fileMode.exactOptional(),
  }),
  strictObject({ type: z.literal('DirectoryRemoved'), path }),
  strictObject({ type: z.literal('PathMoved'), path, to: path }),
  strictObject({ type: z.literal('PathsExchanged'), path, to: path }),
  strictObject({ type: z.literal('OwnerChanged'), path, uid: u32 }),
  strictObject({ type: z.literal('ModeChanged'), path, mode: fileMode }),
  strictObject({
    type: z.literal('BpffsDelegated'),
    mount_id: u32.min(1),
    root: path,
    user_id: u32,
    cmds: bitSet,
    maps: bitSet,
    progs: bitSet,
    attachs: bitSet,
  }),
  strictObject({
    type: z.literal('BpffsMounted'),
    mount_id: u32.min(1),
    parent_id: u32,
    at: path,
    root: path,
    namespace_id: u32.exactOptional(),
  }),
  strictObject({ type: z.literal('BpffsUnmounted'), mount_id: u32.min(1) }),
  strictObject({
    type: z.literal('CgroupMade'),
    cgroup_id: u64,
    path,
    uid: u32.exactOptional(),
    mode: fileMode.exactOptional(),
  }),
  strictObject({
    type: z.literal('CgroupOwnerChanged'),
    cgroup_id: u64,
    file: recordedText.exactOptional(),
    uid: u32,
  }),
  strictObject({
    type: z.literal('CgroupModeChanged'),
    cgroup_id: u64,
    file: recordedText.exactOptional(),
    mode: fileMode,
  }),
  strictObject({ type: z.literal('CgroupThreaded'), cgroup_id: u64 }),
  strictObject({
    type: z.literal('CgroupControllersSet'),
    cgroup_id: u64,
    controllers: z.array(z.enum(CONTROLLERS)).readonly(),
  }),
  strictObject({ type: z.literal('CgroupRemoved'), cgroup_id: u64 }),
  strictObject({ type: z.literal('CgroupEmptied'), cgroup_id: u64 }),
] as const;
