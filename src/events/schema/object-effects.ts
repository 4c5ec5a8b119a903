/** Schemas of the effects on programs, links and maps. */
import { z } from 'zod';
import { attachType } from './attach-type.ts';
import { mapType, progType } from './object-types.ts';
import { reason } from './reason.ts';
import { strictObject } from './strict-object.ts';
import { mapKey, RECORDED } from './vocabulary.ts';

const n = z.int();
const place = { cgroup_id: n, attach_type: attachType };
/** A shared storage belongs to the cgroup alone, without an attach type. */
const storage = { map_id: n, cgroup_id: n, attach_type: attachType.exactOptional() };
const key = mapKey(RECORDED);

export const objectEffects = [
  strictObject({
    type: z.literal('ProgLoaded'),
    prog_id: n,
    fd: n,
    prog_type: progType,
    expected_attach_type: attachType,
    enforced: z.boolean(),
    prog_name: z.string(),
    tag: z.string(),
    uid: n,
    map_ids: z.array(n),
    storage_map_ids: z.array(n),
  }),
  strictObject({ type: z.literal('ProgFreed'), prog_id: n, reason }),
  strictObject({ type: z.literal('LinkCreated'), ...place, link_id: n, prog_id: n, fd: n }),
  strictObject({
    type: z.literal('LinkUpdated'),
    link_id: n,
    prog_id: n,
    was_prog_id: n,
    revision: n,
  }),
  strictObject({ type: z.literal('LinkSevered'), link_id: n, reason }),
  strictObject({ type: z.literal('LinkFreed'), link_id: n, reason }),
  strictObject({ type: z.literal('LinkIdBurned'), link_id: n }),
  strictObject({ type: z.literal('LinkReferenceLeaked'), link_id: n }),
  strictObject({
    type: z.literal('MapCreated'),
    map_id: n,
    fd: n,
    map_type: mapType,
    key_size: n,
    value_size: n,
    max_entries: n,
    map_name: z.string(),
    access: z.enum(['read', 'write']).exactOptional(),
  }),
  strictObject({ type: z.literal('MapBound'), prog_id: n, map_id: n }),
  strictObject({ type: z.literal('MapFreed'), map_id: n, reason }),
  strictObject({ type: z.literal('StorageMade'), ...storage }),
  strictObject({ type: z.literal('StorageRemoved'), ...storage, reason }),
  strictObject({ type: z.literal('ElementUpdated'), map_id: n, key, value: n }),
  strictObject({ type: z.literal('ElementDeleted'), map_id: n, key }),
] as const;
