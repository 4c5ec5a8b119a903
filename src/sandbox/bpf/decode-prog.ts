/** PROG_LOAD, ATTACH, DETACH, QUERY, BIND_MAP and TEST_RUN as calls of the model. */
import { attachTypeOf } from '../../domain/attach-type.ts';
import {
  CALLED,
  EXIT,
  type Insn,
  isCall as isCallInsn,
  isJump,
  readInsns,
} from '../../domain/code/instructions.ts';
import {
  ATTACH_FLAG_BITS,
  attachFlagsOf,
  QUERY_FLAG_BITS,
  type QueryFlags,
} from '../../domain/flags.ts';
import { progTypeOf } from '../../domain/prog-type.ts';
import { factsOf, namedMaps } from '../../events/encoding/prog-tag.ts';
import {
  PROG_ATTACH,
  PROG_BIND_MAP,
  PROG_LOAD,
  PROG_QUERY,
  PROG_TEST_RUN,
} from '../../native/attr-fields.ts';
import { INSN_BYTES } from '../../native/instructions.ts';
import { type Asking, mapBehind } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import { isFrom } from './attr-ends.ts';
import {
  type Building,
  type Decoded,
  FAULT,
  isCall,
  nameField,
  setField,
  some,
} from './decoded.ts';
import { unknownHelper } from './newest-helper.ts';

/** Instructions that are told; longer programs are told by their count alone. */
const INSNS_TOLD_MAX = 131_072;
/** Instructions above which no kernel reads them. */
const INSNS_MAX = 1_000_000;
/** Fds of fd_array that are read: more maps than a program may use. */
const FDS_MAX = 64;
const FD_BYTES = 4;
const MOV64_IMM = 0xb7;
/** A licence is read up to here (`bpf_prog_load`). */
const LICENSE_BYTES_MAX = 128;

export function progLoad(asking: Asking, attr: AttrBytes): Decoded {
  const strange = strangeField(asking, attr);
  if (strange !== undefined) return { is: 'unknown', command: strange };
  const count = attr.u32(PROG_LOAD.insn_cnt);
  const license = asking.memory.readText(attr.pointer(PROG_LOAD.license), LICENSE_BYTES_MAX);
  const isRead = count > 0 && count <= INSNS_MAX;
  const insns = isRead
    ? asking.memory.read(attr.pointer(PROG_LOAD.insns), count * INSN_BYTES)
    : Buffer.alloc(0);
  if (insns === undefined || license === undefined) return FAULT;
  const fds = fdArray(asking, attr, insns);
  if (fds === undefined) return FAULT;
  const used = isRead ? namedMaps(insns.toString('base64')).fds : [];
  const token = attr.fd(PROG_LOAD.prog_token_fd);
  for (const fd of [...used, ...(fds.fd_array ?? []), token]) asking.look(fd);
  const code = readInsns(insns.toString('base64'));
  const helper = unknownHelper(code, asking.kernel.boot.release);
  // The kernel looks maps up before it looks at calls: an fd of none is the model's to refuse.
  if (helper !== undefined && used.every((fd) => mapBehind(asking, fd) !== undefined)) {
    const log = `invalid func unknown#${helper}\n`;
    return { is: 'refused', errno: 'EINVAL', why: `the release has no helper ${helper}`, log };
  }
  const expected = attr.u32(PROG_LOAD.expected_attach_type);
  const call = {
    name: 'prog_load',
    prog_type: progTypeOf(attr.u32(PROG_LOAD.prog_type)),
    ...(expected !== 0 && { expected_attach_type: attachTypeOf(expected) }),
    ...some('prog_flags', attr.u32(PROG_LOAD.prog_flags)),
    ...some('attach_btf_id', attr.u32(PROG_LOAD.attach_btf_id)),
    ...some('attach_prog_fd', attr.fd(PROG_LOAD.attach_prog_fd)),
    ...some('prog_btf_fd', attr.fd(PROG_LOAD.prog_btf_fd)),
    ...some('func_info_cnt', attr.u32(PROG_LOAD.func_info_cnt)),
    ...some('line_info_cnt', attr.u32(PROG_LOAD.line_info_cnt)),
    ...nameField('prog_name', attr.name(PROG_LOAD.prog_name)),
    ...(isRead && count <= INSNS_TOLD_MAX ? codeFields(insns, code) : { insn_cnt: count }),
    ...fds,
    ...some('fd_array_cnt', attr.u32(PROG_LOAD.fd_array_cnt)),
    ...some('prog_token_fd', token),
    ...some('log_level', attr.u32(PROG_LOAD.log_level)),
    ...some('log_size', attr.u32(PROG_LOAD.log_size)),
    ...(attr.pointer(PROG_LOAD.log_buf) !== 0n && { log_buf: true }),
    ...some('log_true_size', attr.u32(PROG_LOAD.log_true_size)),
    ...(attr.pointer(PROG_LOAD.signature) !== 0n && { signature: true }),
    ...some('signature_size', attr.u32(PROG_LOAD.signature_size)),
    ...some('keyring_id', attr.fd(PROG_LOAD.keyring_id)),
  } as const;
  return isCall(call, { license });
}

/** A field that the model has no word for, where the kernel looks at it. */
function strangeField({ kernel }: Asking, attr: AttrBytes): string | undefined {
  if (attr.u32(PROG_LOAD.prog_ifindex) !== 0) return 'prog_load for a network device';
  const isDescribed =
    attr.u32(PROG_LOAD.func_info_cnt) !== 0 || attr.u32(PROG_LOAD.line_info_cnt) !== 0;
  const relocates = attr.u32(PROG_LOAD.core_relo_cnt) !== 0 && isDescribed;
  return relocates && isFrom('5.17', kernel.boot.release)
    ? 'prog_load with relocations for the kernel to make'
    : undefined;
}

function codeFields(insns: Buffer, code: readonly Insn[]) {
  const ret = returnConstant(code);
  return {
    insns: insns.toString('base64'),
    ...factsOf(insns),
    ...(ret !== undefined && { ret }),
  };
}

/** The constant that a program without branches ends with, whatever helpers it calls before. */
function returnConstant(code: readonly Insn[]): number | undefined {
  const set = code.at(-2);
  const exit = code.at(-1);
  const isSet = set?.code === MOV64_IMM && set.dst === 0 && set.src === 0 && set.off === 0;
  if (!isSet || exit?.code !== EXIT) return undefined;
  const branches = code.some((insn) => isJump(insn) && insn !== exit && !isHelperCall(insn));
  return branches ? undefined : set.imm;
}

function isHelperCall(insn: Insn): boolean {
  return isCallInsn(insn) && insn.src === CALLED.helper;
}

/** The fds that instructions name by an index; nobody says how many there are, before 6.14. */
function fdArray(
  { memory }: Asking,
  attr: AttrBytes,
  insns: Buffer,
): { readonly fd_array?: readonly number[] } | undefined {
  const address = attr.pointer(PROG_LOAD.fd_array);
  if (address === 0n) return {};
  const { fdArrayMin } = namedMaps(insns.toString('base64'));
  const count = Math.min(Math.max(attr.u32(PROG_LOAD.fd_array_cnt), fdArrayMin), FDS_MAX);
  const bytes = memory.read(address, count * FD_BYTES);
  if (bytes === undefined) return undefined;
  const fd_array = Array.from({ length: count }, (_, i) => bytes.readInt32LE(FD_BYTES * i));
  return { fd_array };
}

export function progAttach(name: 'prog_attach' | 'prog_detach', attr: AttrBytes): Decoded {
  const word = attr.u32(PROG_ATTACH.attach_flags);
  const call = { name, attr_size: attr.size } as Building<typeof name>;
  setField(call, 'target_fd', attr.fd(PROG_ATTACH.target_fd));
  setField(call, 'attach_bpf_fd', attr.fd(PROG_ATTACH.attach_bpf_fd));
  call.attach_type = attachTypeOf(attr.u32(PROG_ATTACH.attach_type));
  if (word !== 0) call.flags = attachFlagsOf(word);
  setField(call, 'replace_bpf_fd', attr.fd(PROG_ATTACH.replace_bpf_fd));
  putAnchor(call, attr, PROG_ATTACH.relative_fd, word);
  setField(call, 'expected_revision', attr.u64(PROG_ATTACH.expected_revision));
  return isCall(call);
}

/** The anchor: an id when the flag says so, else an fd. */
export function putAnchor(
  call: { relative_id?: number; relative_fd?: number },
  attr: AttrBytes,
  offset: number,
  word: number,
): void {
  if ((word & ATTACH_FLAG_BITS.id) !== 0) setField(call, 'relative_id', attr.u32(offset));
  else setField(call, 'relative_fd', attr.fd(offset));
}

export function progQuery(attr: AttrBytes): Decoded {
  const word = attr.u32(PROG_QUERY.query_flags);
  return isCall({
    name: 'prog_query',
    attr_size: attr.size,
    ...some('target_fd', attr.fd(PROG_QUERY.target_fd)),
    attach_type: attachTypeOf(attr.u32(PROG_QUERY.attach_type)),
    ...(word !== 0 && { query_flags: queryFlagsOf(word) }),
    prog_cnt: attr.u32(PROG_QUERY.prog_cnt),
    ...(attr.pointer(PROG_QUERY.prog_ids) === 0n && { null_prog_ids: true }),
    ...(attr.pointer(PROG_QUERY.prog_attach_flags) !== 0n && { prog_attach_flags: true }),
  });
}

function queryFlagsOf(word: number): QueryFlags {
  const rest = (word & ~QUERY_FLAG_BITS.effective) >>> 0;
  const named: QueryFlags = (word & QUERY_FLAG_BITS.effective) === 0 ? [] : ['effective'];
  return rest === 0 ? named : [...named, rest];
}

export function progBindMap(attr: AttrBytes): Decoded {
  return isCall({
    name: 'prog_bind_map',
    ...some('prog_fd', attr.fd(PROG_BIND_MAP.prog_fd)),
    ...some('map_fd', attr.fd(PROG_BIND_MAP.map_fd)),
    ...some('flags', attr.u32(PROG_BIND_MAP.flags)),
  });
}

export function progTestRun(attr: AttrBytes): Decoded {
  return isCall({
    name: 'prog_test_run',
    ...some('prog_fd', attr.fd(PROG_TEST_RUN.prog_fd)),
    ...some('data_size_in', attr.u32(PROG_TEST_RUN.data_size_in)),
  });
}
