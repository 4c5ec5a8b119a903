/** Links, pins, ids and info as calls of the model. */

import { type AttachType, attachTypeOf } from '../../domain/attach-type.ts';
import { badLog } from '../../domain/code/verifier-log.ts';
import { decide } from '../../domain/decide.ts';
import type { ObjectKind } from '../../domain/effect.ts';
import { attachFlagsOf } from '../../domain/flags.ts';
import type { IdKind } from '../../domain/ids.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import {
  BTF_LOAD,
  BY_ID,
  ENABLE_STATS,
  INFO_BY_FD,
  ITER_CREATE,
  LINK_CREATE,
  LINK_DETACH,
  LINK_UPDATE,
  OBJ,
  RAW_TRACEPOINT_OPEN,
} from '../../native/attr-fields.ts';
import type { Asking } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import { btfFault } from './btf.ts';
import { putAnchor } from './decode-prog.ts';
import {
  type Building,
  type Decoded,
  FAULT,
  isCall,
  refuseDecoded,
  setField,
  some,
} from './decoded.ts';

const PATH_BYTES_MAX = 4096;
const PATH_FD_FLAG = 1 << 14;
const AT_FDCWD = -100;
/** A path of the model whose directory no program can make. */
const NOWHERE = '/\0/nowhere';
/** Bytes of a tracepoint's name (`bpf_raw_tracepoint_open`). */
const TRACEPOINT_BYTES_MAX = 128;
/** Bytes of types (`BTF_MAX_SIZE`). */
const BTF_BYTES_MAX = 16 * 1024 * 1024;

/** Hooks whose target is a network interface, by its index. */
const INTERFACE_HOOKS: readonly AttachType[] = [
  ...(['tcx_ingress', 'tcx_egress', 'netkit_primary', 'netkit_peer', 'xdp'] as const),
];

export function linkCreate(asking: Asking, attr: AttrBytes): Decoded {
  const word = attr.u32(LINK_CREATE.flags);
  const attach_type = attachTypeOf(attr.u32(LINK_CREATE.attach_type));
  const target = attr.fd(LINK_CREATE.target_fd);
  if (INTERFACE_HOOKS.includes(attach_type) && asking.isInterface(target)) {
    const prog_fd = some('prog_fd', attr.fd(LINK_CREATE.prog_fd));
    return isCall({ name: 'foreign_link_create', ...prog_fd, attach_type });
  }
  const call = { name: 'link_create', attr_size: attr.size } as Building<'link_create'>;
  setField(call, 'prog_fd', attr.fd(LINK_CREATE.prog_fd));
  setField(call, 'target_fd', target);
  call.attach_type = attach_type;
  if (word !== 0) call.flags = attachFlagsOf(word);
  putAnchor(call, attr, LINK_CREATE.relative_fd, word);
  setField(call, 'expected_revision', attr.u64(LINK_CREATE.expected_revision));
  return isCall(call);
}

export function linkUpdate(attr: AttrBytes): Decoded {
  const call: Building<'link_update'> = { name: 'link_update', attr_size: attr.size };
  const word = attr.u32(LINK_UPDATE.flags);
  setField(call, 'link_fd', attr.fd(LINK_UPDATE.link_fd));
  setField(call, 'new_prog_fd', attr.fd(LINK_UPDATE.new_prog_fd));
  if (word !== 0) call.flags = attachFlagsOf(word);
  setField(call, 'old_prog_fd', attr.fd(LINK_UPDATE.old_prog_fd));
  return isCall(call);
}

export function linkDetach(attr: AttrBytes): Decoded {
  const link_fd = some('link_fd', attr.fd(LINK_DETACH.link_fd));
  return isCall({ name: 'link_detach', attr_size: attr.size, ...link_fd });
}

export function iterCreate(attr: AttrBytes): Decoded {
  const link_fd = some('link_fd', attr.fd(ITER_CREATE.link_fd));
  return isCall({ name: 'iter_create', ...link_fd, ...some('flags', attr.u32(ITER_CREATE.flags)) });
}

/** Without a name it is the program that says where it is attached. */
export function rawTracepointOpen(asking: Asking, attr: AttrBytes): Decoded {
  const address = attr.pointer(RAW_TRACEPOINT_OPEN.name);
  const tracepoint = address === 0n ? '' : asking.memory.readText(address, TRACEPOINT_BYTES_MAX);
  if (tracepoint === undefined) return FAULT;
  const prog_fd = some('prog_fd', attr.fd(RAW_TRACEPOINT_OPEN.prog_fd));
  return isCall(
    { name: 'foreign_link_create', ...prog_fd, attach_type: 'trace_raw_tp' },
    { tracepoint },
  );
}

export function enableStats(attr: AttrBytes): Decoded {
  return isCall({ name: 'enable_stats', ...some('type', attr.u32(ENABLE_STATS.type)) });
}

/** Types that the release does not take are refused here: a call carries none. */
export function btfLoad(asking: Asking, attr: AttrBytes): Decoded {
  const size = attr.u32(BTF_LOAD.btf_size);
  if (size > BTF_BYTES_MAX) return refuseDecoded('E2BIG', 'types of more than 16 MiB');
  const types = asking.memory.read(attr.pointer(BTF_LOAD.btf), size);
  const log = {
    ...some('log_level', attr.u32(BTF_LOAD.btf_log_level)),
    ...some('log_size', attr.u32(BTF_LOAD.btf_log_size)),
    ...(attr.pointer(BTF_LOAD.btf_log_buf) !== 0n && { log_buf: true }),
  };
  const badFields = badLog(asking.kernel.switches, log);
  if (badFields !== undefined) return refuseDecoded('EINVAL', refusalSentence(badFields));
  if (types === undefined) return FAULT;
  const fault = btfFault(types, asking.kernel.boot.release);
  return fault === undefined
    ? isCall({ name: 'btf_load', btf_size: size }, { types })
    : refuseDecoded('EINVAL', fault);
}

/**
 * A path of the bpffs becomes one of the model. Any other is refused as the kernel refuses it, once it
 * has nothing else to refuse: the object and the flags are looked at first.
 */
export function decodePinCall(
  name: 'obj_pin' | 'obj_get',
  asking: Asking,
  attr: AttrBytes,
): Decoded {
  const file_flags = attr.u32(OBJ.file_flags);
  const path_fd = attr.fd(OBJ.path_fd);
  const isRelativeTo = (file_flags & PATH_FD_FLAG) !== 0 && path_fd !== AT_FDCWD;
  const text = asking.memory.readText(attr.pointer(OBJ.pathname), PATH_BYTES_MAX);
  const place = placeNamed(name, asking, text, isRelativeTo ? path_fd : undefined);
  const isAbsolute = text?.startsWith('/') === true;
  const fields = {
    attr_size: attr.size,
    ...some('bpf_fd', attr.fd(OBJ.bpf_fd)),
    ...some('file_flags', file_flags),
    ...(isRelativeTo && isAbsolute ? {} : some('path_fd', path_fd)),
  };
  if ('path' in place) return isCall({ name, path: place.path, ...fields });
  for (const fd of [attr.fd(OBJ.bpf_fd), path_fd]) asking.look(fd);
  const { outcome } = decide(asking.kernel, asking.pid, { name, path: NOWHERE, ...fields });
  const isPathAsked = !isRefusal(outcome) || outcome.rule === 'no-such-path';
  return isPathAsked ? place.refused : refuseDecoded(outcome.errno, refusalSentence(outcome));
}

/** Where a path leads on the bpffs, or why it does not lead there. */
function placeNamed(
  name: 'obj_pin' | 'obj_get',
  asking: Asking,
  text: ReturnType<Asking['memory']['readText']>,
  dirFd: number | undefined,
): { readonly path: string } | { readonly refused: Decoded } {
  if (text === undefined) return { refused: FAULT };
  if (text === 'too long') {
    return { refused: refuseDecoded('ENAMETOOLONG', 'a path of more than 4096 bytes') };
  }
  if (text === '') return { refused: refuseDecoded('ENOENT', 'an empty path') };
  const place = asking.placeOf(text, dirFd);
  if ('path' in place) return place;
  const errno = name === 'obj_pin' ? 'EPERM' : 'EACCES';
  return { refused: refuseDecoded(errno, `${place.elsewhere} is not on the bpffs`) };
}

export function infoByFd(attr: AttrBytes): Decoded {
  const bpf_fd = some('bpf_fd', attr.fd(INFO_BY_FD.bpf_fd));
  const info_len = attr.u32(INFO_BY_FD.info_len);
  return isCall({ name: 'obj_get_info_by_fd', ...bpf_fd, info_len });
}

export function fdById(kind: ObjectKind, attr: AttrBytes): Decoded {
  const id = attr.u32(BY_ID.start_id);
  const flags = some('open_flags', attr.u32(BY_ID.open_flags));
  switch (kind) {
    case 'prog':
      return isCall({ name: 'prog_get_fd_by_id', prog_id: id, ...flags });
    case 'link':
      return isCall({ name: 'link_get_fd_by_id', link_id: id, ...flags });
    case 'map':
      return isCall({ name: 'map_get_fd_by_id', map_id: id, ...flags });
    default:
      return kind satisfies never;
  }
}

export function btfById(attr: AttrBytes): Decoded {
  const flags = some('open_flags', attr.u32(BY_ID.open_flags));
  return isCall({ name: 'btf_get_fd_by_id', btf_id: attr.u32(BY_ID.start_id), ...flags });
}

export function nextId(kind: IdKind, attr: AttrBytes): Decoded {
  return isCall({ name: `${kind}_get_next_id`, start_id: attr.u32(BY_ID.start_id) });
}
