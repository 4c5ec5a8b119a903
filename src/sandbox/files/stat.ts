/** The structures of stat(2), statx(2) and statfs(2), for what stands in the trees. */
import { lstatSync } from 'node:fs';
import type { Node } from './nodes.ts';
import type { Shadow, Tree } from './shadow.ts';

/** Device numbers that no real file system has: major 0, high minors. */
const MINORS: Readonly<Record<Tree, number>> = { cgroup: 0xcb, bpffs: 0xbf };
const BLOCK_BYTES = 4096;

/** What stat(2) and statx(2) tell. */
interface FileStatus {
  readonly node: Node;
  readonly minor: number;
  readonly times: readonly [access: bigint, modify: bigint, change: bigint];
}

const SECOND = 1_000_000_000n;

/** Nothing in the trees has a size, symlinks neither. */
export function readStatus(shadow: Shadow, node: Node): FileStatus {
  const { atimeNs, mtimeNs, ctimeNs } = lstatSync(shadow.pathOf(node.at), { bigint: true });
  return { node, minor: MINORS[node.at.tree], times: [atimeNs, mtimeNs, ctimeNs] };
}

/** `struct stat` of this architecture. */
export function statBytes({ node, minor, times }: FileStatus): Buffer {
  return process.arch === 'arm64'
    ? layOut(node, minor, times, ARM64)
    : layOut(node, minor, times, X64);
}

const X64 = { bytes: 144, mode: 24, links: 16, longLinks: true, uid: 28, gid: 32, block: 56 };
const ARM64 = { bytes: 128, mode: 16, links: 20, longLinks: false, uid: 24, gid: 28, block: 56 };
/** The first of three times: of access, of change of the contents, of change of the inode. */
const TIMES = 72;

function layOut(node: Node, minor: number, times: FileStatus['times'], at: typeof X64): Buffer {
  const bytes = Buffer.alloc(at.bytes);
  bytes.writeBigUInt64LE(BigInt(minor), 0);
  bytes.writeBigUInt64LE(node.ino, 8);
  bytes.writeUInt32LE(node.mode, at.mode);
  bytes.writeUInt32LE(node.links, at.links);
  bytes.writeUInt32LE(node.uid, at.uid);
  bytes.writeUInt32LE(node.uid, at.gid);
  bytes.writeUInt32LE(BLOCK_BYTES, at.block);
  for (const [i, time] of times.entries()) {
    bytes.writeBigInt64LE(time / SECOND, TIMES + 16 * i);
    bytes.writeBigInt64LE(time % SECOND, TIMES + 16 * i + 8);
  }
  return bytes;
}

const STATX_BYTES = 256;
/** STATX_BASIC_STATS: all but the time of birth. */
const BASIC = 0x7ff;

/** `struct statx`. */
export function statxBytes({ node, minor, times }: FileStatus): Buffer {
  const bytes = Buffer.alloc(STATX_BYTES);
  bytes.writeUInt32LE(BASIC, 0);
  bytes.writeUInt32LE(BLOCK_BYTES, 4);
  bytes.writeUInt32LE(node.links, 16);
  bytes.writeUInt32LE(node.uid, 20);
  bytes.writeUInt32LE(node.uid, 24);
  bytes.writeUInt16LE(node.mode, 28);
  bytes.writeBigUInt64LE(node.ino, 32);
  const [access, modify, change] = times;
  for (const [at, time] of [
    [64, access],
    [96, change],
    [112, modify],
  ] as const) {
    bytes.writeBigInt64LE(time / SECOND, at);
    bytes.writeUInt32LE(Number(time % SECOND), at + 8);
  }
  bytes.writeUInt32LE(minor, 140);
  return bytes;
}

/** CGROUP2_SUPER_MAGIC and BPF_FS_MAGIC. */
const MAGIC: Readonly<Record<Tree, bigint>> = { cgroup: 0x63677270n, bpffs: 0xcafe4a11n };
const NAME_BYTES_MAX = 255n;

/** `struct statfs`, the same on both architectures. */
export function statfsBytes(tree: Tree): Buffer {
  const bytes = Buffer.alloc(120);
  const words: readonly (readonly [number, bigint])[] = [
    [0, MAGIC[tree]],
    [8, BigInt(BLOCK_BYTES)],
    [64, NAME_BYTES_MAX],
    [72, BigInt(BLOCK_BYTES)],
  ];
  for (const [at, word] of words) bytes.writeBigUInt64LE(word, at);
  return bytes;
}
