/** BTF behind a real fd, as the kernel describes it (`struct bpf_btf_info`). */
import type { IdentifiedInfo } from '../../domain/outcome.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { type IdNames, INFO_BYTES, type InfoBuffer } from './objects.ts';

/** Fields of the structure; the last three came with 5.11. */
const BTF = { btf_size: 8, id: 12, name: 16, name_len: 24, kernel_btf: 28 } as const;
/** Bytes of a module's name, its NUL included (`MODULE_NAME_LEN`). */
const NAME_BYTES = 56;

/** The kernel's own id of the BTF behind a real fd. */
export function realBtfId(kernel: SystemCalls, realFd: number): number {
  const info = Buffer.alloc(INFO_BYTES);
  const attr = new Attr(kernel).u32(0, realFd).u32(4, INFO_BYTES).pointer(8, info);
  must(kernel.call(SYS.bpf, BPF.obj_get_info_by_fd, attr.buffer, ATTR_BYTES), 'info on BTF');
  return info.readUInt32LE(BTF.id);
}

/** A structure that asks for the name; `bytes` are those that the caller passes. */
export function btfInfoBuffer(kernel: SystemCalls, bytes: number): InfoBuffer & { name: Buffer } {
  const info = Buffer.alloc(Math.max(bytes, INFO_BYTES));
  const name = Buffer.alloc(NAME_BYTES);
  info.writeBigUInt64LE(kernel.address(name), BTF.name);
  info.writeUInt32LE(NAME_BYTES, BTF.name_len);
  return { info, name, mapIds: Buffer.alloc(0) };
}

/** What it tells, by the log's ids. How large the kernel's own BTF is depends on its build. */
export function decodeBtfInfo(
  { ids }: Pick<IdNames, 'ids'>,
  { info, name }: ReturnType<typeof btfInfoBuffer>,
): IdentifiedInfo {
  const kernel_btf = info.readUInt32LE(BTF.kernel_btf) !== 0;
  return {
    kind: 'btf',
    id: ids.idOf('btf', info.readUInt32LE(BTF.id)),
    ...(kernel_btf ? {} : { btf_size: info.readUInt32LE(BTF.btf_size) }),
    name: name.toString('latin1').replace(/\0.*$/su, ''),
    kernel_btf,
  };
}
