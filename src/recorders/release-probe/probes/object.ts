/** Probes of programs and maps (`release/boundaries/object.ts`). */
import type { Calls } from '../../../domain/call.ts';
import type { MapType } from '../../../domain/map-type.ts';
import type { ProgType } from '../../../domain/prog-type.ts';
import type { Switches } from '../../../domain/release/switches.ts';
import { tagOfReturning } from '../../../events/encoding/prog-tag.ts';
import { encodedCode } from '../../golden/code.ts';
import { CLOSED_FD, NotMeasured, type ProbeBench } from '../bench.ts';
import { type Probes, within } from '../probe.ts';
import { makeTokenUser } from './token-user.ts';

const SLEEPABLE = 16;
const TOKEN_FD = 65_536;
/** Flags of PROG_LOAD, each with a type of program that may have it. */
const PROG_FLAGS: readonly (readonly [flag: number, type: ProgType])[] = [
  ...[1, 2, 4, 8].map((flag) => [flag, 'xdp'] as const),
  [SLEEPABLE, 'kprobe'],
  ...[32, 64, 128, 256, 512].map((flag) => [flag, 'xdp'] as const),
];
/** A load of a map by its index in fd_array, and what ends the program. */
const LD_MAP_BY_INDEX = [0x18, 2, 5] as const;
const SECOND_HALF = [0] as const;
const RETURN_1 = [[0xb7, 0, 0, 0, 1], [0x95]] as const;
const INNER_MAP = 4096;
const RB_OVERWRITE = 524_288;
/** Larger than any value that a map of cgroup storage takes. */
const VALUE_END = 2 ** 20;

async function progFlags(bench: ProbeBench): Promise<number> {
  let known = 0;
  for (const [prog_flags, prog_type] of PROG_FLAGS) {
    const answer = await bench.ask({ name: 'prog_load', prog_type, prog_flags });
    if (answer === 'ok') known |= prog_flags;
  }
  // A token is asked for by fd 0; a closed one is EBADF where the flag is known.
  const { ret: pid } = await bench.does({ name: 'fork' });
  await bench.does({ name: 'close', fd: 0 }, pid);
  const asked = { name: 'prog_load', prog_type: 'xdp', prog_flags: TOKEN_FD } as const;
  return (await bench.ask(asked, pid)) === 'EBADF' ? known | TOKEN_FD : known;
}

/** A token of fd 0, which is closed. */
async function btfByIdToken(bench: ProbeBench): Promise<boolean> {
  const { ret: pid } = await bench.does({ name: 'fork' });
  await bench.does({ name: 'close', fd: 0 }, pid);
  const asked = { name: 'btf_get_fd_by_id', btf_id: 1, open_flags: TOKEN_FD } as const;
  return (await bench.ask(asked, pid)) === 'EBADF';
}

async function tokenInfo(bench: ProbeBench): Promise<boolean> {
  const { pid, token: bpf_fd } = await makeTokenUser(bench);
  if (bpf_fd === undefined) return false;
  return (await bench.ask({ name: 'obj_get_info_by_fd', bpf_fd }, pid)) === 'ok';
}

async function mapTypeCount(bench: ProbeBench, { map_type_count: assumed }: Switches) {
  const makes = async (map_type: MapType, sizes: object) =>
    (await bench.ask({ name: 'map_create', map_type, ...sizes })) === 'ok';
  const ring = { max_entries: 4096 };
  if (await makes('arena', { max_entries: 4, map_flags: 1024 })) {
    // A map of instructions (6.19) wants entries; the model does not know its form.
    const asked = { name: 'map_create', map_type: 34, key_size: 4, value_size: 16 } as const;
    const answer = await bench.ask({ ...asked, max_entries: 1 });
    return answer === 'EINVAL' ? 34 : within(35, Infinity, assumed);
  }
  if (await makes('user_ringbuf', ring)) return within(32, 34, assumed);
  if (await makes('bloom_filter', { value_size: 4, max_entries: 4 })) return 31;
  return (await makes('ringbuf', ring)) ? within(28, 31, assumed) : 27;
}

/** The largest value that a map of cgroup storage takes. */
async function valueMax(bench: ProbeBench, map_type: MapType): Promise<number> {
  let [fits, tooLarge] = [0, VALUE_END];
  while (tooLarge - fits > 1) {
    const value_size = Math.floor((fits + tooLarge) / 2);
    const call = { name: 'map_create', map_type, key_size: 16, value_size } as const;
    const answer = await bench.ask(call);
    if (answer === 'ok') fits = value_size;
    else if (answer === 'E2BIG') tooLarge = value_size;
    else throw new NotMeasured(`a map of ${value_size} bytes is refused with ${answer}`);
  }
  return fits;
}

/** Whether a value has room for the fd of a program beside its number. */
async function takesWideValues(bench: ProbeBench, map_type: 'devmap' | 'cpumap'): Promise<boolean> {
  const sizes = { key_size: 4, value_size: 8, max_entries: 1 };
  return (await bench.ask({ name: 'map_create', map_type, ...sizes })) === 'ok';
}

/** What the kernel says to the second of two programs that are put into a prog_array. */
async function secondInProgArray(
  bench: ProbeBench,
  [first = {}, second = {}]: readonly Partial<Calls['prog_load']>[],
): Promise<string> {
  const array = { map_type: 'prog_array', key_size: 4, value_size: 4, max_entries: 2 } as const;
  const { ret: map_fd } = await bench.does({ name: 'map_create', ...array });
  const putElement = (key: number, value: number) =>
    ({ name: 'map_update_elem', map_fd, key, value }) as const;
  await bench.does(putElement(0, await bench.prog(first)));
  return bench.ask(putElement(1, await bench.prog(second)));
}

/** A command of no element is done where the type has it. */
async function hasBatches(bench: ProbeBench, map: Calls['map_create']): Promise<boolean> {
  const { ret: map_fd } = await bench.does({ name: 'map_create', ...map });
  return (await bench.ask({ name: 'map_update_batch', map_fd, keys: [], values: [] })) === 'ok';
}

async function trie(bench: ProbeBench): Promise<number> {
  const sizes = { key_size: 5, value_size: 8, max_entries: 4, map_flags: 1 };
  return (await bench.does({ name: 'map_create', map_type: 'lpm_trie', ...sizes })).ret;
}

export const OBJECT_PROBES = {
  async memlock_is_charged(bench) {
    const { ret: pid } = await bench.does({ name: 'fork' });
    await bench.does({ name: 'setrlimit', memlock: 0 }, pid);
    const array = { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 } as const;
    return (await bench.ask({ name: 'map_create', ...array }, pid)) === 'EPERM';
  },
  async tag_is_sha256(bench) {
    const tags = tagOfReturning(1);
    const bpf_fd = await bench.prog({ ret: 1, tag: tags });
    const { info } = await bench.does({ name: 'obj_get_info_by_fd', bpf_fd });
    const tag = info?.kind === 'prog' ? info.tag : '';
    if (tag !== tags.sha1 && tag !== tags.sha256) throw new NotMeasured('the tag is another hash');
    return tag === tags.sha256;
  },
  async bind_may_return_3(bench) {
    const hook = {
      prog_type: 'cgroup_sock_addr',
      expected_attach_type: 'cgroup_inet4_bind',
    } as const;
    return (await bench.ask({ name: 'prog_load', ...hook, ret: 3 })) === 'ok';
  },
  prog_flags: progFlags,
  async fd_array(bench) {
    const array = { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 } as const;
    const { ret: fd } = await bench.does({ name: 'map_create', ...array });
    const code = encodedCode([LD_MAP_BY_INDEX, SECOND_HALF, ...RETURN_1], Number);
    const { insns } = code;
    const load = { name: 'prog_load', prog_type: 'socket_filter', insns, fd_array: [fd] } as const;
    return (await bench.ask(load)) === 'ok';
  },
  async fd_array_cnt(bench) {
    const load = { name: 'prog_load', prog_type: 'cgroup_skb', fd_array_cnt: 1 } as const;
    return (await bench.ask(load)) === 'EFAULT';
  },
  async rotating_log(bench) {
    const load = { name: 'prog_load', prog_type: 'socket_filter', log_level: 1 } as const;
    return (await bench.ask(load)) === 'ok';
  },
  /** The fd of BTF is looked up before the hash is, and after the bytes behind the last field. */
  async excl_prog_hash(bench) {
    const array = { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 } as const;
    const types = { btf_fd: CLOSED_FD, btf_key_type_id: 1, btf_value_type_id: 1 } as const;
    const asked = { name: 'map_create', ...array, ...types, excl_prog_hash_size: 1 } as const;
    return (await bench.ask(asked)) === 'EBADF';
  },
  map_type_count: mapTypeCount,
  async late_array_flags(bench) {
    const array = { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 } as const;
    return (await bench.ask({ name: 'map_create', ...array, map_flags: INNER_MAP })) === 'ok';
  },
  async ringbuf_overwrites(bench) {
    const ring = { map_type: 'ringbuf', max_entries: 4096, map_flags: RB_OVERWRITE } as const;
    return (await bench.ask({ name: 'map_create', ...ring })) === 'ok';
  },
  async hash_keys_fit_a_stack(bench) {
    const sizes = { key_size: 513, value_size: 4, max_entries: 1 };
    return (await bench.ask({ name: 'map_create', map_type: 'hash', ...sizes })) === 'E2BIG';
  },
  async array_value_max(bench) {
    const sizes = { key_size: 4, value_size: 2 ** 22 + 1, max_entries: 1 };
    const answer = await bench.ask({ name: 'map_create', map_type: 'array', ...sizes });
    return answer === 'E2BIG' ? 2 ** 22 : 2 ** 31 - 1;
  },
  devmap_programs: (bench) => takesWideValues(bench, 'devmap'),
  cpumap_programs: (bench) => takesWideValues(bench, 'cpumap'),
  async percpu_value_too_large_errno(bench) {
    const sizes = { key_size: 16, value_size: 40_000, max_entries: 1 };
    const answer = await bench.ask({ name: 'map_create', map_type: 'percpu_hash', ...sizes });
    if (answer === 'E2BIG' || answer === 'ENOMEM') return answer;
    throw new NotMeasured(`a percpu value of 40000 bytes is answered ${answer}`);
  },
  async prog_bind_map(bench) {
    const closed = { prog_fd: CLOSED_FD, map_fd: CLOSED_FD };
    return (await bench.ask({ name: 'prog_bind_map', ...closed })) === 'EBADF';
  },
  async percpu_array_batches(bench) {
    const map = { map_type: 'percpu_array', key_size: 4, value_size: 8, max_entries: 1 } as const;
    return hasBatches(bench, map);
  },
  async map_of_maps_batches(bench) {
    const small = { map_type: 'hash', key_size: 4, value_size: 8, max_entries: 1 } as const;
    const { ret: inner_map_fd } = await bench.does({ name: 'map_create', ...small });
    const sizes = { key_size: 4, value_size: 4, max_entries: 1 };
    return hasBatches(bench, { map_type: 'array_of_maps', ...sizes, inner_map_fd });
  },
  async lru_lets_go_by_size(bench) {
    const sizes = { key_size: 4, value_size: 8, max_entries: 2 };
    const { ret: map_fd } = await bench.does({
      name: 'map_create',
      map_type: 'lru_hash',
      ...sizes,
    });
    for (const key of [1, 2, 3]) {
      await bench.does({ name: 'map_update_elem', map_fd, key, value: key });
    }
    return (await bench.ask({ name: 'map_lookup_elem', map_fd, key: 2 })) === 'ok';
  },
  async hash_lookup_and_delete(bench) {
    const small = { map_type: 'hash', key_size: 4, value_size: 8, max_entries: 1 } as const;
    const { ret: map_fd } = await bench.does({ name: 'map_create', ...small });
    const call = { name: 'map_lookup_and_delete_elem', map_fd, key: 0 } as const;
    return (await bench.ask(call)) === 'ENOENT';
  },
  async trie_batches(bench) {
    const map_fd = await trie(bench);
    return (await bench.ask({ name: 'map_delete_batch', map_fd, keys: [] })) === 'ok';
  },
  async trie_lookup_has_limit(bench) {
    const map_fd = await trie(bench);
    await bench.does({
      name: 'map_update_elem',
      map_fd,
      key: { prefixlen: 0, data: '00' },
      value: 1,
    });
    const key = { prefixlen: 9, data: '00' };
    return (await bench.ask({ name: 'map_lookup_elem', map_fd, key })) === 'ENOENT';
  },
  async tries_are_exact(bench) {
    const update = { name: 'map_update_elem', map_fd: await trie(bench), value: 1 } as const;
    const key = { prefixlen: 8, data: '01' };
    return (await bench.ask({ ...update, key, flags: 2 })) === 'ENOENT';
  },
  async attach_target_may_be_btf(bench) {
    const { ret: attach_prog_fd } = await bench.does({ name: 'btf_load' });
    const load = { name: 'prog_load', prog_type: 'socket_filter', attach_prog_fd } as const;
    const answer = await bench.ask(load);
    // The next probe asks for the first BTF that there is.
    await bench.does({ name: 'close', fd: attach_prog_fd });
    return answer === 'ENOTSUPP';
  },
  async kernel_btf_has_id(bench) {
    const { effects } = await bench.does({ name: 'btf_load' });
    const [made] = effects;
    const own = made?.type === 'FdOpened' ? made.id : 0;
    const { next_id } = await bench.does({ name: 'btf_get_next_id', start_id: 0 });
    return next_id !== own;
  },
  async prog_array_compares_hook(bench) {
    const hooks = ['cgroup_inet_ingress', 'cgroup_inet_egress'] as const;
    const second = await secondInProgArray(
      bench,
      hooks.map((expected_attach_type) => ({ expected_attach_type })),
    );
    return second === 'EINVAL';
  },
  async prog_array_compares_storage(bench) {
    const storage = { map_type: 'cgroup_storage', key_size: 16, value_size: 8 } as const;
    const { ret } = await bench.does({ name: 'map_create', ...storage });
    return (await secondInProgArray(bench, [{}, { map_fds: [ret] }])) === 'EINVAL';
  },
  async inner_maps_of_any_entries(bench) {
    const small = { map_type: 'hash', key_size: 4, value_size: 8, max_entries: 1 } as const;
    const { ret: inner_map_fd } = await bench.does({ name: 'map_create', ...small });
    const outer = {
      map_type: 'array_of_maps',
      key_size: 4,
      value_size: 4,
      max_entries: 1,
    } as const;
    const { ret: map_fd } = await bench.does({ name: 'map_create', ...outer, inner_map_fd });
    const { ret: value } = await bench.does({ name: 'map_create', ...small, max_entries: 2 });
    return (await bench.ask({ name: 'map_update_elem', map_fd, key: 0, value })) === 'ok';
  },
  btf_by_id_token: btfByIdToken,
  token_info: tokenInfo,
  async storage_is_shared(bench) {
    const short = { map_type: 'cgroup_storage', key_size: 8, value_size: 8 } as const;
    return (await bench.ask({ name: 'map_create', ...short })) === 'ok';
  },
  storage_value_max: (bench) => valueMax(bench, 'cgroup_storage'),
  percpu_storage_value_max: (bench) => valueMax(bench, 'percpu_cgroup_storage'),
} as const satisfies Probes;
