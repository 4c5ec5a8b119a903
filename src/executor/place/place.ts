/**
 * The place that an executor is confined to: one cgroup and what is below it, one directory of a
 * bpffs. Both are opened once, so whatever is renamed or linked around them later leads nowhere else.
 */
import { fstatSync, readFileSync, realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  ATTACH_TYPE_NUMBERS,
  type AttachTypeName,
  CGROUP_HOOKS,
} from '../../domain/attach-type.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { KernelUnavailable } from '../../native/unavailable.ts';
import { cgroup2Of, requireBpffs, requireCgroup2 } from '../kernel/environment.ts';
import { type Base, O_DIRECTORY, openBase, openBeneath, procPath } from '../live/beneath.ts';
import { makeDirectory } from '../live/spot-calls.ts';

const BPF_FS_MAGIC = 0xcafe4a11;
const CGROUP2_MAGIC = 0x63677270;
/** LOCK_EX and LOCK_NB of flock(2). */
const LOCK_EX_NB = 2 | 4;
const EFFECTIVE = 1;
const IDS_MAX = 1024;

export interface Place {
  /** The directory that is `/` of the log's cgroups. */
  readonly top: Base;
  /** The directory that is `/` of the log's bpffs. */
  readonly bpffs: Base;
  /** The directory of private pins. */
  readonly held: Base;
  /** The directory above the top; undefined when the top is the root of the hierarchy. */
  readonly above: string | undefined;
}

export interface PlaceRequest {
  readonly cgroupRoot: string;
  readonly bpffs: string;
  /** The top may be the root of the whole hierarchy. */
  readonly allowRoot: boolean;
}

/**
 * Resolves and checks a place, and makes the two directories it needs on the bpffs.
 *
 * @throws KernelUnavailable when it is not what it must be
 */
export function openPlace(kernel: SystemCalls, request: PlaceRequest): Place {
  requireCgroup2();
  requireBpffs();
  const base = openOfKind(kernel, request.cgroupRoot, CGROUP2_MAGIC, 'a directory of cgroup2');
  const folder = openOfKind(kernel, request.bpffs, BPF_FS_MAGIC, 'a directory of a bpffs');
  const { path: top } = base;
  const mount = cgroup2Of(top);
  if (mount === undefined) throw new KernelUnavailable(`${top} is in no mount of cgroup2`);
  const isRoot = top === mount;
  if (isRoot && !request.allowRoot) {
    throw new KernelUnavailable(
      `${top} is the root of the hierarchy, where everything of this machine would be touched: ` +
        'name a cgroup below it, or say --allow-root-cgroup',
    );
  }
  const [bpffs, held] = [openOwn(kernel, folder, 'log'), openOwn(kernel, folder, 'held')];
  for (let path = top; path !== mount; path = dirname(path)) {
    requireOpen(kernel, dirname(path));
  }
  return { top: base, bpffs, held, above: isRoot ? undefined : dirname(top) };
}

/**
 * Takes the place for this process alone, until it ends, however it does.
 *
 * @returns a name that no other process that runs can have: the lock is on what it names
 * @throws KernelUnavailable when another process has the place
 */
export function takePlace(kernel: SystemCalls, { held }: Place): string {
  if ('errno' in kernel.call(SYS.flock, held.fd, LOCK_EX_NB)) {
    throw new KernelUnavailable(`another executor works with the pins of ${held.path}`);
  }
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const { dev, ino } = fstatSync(held.fd, { bigint: true });
  return `${boot}:${dev}:${ino}`;
}

/** Opens our directory in the given folder; creates it when it is missing. */
function openOwn(kernel: SystemCalls, folder: Base, name: string): Base {
  makeDirectory(kernel, { directory: folder.fd, name });
  const path = `${folder.path}/${name}`;
  const opened = openBeneath(kernel, folder, `/${name}`, O_DIRECTORY);
  return { path, fd: must(opened, `open ${path}`) };
}

function openOfKind(kernel: SystemCalls, path: string, magic: number, kind: string): Base {
  try {
    const base = openBase(kernel, realpathSync(path));
    if (statfsSync(procPath(base.fd)).type === magic) return base;
  } catch {
    // Said below, with what is wanted.
  }
  throw new KernelUnavailable(`${path} is not ${kind}`);
}

/** An exclusive program above the top lets nothing attach below it. */
function requireOpen(kernel: SystemCalls, directory: string): void {
  for (const type of Object.keys(CGROUP_HOOKS) as AttachTypeName[]) {
    const { flags, ids } = query(kernel, directory, type, 0);
    if (ids.length === 0 || flags !== 0) continue;
    throw new KernelUnavailable(
      `${directory} has an exclusive ${type} program (id ${ids[0]}), below which the kernel lets ` +
        'nothing attach',
    );
  }
}

/** Asks for the kernel's ids of the programs that run on a directory whatever is attached below it. */
export function queryEnvironment(
  kernel: SystemCalls,
  { above }: Place,
  type: AttachTypeName,
): readonly number[] {
  return above === undefined ? [] : query(kernel, above, type, EFFECTIVE).ids;
}

function query(kernel: SystemCalls, directory: string, type: AttachTypeName, flags: number) {
  const { fd } = openBase(kernel, directory);
  const buffer = Buffer.alloc(4 * IDS_MAX);
  const attr = new Attr(kernel)
    .u32(0, fd)
    .u32(4, ATTACH_TYPE_NUMBERS[type])
    .u32(8, flags)
    .pointer(16, buffer)
    .u32(24, IDS_MAX);
  const answered = kernel.call(SYS.bpf, BPF.prog_query, attr.buffer, ATTR_BYTES);
  kernel.call(SYS.close, fd);
  // A hook that this kernel does not have holds nothing.
  const count = 'ret' in answered ? attr.readU32(24) : 0;
  const ids = Array.from({ length: count }, (_, i) => buffer.readUInt32LE(4 * i));
  return { flags: attr.readU32(12), ids };
}
