/** What reads answer: rows of the projections under the position that they reflect. */
import { z } from 'zod';
import { ALL_CAPABILITIES } from '../../domain/capability.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { bootConfig } from '../../events/schema/boot-config.ts';
import { mapType, progType } from '../../events/schema/object-types.ts';
import { mapKey, RECORDED } from '../../events/schema/vocabulary.ts';
import { wireEffect } from './effect.ts';
import { position } from './event.ts';

const n = z.int();
const text = z.string();
const preorder = z.literal(true).exactOptional();
const link_id = n.exactOptional();
const objectKind = z.enum(['prog', 'link', 'map']);
const mode = z.enum(['none', 'override', 'multi']);

/** The host and the position that an answer reflects. */
export const reflected = { host: text, position };

/** How many there are on all pages, with `count=true`. */
export const counted = n.exactOptional().describe('How many there are in all, with `count=true`.');

/** A page: `next` is there when more may follow, and is the `next` of the following page. */
export function pageOf<T extends z.ZodType>(id: string, item: T) {
  return z
    .strictObject({
      ...{ ...reflected, items: z.array(item), count: counted, next: text.exactOptional() },
    })
    .meta({ id });
}

/** One object under the position that it was read at. */
export function oneOf<K extends string, T extends z.ZodType>(id: string, key: K, item: T) {
  return z
    .strictObject({ ...reflected, [key]: item } as typeof reflected & Record<K, T>)
    .meta({ id });
}

const cgroupFields = { cgroup_id: n, parent_id: n, path: text, position_from: position };

export const listedEntry = z.strictObject({ prog_id: n, link_id, preorder }).meta({ id: 'Entry' });

const listFields = { attach_type: attachType, mode, revision: n, entries: z.array(listedEntry) };

/** A cgroup's own lists. */
export const attachedLists = z.array(z.strictObject(listFields));

export const cgroupRow = z
  .strictObject({
    ...cgroupFields,
    attached: attachedLists.exactOptional().describe('With `attached=true`: its own lists.'),
  })
  .meta({ id: 'CgroupRow' });

export const cgroupPage = pageOf('CgroupPage', cgroupRow);

export const slotFields = {
  prog_id: n,
  cgroup_id: n.exactOptional(),
  index: n.exactOptional(),
  link_id,
  preorder,
};

export const slot = z.strictObject(slotFields).meta({
  id: 'Slot',
  description: 'One place of an effective array, with the entry that it comes from.',
});

export const effectiveView = z.strictObject({ attach_type: attachType, slots: z.array(slot) });

export const cgroupDetail = z
  .strictObject({
    ...cgroupFields,
    attached: z.array(z.strictObject({ ...listFields, position_from: position })),
    effective: z.array(effectiveView),
  })
  .meta({ id: 'Cgroup' });

export const linkRow = z
  .strictObject({
    link_id: n,
    prog_id: n,
    attach_type: attachType,
    cgroup_id: n,
    position_from: position,
  })
  .meta({ id: 'Link' });

const programFields = {
  prog_id: n,
  prog_type: progType,
  expected_attach_type: attachType,
  enforced: z.boolean(),
  prog_name: text,
  tag: text,
  uid: n,
  map_ids: z.array(n),
  storage_map_ids: z.array(n),
};
export const programRow = z
  .strictObject({ ...programFields, position_from: position })
  .meta({ id: 'Program' });

const mapFields = {
  map_id: n,
  map_type: mapType,
  key_size: n,
  value_size: n,
  max_entries: n,
  map_name: text,
};
export const mapRow = z.strictObject({ ...mapFields, position_from: position }).meta({ id: 'Map' });

/** Without an attach type in a map with 8 byte keys, whose storages serve every attach type. */
export const storageRow = z
  .strictObject({
    map_id: n,
    cgroup_id: n,
    attach_type: attachType.exactOptional(),
    value: n,
    made_at: position,
    position_from: position,
  })
  .meta({ id: 'Storage' });
export const elementRow = z
  .strictObject({ key: n, value: n, position_from: position })
  .meta({ id: 'Element' });

export const pinRow = z
  .strictObject({
    path: text,
    kind: objectKind,
    object_id: n,
    uid: n,
    mode: n,
    position_from: position,
  })
  .meta({ id: 'Pin' });

const fileFields = {
  file: n,
  kind: z.enum(['prog', 'link', 'map', 'cgroup', 'btf', 'other', 'token']),
  id: n,
  access: z.enum(['read', 'write']).exactOptional(),
  refs: n,
};

export const processView = z
  .strictObject({
    pid: n,
    comm: text,
    uid: n,
    caps: z.array(z.enum(ALL_CAPABILITIES)),
    nofile: n,
    memlock: n.exactOptional(),
    cgroup_id: n,
    tgid: n.exactOptional(),
    shares_fds_with: z.array(n).exactOptional(),
    fds: z.array(z.strictObject({ fd: n, cloexec: z.boolean(), ...fileFields })),
    mailbox: z.array(z.strictObject(fileFields)),
  })
  .meta({ id: 'Process' });

/** One process, with what applies to it and what hangs on it. */
export const processDetail = processView
  .extend({
    cgroup: text.exactOptional().describe('The path of its cgroup.'),
    effective: z.array(effectiveView).describe('What runs on its cgroup, so for it.'),
    exit_ends: z
      .array(wireEffect)
      .describe('What its exit would end: what nothing else holds, and what hangs on that.'),
  })
  .meta({ id: 'ProcessDetail' });

/** Who holds an object: fds, copies in flight, pins. */
const holders = z
  .strictObject({
    fds: z.array(z.strictObject({ pid: n, fd: n })),
    in_flight_to: z.array(n),
    pins: z.array(text),
  })
  .meta({ id: 'Holders' });

const key = mapKey(RECORDED);

/** The whole state of one boot. */
export const worldState = z.strictObject({
  boot: z.strictObject({
    number: n,
    boot_id: text,
    release: text,
    config: bootConfig,
  }),
  cgroups: z.array(
    z.strictObject({
      cgroup_id: n,
      parent_id: n,
      path: text,
      children: n,
      processes: n,
      attached: attachedLists,
      effective: z.array(effectiveView),
    }),
  ),
  programs: z.array(z.strictObject({ ...programFields, refs: n, held_by: holders })),
  links: z.array(
    z.strictObject({
      link_id: n,
      prog_id: n,
      attach_type: attachType,
      cgroup_id: n,
      refs: n,
      held_by: holders,
    }),
  ),
  maps: z.array(
    z.strictObject({
      ...mapFields,
      elements: z.array(z.strictObject({ key, value: n })),
      refs: n,
      held_by: holders,
    }),
  ),
  bpffs: z.array(
    z.strictObject({
      path: text,
      kind: z.enum(['prog', 'link', 'map', 'dir', 'symlink']),
      object_id: n,
      target: text.exactOptional(),
      uid: n,
      mode: n,
    }),
  ),
  processes: z.array(processView),
});
