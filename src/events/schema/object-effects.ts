/** Schemas of the effects on programs, links and maps. */
import { z } from 'zod';
import { attachType } from './attach-type.ts';
import { openFd, u32, u64 } from './numbers.ts';
import { mapType, progType } from './object-types.ts';
import { reason } from './reason.ts';
import { strictObject } from './strict-object.ts';
import { objectName, recordedText } from './text.ts';
import { mapKey, RECORDED } from './vocabulary.ts';

const place = { cgroup_id: u64, attach_type: attachType };
/** A shared storage belongs to the cgroup alone, without an attach type. */
const storage = { map_id: u32, cgroup_id: u64, attach_type: attachType.exactOptional() };
const key = mapKey(RECORDED);
/** What an element may hold. */
const held = z.enum(['prog', 'map']);

export const objectEffects = [
  strictObject({
    type: z.literal('ProgLoaded'),
    prog_id: u32,
    fd: openFd.exactOptional(),
    prog_type: progType,
    expected_attach_type: attachType,
    enforced: z.boolean(),
    prog_name: objectName,
    tag: recordedText,
    uid: u32,
    map_ids: z.array(u32),
    storage_map_ids: z.array(u32),
    pages: u32.exactOptional(),
    attach_btf_id: u32.exactOptional(),
    btf_ids: z.array(u32).exactOptional(),
    token_user_id: u32.exactOptional(),
    xdp_has_frags: z.literal(true).exactOptional(),
  }),
  strictObject({ type: z.literal('ProgFreed'), prog_id: u32, reason }),
  strictObject({ type: z.literal('ProgIdBurned'), prog_id: u32 }),
  strictObject({
    type: z.literal('LinkCreated'),
    ...place,
    link_id: u32,
    prog_id: u32,
    fd: openFd.exactOptional(),
  }),
  strictObject({
    type: z.literal('LinkUpdated'),
    link_id: u32,
    prog_id: u32,
    was_prog_id: u32,
    revision: u64,
  }),
  strictObject({ type: z.literal('LinkSevered'), link_id: u32, reason }),
  strictObject({ type: z.literal('LinkFreed'), link_id: u32, reason }),
  strictObject({ type: z.literal('LinkIdBurned'), link_id: u32 }),
  strictObject({ type: z.literal('LinkReferenceLeaked'), link_id: u32 }),
  strictObject({
    type: z.literal('MapCreated'),
    map_id: u32,
    fd: openFd.exactOptional(),
    map_type: mapType,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    map_name: objectName,
    access: z.enum(['read', 'write']).exactOptional(),
    map_flags: u32.exactOptional(),
    inner_map_id: u32.exactOptional(),
    btf_ids: z.array(u32).exactOptional(),
  }),
  strictObject({ type: z.literal('MapBound'), prog_id: u32, map_id: u32 }),
  strictObject({ type: z.literal('MapFrozen'), map_id: u32 }),
  strictObject({ type: z.literal('MapFreed'), map_id: u32, reason }),
  strictObject({ type: z.literal('MapIdBurned'), map_id: u32 }),
  strictObject({ type: z.literal('BtfIdBurned'), btf_id: u32 }),
  strictObject({
    type: z.literal('MapOwned'),
    map_id: u32,
    prog_type: progType,
    expected_attach_type: attachType,
    storage_map_ids: z.array(u32),
    xdp_has_frags: z.literal(true).exactOptional(),
  }),
  strictObject({ type: z.literal('RoomMade'), map_id: u32 }),
  strictObject({ type: z.literal('StorageMade'), ...storage }),
  strictObject({ type: z.literal('StorageRemoved'), ...storage, reason }),
  strictObject({
    type: z.literal('ElementUpdated'),
    map_id: u32,
    key,
    value: u64,
    kind: held.exactOptional(),
  }),
  strictObject({
    type: z.literal('ElementDeleted'),
    map_id: u32,
    key,
    kind: held.exactOptional(),
    id: u32.exactOptional(),
  }),
] as const;
