// Fields of loads and maps that decide on a refusal: as strace prints them by name, as numbers, and in
// the bytes behind the last field that it knows.

import { expect, it } from 'vitest';
import { CG, read } from '../../../test/support/strace-lines.ts';

const OPEN = `812 openat(AT_FDCWD, "${CG}/a", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 3<${CG}/a>`;

/** The last call that a recording with these lines is told as, and the drift of it. */
async function readLast(...lines: readonly string[]) {
  const { told, summary } = await read([OPEN, ...lines]);
  return { call: told.at(-1)?.call, divergences: summary.divergences.count };
}

const load = (fields: string, size: number, result: string) =>
  `812 bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_SKB, insn_cnt=2, insns=0x7f, license="GPL", ${fields}}, ${size}) = ${result}`;
const EINVAL = '-1 EINVAL (Invalid argument)';

it('tells what the verifier shall print, and where', async () => {
  const names = await readLast(
    load('log_level=1, log_size=0, log_buf="", prog_flags=0', 128, EINVAL),
  );
  expect(names.call).toMatchObject({ log_level: 1, log_buf: true });
  expect(names.call).not.toHaveProperty('log_size');
  const raw = await readLast(
    `812 bpf(0x5, {prog_type=0x8, insn_cnt=2, insns=0x7f, license="GPL", log_level=0x1, log_size=0, log_buf="", prog_flags=0}, 128) = ${EINVAL}`,
  );
  expect(raw).toEqual(names);
  // The rules refuse it for the same: a buffer without a size.
  expect(names.divergences).toBe(0);
  const word = await readLast(
    load(
      'log_level=BPF_LOG_LEVEL1|BPF_LOG_STATS, log_size=10, log_buf=0x55d0',
      128,
      '-1 ENOSPC (No space left on device)',
    ),
  );
  expect(word.call).toMatchObject({ log_level: 5, log_size: 10, log_buf: true });
  expect(word.divergences).toBe(0);
  const none = await readLast(load('log_level=1, log_size=64, log_buf=NULL', 128, EINVAL));
  expect(none.call).not.toHaveProperty('log_buf');
  expect(none.divergences).toBe(0);
});

it('tells a signature that is printed by name, or as bytes', async () => {
  const zeros = (count: number) => '\\x00'.repeat(count);
  const bytes = await readLast(
    load(
      `log_level=0, fd_array=NULL, extra_data="${zeros(32)}\\x07\\x00\\x00\\x00\\xfd\\xff\\xff\\xff" /* bytes 128..167 */`,
      168,
      '4<anon_inode:bpf-prog>',
    ),
  );
  expect(bytes.call).toMatchObject({ signature_size: 7, keyring_id: -3 });
  const names = await readLast(
    load(
      'log_level=0, signature=NULL, signature_size=7, keyring_id=-3',
      168,
      '4<anon_inode:bpf-prog>',
    ),
  );
  expect(names.call).toEqual(bytes.call);
  const signed = await readLast(
    load(
      'signature=0x55d0, signature_size=256, keyring_id=0',
      168,
      '-1 EKEYREJECTED (Key was rejected by service)',
    ),
  );
  expect(signed.call).toMatchObject({ signature: true, signature_size: 256 });
  // Which keys a machine has is not known here, so nothing is claimed.
  expect(signed.divergences).toBe(0);
});

it('follows BTF, and what is described by it', async () => {
  const fields = (fd: string, functions = 1) =>
    `prog_btf_fd=${fd}, func_info_cnt=${functions}, line_info_cnt=2, attach_btf_id=0`;
  const btf = '812 bpf(BPF_BTF_LOAD, {btf="\\237"..., btf_log_buf=NULL, btf_size=45}, 28) = 5';
  const loaded = [
    `${btf}<anon_inode:btf>`,
    load(fields('5<anon_inode:btf>'), 128, '4<anon_inode:bpf-prog>'),
  ];
  const isBtf = await readLast(...loaded);
  expect(isBtf.call).toMatchObject({ prog_btf_fd: 5, func_info_cnt: 1, line_info_cnt: 2 });
  expect(isBtf.divergences).toBe(0);
  const closed = await readLast(...loaded, '812 close(5<anon_inode:btf>) = 0');
  expect(closed).toEqual({ call: { name: 'close', fd: 5 }, divergences: 0 });
  // Of more functions the ledger would want the instructions.
  const plain = await readLast(btf, load(fields('5', 2), 128, '4'));
  expect(plain.call).not.toHaveProperty('func_info_cnt');
  expect(plain).toMatchObject({ call: { line_info_cnt: 2 }, divergences: 0 });
  // What was loaded before the recording.
  const unknown = await readLast(load(fields('5<anon_inode:btf>'), 128, '4<anon_inode:bpf-prog>'));
  expect(unknown).toMatchObject({ call: { prog_btf_fd: 5 }, divergences: 0 });
  const isFile = await readLast(load(fields('5</etc/passwd>'), 128, EINVAL));
  expect(isFile.call).toMatchObject({ prog_btf_fd: 5, func_info_cnt: 1, line_info_cnt: 2 });
  expect(isFile.divergences).toBe(0);
  const badTypes = await readLast(btf.replace(/= 5$/, `= ${EINVAL}`));
  expect(badTypes).toEqual({ call: { name: 'btf_load', btf_size: 45 }, divergences: 0 });
});

it('tells what a map asks for beside its sizes', async () => {
  const map = (fields: string, size: number) =>
    readLast(
      `812 bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, value_size=4, max_entries=1, ${fields}}, ${size}) = ${EINVAL}`,
    );
  const node = await map('map_flags=BPF_F_NUMA_NODE, numa_node=5', 72);
  expect(node.call).toMatchObject({ map_flags: 4, numa_node: 5 });
  const extra = await map('map_flags=0, map_extra=7', 72);
  expect(extra.call).toMatchObject({ map_extra: 7 });
  const hash = await map(
    `map_flags=0, map_extra=0, extra_data="${'\\x00'.repeat(8)}\\x70\\x08\\xdc\\xcc\\xc8\\x55\\x00\\x00\\x1f${'\\x00'.repeat(7)}" /* bytes 72..95 */`,
    96,
  );
  expect(hash.call).toMatchObject({ excl_prog_hash: true, excl_prog_hash_size: 31 });
  expect([node, extra, hash].map(({ divergences }) => divergences)).toEqual([0, 0, 0]);
});

it('tells a program without instructions as that', async () => {
  const { call, divergences } = await readLast(
    '812 bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_SKB, insn_cnt=0, insns=0x7f, license="GPL"}, 128) = -1 E2BIG (Argument list too long)',
  );
  expect(call).toMatchObject({ insn_cnt: 0 });
  expect(divergences).toBe(0);
});
