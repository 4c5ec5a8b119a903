/** All programs, maps and links of the machine, by their own ids. */
import type { ObjectKind } from '../../domain/effect.ts';
import type { IdentifiedInfo } from '../../domain/outcome.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { KernelUnavailable } from '../../native/unavailable.ts';
import { decodeInfo, INFO_BYTES, infoBuffer } from '../live/objects.ts';

/** `enum bpf_link_type`: only links on cgroups have what the model knows. */
const LINK_TYPE_CGROUP = 3;

/** Lists the infos of all objects of a kind; links of other kinds than cgroup are left out. */
export function readObjects<K extends ObjectKind>(
  kernel: SystemCalls,
  kind: K,
): Extract<IdentifiedInfo, { kind: K }>[] {
  const found: IdentifiedInfo[] = [];
  for (let id = nextId(kernel, kind, 0); id !== undefined; id = nextId(kernel, kind, id)) {
    const info = infoOf(kernel, kind, id);
    if (info !== undefined) found.push(info);
  }
  return found as Extract<IdentifiedInfo, { kind: K }>[];
}

function nextId(kernel: SystemCalls, kind: ObjectKind, after: number): number | undefined {
  const attr = new Attr(kernel).u32(0, after);
  const asked = kernel.call(SYS.bpf, BPF[`${kind}_get_next_id`], attr.buffer, ATTR_BYTES);
  if ('ret' in asked) return attr.readU32(4);
  // Who may not ask would find a machine without programs.
  if (asked.errno === 'EPERM') {
    throw new KernelUnavailable('to see what a kernel has takes root, with CAP_SYS_ADMIN');
  }
  return undefined;
}

/** What the kernel says of an object; undefined when it is gone, or a link on something else. */
function infoOf(kernel: SystemCalls, kind: ObjectKind, id: number): IdentifiedInfo | undefined {
  const open = new Attr(kernel).u32(0, id);
  const opened = kernel.call(SYS.bpf, BPF[`${kind}_get_fd_by_id`], open.buffer, ATTR_BYTES);
  if ('errno' in opened) return undefined;
  try {
    const buffers = infoBuffer(kernel, kind, INFO_BYTES);
    const attr = new Attr(kernel).u32(0, opened.ret).u32(4, INFO_BYTES).pointer(8, buffers.info);
    must(
      kernel.call(SYS.bpf, BPF.obj_get_info_by_fd, attr.buffer, ATTR_BYTES),
      `info on ${kind} ${id}`,
    );
    if (kind === 'link' && buffers.info.readUInt32LE(0) !== LINK_TYPE_CGROUP) return undefined;
    return decodeInfo(OWN_IDS, kind, buffers);
  } finally {
    kernel.call(SYS.close, opened.ret);
  }
}

/** A survey has no log yet, so every id is the kernel's own. */
const OWN_IDS = {
  ids: { idOf: (_kind: ObjectKind, id: number) => id },
  cgroups: { idOf: (id: bigint) => Number(id) },
};
