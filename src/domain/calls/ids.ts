/** Ids and info: fetching and walking by id, OBJ_GET_INFO_BY_FD (semantics §16). */
import { isKernelsBtf } from '../btf.ts';
import type { Calls } from '../call.ts';
import { type Caller, fileAt, lowestFree, noFreeFd } from '../caller.ts';
import { type Decision, refusal, refuse, succeed, unknownCommand } from '../decision.ts';
import { isObjectKind, type ObjectKind } from '../effect.ts';
import { TOKEN_FD } from '../flags.ts';
import type { IdKind } from '../ids.ts';
import type { Kernel } from '../kernel.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import type { ObjectInfo } from '../outcome.ts';
import { sysAdminOnly } from '../privilege.ts';
import {
  allowsCommand,
  DELEGATED_COMMANDS,
  delegationOf,
  findAsked,
  WITHOUT_TOKEN,
} from '../tokens.ts';

/** Ids stop below this (`INT_MAX`). */
const ID_END = 2 ** 31 - 1;
const INFO_LEN_MAX = 4096;
const ID_TOKEN_FD_OFFSET = 12;
const RDONLY = 8;
const WRONLY = 16;

/** A table of objects, as a walk by id needs it. */
interface Ids {
  has(id: number): boolean;
  keys(): Iterable<number>;
}

function objects(kernel: Kernel, kind: IdKind): Ids {
  switch (kind) {
    case 'prog':
      return kernel.programs;
    case 'link':
      return kernel.links;
    case 'map':
      return kernel.maps;
    case 'btf':
      return kernel.btfs;
    default:
      return kind satisfies never;
  }
}

/** PROG_, LINK_ and MAP_GET_FD_BY_ID: the capability comes before the id, ENOENT before EMFILE. */
export function getFdById(
  caller: Caller,
  kind: ObjectKind,
  { id, open_flags: flags = 0 }: { readonly id: number; readonly open_flags?: number },
): Decision {
  const command = `${kind}_get_fd_by_id`;
  if (kind === 'link' && !caller.kernel.switches.link_ids) return unknownCommand(command);
  // Of programs and links the command ends before the flags.
  const known = kind === 'map' ? RDONLY | WRONLY : 0;
  if ((flags & ~known) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const refused = sysAdminOnly(caller, command);
  if (refused !== undefined) return refuse(refused);
  if (flags === (RDONLY | WRONLY)) return refuse(refusal('EINVAL', 'rdonly-and-wronly', {}));
  if (!objects(caller.kernel, kind).has(id)) {
    return refuse(refusal('ENOENT', 'no-object-with-id', { kind, id }));
  }
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const access = flags === RDONLY ? 'read' : 'write';
  return succeed([{ type: 'FdOpened', fd, kind, id, ...(flags !== 0 && { access }) }], fd);
}

/** BTF_GET_FD_BY_ID: no flag but that of a token (6.15). */
export function btfGetFdById(caller: Caller, call: Calls['btf_get_fd_by_id']): Decision {
  const { btf_id: id, open_flags: flags = 0, token_fd = 0 } = call;
  const takesToken = caller.kernel.switches.btf_by_id_token;
  if ((flags & ~(takesToken ? TOKEN_FD : 0)) !== 0) {
    return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  }
  if (token_fd !== 0 && !takesToken) {
    const about = { last_byte: ID_TOKEN_FD_OFFSET };
    return refuse(refusal('EINVAL', 'bytes-after-last-field', about));
  }
  const asked =
    flags === 0
      ? WITHOUT_TOKEN
      : findAsked(caller, token_fd, (token) =>
          allowsCommand(token, DELEGATED_COMMANDS.btf_get_fd_by_id),
        );
  if (asked.refused !== undefined) return refuse(asked.refused);
  const refused = sysAdminOnly(caller, 'btf_get_fd_by_id', asked.user);
  if (refused !== undefined) return refuse(refused);
  if (!isKernelsBtf(caller.kernel, id) && !caller.kernel.btfs.has(id)) {
    return refuse(refusal('ENOENT', 'no-object-with-id', { kind: 'btf', id }));
  }
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdOpened', fd, kind: 'btf', id }], fd);
}

/** PROG_, LINK_, MAP_ and BTF_GET_NEXT_ID: the smallest id above the start; the start need not exist. */
export function getNextId(caller: Caller, kind: IdKind, start: number): Decision {
  const command = `${kind}_get_next_id`;
  if (kind === 'link' && !caller.kernel.switches.link_ids) return unknownCommand(command);
  if (start >= ID_END) return refuse(refusal('EINVAL', 'start-id-too-large', { start_id: start }));
  const refused = sysAdminOnly(caller, command);
  if (refused !== undefined) return refuse(refused);
  if (kind === 'btf' && isKernelsBtf(caller.kernel, start + 1)) {
    return succeed([], 0, { next_id: start + 1 });
  }
  let next: number | undefined;
  for (const id of objects(caller.kernel, kind).keys()) {
    if (id > start && (next === undefined || id < next)) next = id;
  }
  if (next === undefined)
    return refuse(refusal('ENOENT', 'no-id-after', { kind, start_id: start }));
  return succeed([], 0, { next_id: next });
}

export function objGetInfo(caller: Caller, call: Calls['obj_get_info_by_fd']): Decision {
  const fd = call.bpf_fd ?? 0;
  const file = fileAt(caller, fd);
  if (file === undefined) return refuse(refusal('EBADFD', 'info-fd-not-open', { fd }));
  const { kind } = file;
  if (kind === 'btf' && file.id === 0) {
    const what = 'info on BTF that was loaded when logs kept no ids of it';
    return refuse(refusal('ENOTSUPP', 'not-modelled', { what }));
  }
  const isKnown = isObjectKind(kind) || kind === 'btf' || kind === 'token';
  if (!isKnown || (kind === 'token' && !caller.kernel.switches.token_info)) {
    return refuse(refusal('EINVAL', 'info-needs-bpf-object', { fd, kind }));
  }
  if (kind === 'link' && !caller.kernel.switches.link_ids) {
    return refuse(refusal('EINVAL', 'no-info-on-links', { fd }));
  }
  if ((call.info_len ?? 0) > INFO_LEN_MAX) {
    const about = { info_len: call.info_len ?? 0, limit: INFO_LEN_MAX };
    return refuse(refusal('E2BIG', 'info-too-long', about));
  }
  const { kernel } = caller;
  if (kind === 'token') return succeed([], 0, { info: infoOnToken(kernel, file.id) });
  if (kind === 'btf') return succeed([], 0, { info: infoOnBtf(kernel, file.id) });
  return succeed([], 0, { info: infoOf(caller, kind, file.id) });
}

function infoOf({ kernel, process }: Caller, kind: ObjectKind, id: number): ObjectInfo {
  const link = kind === 'link' ? kernel.links.get(id) : undefined;
  if (link !== undefined) {
    const { prog_id, cgroup_id, attach_type } = link;
    return { kind: 'link', id, prog_id, cgroup_id, attach_type };
  }
  const program = kind === 'prog' ? kernel.programs.get(id) : undefined;
  if (program !== undefined) {
    const { prog_type, tag, prog_name, uid, map_ids, btf } = program;
    const info = {
      kind: 'prog',
      id,
      prog_type,
      tag,
      prog_name,
      created_by_uid: process.namespaces.user === HOSTS_NAMESPACE ? uid : OVERFLOW_UID,
      map_ids,
    } as const;
    const { attach_btf_id } = btf;
    return attach_btf_id === 0 ? info : { ...info, attach_btf_id };
  }
  const map = kind === 'map' ? kernel.maps.get(id) : undefined;
  if (map === undefined) throw new Error(`impossible state: open file on freed ${kind} ${id}`);
  const { map_type, map_name, key_size, value_size, max_entries } = map;
  return { kind: 'map', id, map_type, map_name, key_size, value_size, max_entries };
}

/** What a uid is called in a user namespace that does not map it (`from_kuid_munged`). */
const OVERFLOW_UID = 65_534;

/** `bpf_token_get_info_by_fd`. */
function infoOnToken(kernel: Kernel, mountId: number): ObjectInfo {
  const { cmds, maps, progs, attachs } = delegationOf(kernel, mountId);
  return {
    kind: 'token',
    allowed_cmds: cmds,
    allowed_maps: maps,
    allowed_progs: progs,
    allowed_attachs: attachs,
  };
}

/** The name of the kernel's own BTF. Those of its modules have theirs, which nobody told. */
const VMLINUX = 'vmlinux';
const VMLINUX_ID = 1;

/** `btf_get_info_by_fd`: from 5.11 on it tells the name, and whose the BTF is. */
function infoOnBtf(kernel: Kernel, id: number): ObjectInfo {
  const size = kernel.btfs.get(id)?.size ?? 0;
  const told = { kind: 'btf', id, ...(size !== 0 && { btf_size: size }) } as const;
  if (!kernel.switches.kernel_btf_has_id) return told;
  if (!isKernelsBtf(kernel, id)) return { ...told, name: '', kernel_btf: false };
  return { ...told, ...(id === VMLINUX_ID && { name: VMLINUX }), kernel_btf: true };
}
