/**
 * What a `bpf()` line asks: the ledger's call, with the fd numbers that the process had, and what
 * the kernel wrote back. AttrFields: strace's bpf.c, of 5.x to 7.x; offsets: `union bpf_attr`.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import { CGROUP_HOOKS, FOREIGN_HOOKS } from '../../domain/attach-type.ts';
import { attachFlagsOf } from '../../domain/flags.ts';
import { AttrFields, attrSizeField, nameField, nonZero } from './bpf-fields.ts';
import type { MeantCall } from './deed.ts';
import type { LeftOut } from './spoken.ts';
import {
  ATTACH_BITS,
  attachTypeIn,
  bpfCommandIn,
  LOG_BITS,
  MAP_BITS,
  mapTypeIn,
  PROG_BITS,
  progTypeIn,
  QUERY_BITS,
  wordOf,
} from './uapi.ts';
import { type Arguments, Malformed, type Value } from './value.ts';

/** Why a call that the ledger has a word for is not told. */
const WHY_UNTOLD: Readonly<Record<string, string>> = {
  obj_get_info_by_fd: ' (strace prints no contents)',
};

/** Paths of the bpffs; undefined for a path elsewhere. */
export type BpffsPath = (path: string, dir: Value | undefined) => string | undefined;

/**
 * The call of a `bpf()` line.
 *
 * @throws Malformed
 */
export function bpfCall(args: Arguments, bpffsPath: BpffsPath): MeantCall | LeftOut {
  const [command, attr, size] = args.list;
  const name = bpfCommandIn(command);
  const attr_size = size?.kind === 'number' ? size.value : undefined;
  if (attr?.kind !== 'struct') {
    if (name !== 'link_detach') return { leftOut: `bpf ${name} without its fields` };
    // Up to 6.1 nothing of it is printed.
    return { call: { name, ...attrSizeField(attr_size) }, hidden: 'link_fd' };
  }
  const fields = new AttrFields(attr, attr_size, name);
  const told = TOLD[name]?.(fields, bpffsPath);
  if (told === undefined) return { leftOut: `bpf ${name}${WHY_UNTOLD[name] ?? ''}` };
  // Behind the fields of a query that old straces know there are buffers alone.
  const lacks = fields.isCut && name !== 'prog_query';
  return 'call' in told && lacks ? { ...told, cut: true } : told;
}

type Teller = (fields: AttrFields, bpffsPath: BpffsPath) => MeantCall | LeftOut;

const TOLD: Readonly<Record<string, Teller>> = {
  map_create: (fields) => ({
    call: {
      name: 'map_create',
      map_type: mapTypeIn(fields.get('map_type')),
      ...fields.some('key_size'),
      ...fields.some('value_size'),
      ...fields.some('max_entries'),
      ...nonZero('map_flags', wordOf(fields.get('map_flags'), MAP_BITS)),
      ...fields.some('inner_map_fd'),
      ...fields.some('numa_node'),
      ...nameField('map_name', fields.text('map_name')),
      ...mapTypes(fields),
      ...fields.some('map_extra'),
      ...fields.some('map_token_fd'),
      ...(fields.isPassed('excl_prog_hash') && { excl_prog_hash: true }),
      ...fields.some('excl_prog_hash_size'),
    },
  }),
  prog_load: progLoad,
  prog_attach: (fields) => attach('prog_attach', fields),
  prog_detach(fields) {
    const told = attach('prog_detach', fields);
    // Up to 6.1 only the target and the type are printed.
    const isPrinted = 'call' in told && fields.get('attach_bpf_fd') !== undefined;
    return isPrinted || !('call' in told) ? told : { ...told, hidden: 'attach_bpf_fd' };
  },
  prog_query: progQuery,
  link_create: linkCreate,
  link_update: (fields) => ({
    call: {
      name: 'link_update',
      ...fields.size,
      ...fields.some('link_fd'),
      ...fields.some('new_prog_fd'),
      ...flags(wordOf(fields.get('flags'), ATTACH_BITS)),
      ...fields.some('old_prog_fd'),
    },
  }),
  link_detach: (fields) => ({
    call: { name: 'link_detach', ...fields.size, ...fields.some('link_fd') },
  }),
  prog_bind_map: (fields) => ({
    call: {
      name: 'prog_bind_map',
      ...fields.some('prog_fd'),
      ...fields.some('map_fd'),
      ...fields.some('flags'),
    },
  }),
  obj_pin: (fields, bpffsPath) => readPinCall('obj_pin', fields, bpffsPath),
  obj_get: (fields, bpffsPath) => readPinCall('obj_get', fields, bpffsPath),
  prog_get_fd_by_id: (fields) => ({
    call: { name: 'prog_get_fd_by_id', prog_id: fields.number('prog_id') ?? 0 },
  }),
  link_get_fd_by_id: (fields) => ({
    call: { name: 'link_get_fd_by_id', link_id: fields.number('link_id') ?? 0 },
  }),
  map_get_fd_by_id: (fields) => ({
    call: { name: 'map_get_fd_by_id', map_id: fields.number('map_id') ?? 0 },
  }),
  btf_load: (fields) => ({
    call: {
      name: 'btf_load',
      ...numberField('btf_size', fields.number('btf_size')),
      ...fields.some('btf_flags'),
      ...fields.some('btf_token_fd'),
    },
  }),
};

function flags(word: number) {
  return word === 0 ? {} : { flags: attachFlagsOf(word) };
}

function progLoad(fields: AttrFields): MeantCall {
  const expected = fields.get('expected_attach_type');
  const prog_type = progTypeIn(fields.get('prog_type'));
  const expected_attach_type = expected === undefined ? undefined : attachTypeIn(expected);
  const isTold = expected_attach_type !== undefined && expected_attach_type !== FIRST_TYPE;
  return {
    call: {
      name: 'prog_load',
      prog_type,
      ...(isTold && { expected_attach_type }),
      ...nonZero('prog_flags', wordOf(fields.get('prog_flags'), PROG_BITS)),
      ...nameField('prog_name', fields.text('prog_name')),
      ...fields.some('attach_btf_id'),
      ...numberField('insn_cnt', fields.number('insn_cnt')),
      ...(fields.isNoBtf('attach_prog_fd') && fields.some('attach_prog_fd')),
      ...programTypes(fields),
      ...fields.some('prog_token_fd'),
      ...nonZero('log_level', wordOf(fields.get('log_level'), LOG_BITS)),
      ...fields.some('log_size'),
      ...(fields.isPassed('log_buf') && { log_buf: true }),
      ...fields.some('log_true_size'),
      ...(fields.isPassed('signature') && { signature: true }),
      ...fields.some('signature_size'),
      ...signedField('keyring_id', fields.some('keyring_id').keyring_id),
    },
  };
}

/** Left out it is that of the smallest program, and not none. */
function numberField<N extends string>(
  name: N,
  value: number | undefined,
): { readonly [K in N]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: number };
}

/** A number that has a sign, as strace prints it, or as the bytes of an attr have it. */
function signedField<N extends string>(
  name: N,
  value: number | undefined,
): { readonly [K in N]?: number } {
  return nonZero(name, (value ?? 0) | 0);
}

/** What describes a map by BTF. */
function mapTypes(fields: AttrFields) {
  return {
    ...fields.some('btf_fd'),
    ...fields.some('btf_key_type_id'),
    ...fields.some('btf_value_type_id'),
    ...fields.some('btf_vmlinux_value_type_id'),
  };
}

/** The same of a program. Without instructions the ledger takes it to have one function. */
function programTypes(fields: AttrFields) {
  return {
    ...fields.some('prog_btf_fd'),
    ...(fields.number('func_info_cnt') === 1 && { func_info_cnt: 1 }),
    ...fields.some('line_info_cnt'),
  };
}

/** The attach type that zero names. */
const FIRST_TYPE: AttachType = 'cgroup_inet_ingress';

/** Hooks of cgroups, and the one of LSM programs, which a query may ask for. */
function isCgroupHook(type: AttachType): boolean {
  return typeof type === 'string' && (type in CGROUP_HOOKS || type === 'lsm_cgroup');
}

function isKnownHook(type: AttachType): boolean {
  return isCgroupHook(type) || (typeof type === 'string' && type in FOREIGN_HOOKS);
}

function attach(name: 'prog_attach' | 'prog_detach', fields: AttrFields): MeantCall | LeftOut {
  const attach_type = attachTypeIn(fields.get('attach_type'));
  if (!isCgroupHook(attach_type)) return { leftOut: `bpf ${name} of ${attach_type}` };
  const word = wordOf(fields.get('attach_flags'), ATTACH_BITS);
  return {
    call: {
      name,
      ...fields.size,
      ...fields.some('target_fd'),
      ...fields.some('attach_bpf_fd'),
      attach_type,
      ...flags(word),
      ...fields.some('replace_bpf_fd'),
      ...fields.some('relative_fd'),
      ...fields.some('relative_id'),
      ...fields.some('expected_revision'),
    },
  };
}

function linkCreate(fields: AttrFields): MeantCall | LeftOut {
  const attach_type = attachTypeIn(fields.get('attach_type'));
  if (!isCgroupHook(attach_type)) return { leftOut: `bpf link_create of ${attach_type}` };
  const cgroup = fields.get('cgroup');
  const anchor = cgroup?.kind === 'struct' ? new AttrFields(cgroup, undefined) : fields;
  return {
    call: {
      name: 'link_create',
      ...fields.size,
      ...fields.some('prog_fd'),
      ...fields.some('target_fd'),
      attach_type,
      ...flags(wordOf(fields.get('flags'), ATTACH_BITS)),
      ...anchor.some('relative_fd'),
      ...anchor.some('relative_id'),
      ...anchor.some('expected_revision'),
    },
  };
}

function progQuery(fields: AttrFields): MeantCall | LeftOut {
  const attach_type = attachTypeIn(fields.get('attach_type'));
  // The hooks of interfaces and of 7.x are asked for by bpftool too; no rule of a cgroup answers.
  if (!isKnownHook(attach_type))
    return { leftOut: 'bpf prog_query of a hook that the model does not know' };
  const count = fields.get('prog_cnt');
  if (count?.kind !== 'number') throw new Malformed('prog_cnt is missing');
  const ids = fields.get('prog_ids');
  const isNull = ids?.kind === 'word' && ids.text === 'NULL';
  const buffer = fields.get('prog_attach_flags');
  const hasBuffer = buffer !== undefined && !(buffer.kind === 'word' && buffer.text === 'NULL');
  const word = wordOf(fields.get('query_flags'), QUERY_BITS);
  const after = count.after?.kind === 'number' ? count.after.value : count.value;
  const told = ids?.kind === 'list' ? numbersIn(ids.items) : [];
  if (!isU32(after)) throw new Malformed(`prog_cnt is no 32-bit number: "${after}"`);
  const other = told.find((id) => id === 0 || !isU32(id));
  if (other !== undefined) throw new Malformed(`prog_ids has what is no id: "${other}"`);
  return {
    call: {
      name: 'prog_query',
      ...fields.size,
      ...fields.some('target_fd'),
      attach_type,
      ...(word !== 0 && { query_flags: word === 1 ? ['effective'] : [word] }),
      prog_cnt: count.value,
      ...(isNull && { null_prog_ids: true }),
      ...(hasBuffer && { prog_attach_flags: true }),
    },
    query: {
      prog_cnt: after,
      prog_ids: told,
      attach_flags: wordOf(fields.get('attach_flags'), ATTACH_BITS),
      ...fields.some('revision'),
    },
  };
}

function isU32(value: number): boolean {
  return value >= 0 && value < 2 ** 32;
}

function numbersIn(items: readonly Value[]): number[] {
  return items.flatMap((item) => (item.kind === 'number' ? [item.value] : []));
}

function readPinCall(
  name: 'obj_pin' | 'obj_get',
  fields: AttrFields,
  bpffsPath: BpffsPath,
): MeantCall | LeftOut {
  const path = bpffsPath(fields.text('pathname'), fields.get('path_fd'));
  if (path === undefined) return { leftOut: `bpf ${name} outside of the bpffs` };
  return {
    call: {
      name,
      ...fields.size,
      path,
      ...fields.some('bpf_fd'),
      ...nonZero('file_flags', wordOf(fields.get('file_flags'), MAP_BITS)),
    },
  };
}
