/** Reads the whole observable state of a live kernel: lists, programs, links, maps. */
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import type { ObjectKind } from '../../domain/effect.ts';
import type { Mode } from '../../domain/flags.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { type Answered, must, SYS } from '../../native/syscall.ts';
import type { LiveKernel } from './live-kernel.ts';
import { keyOf } from './map-calls.ts';
import { namesBelow } from './names.ts';
import { within } from './namespaces.ts';
import { objectBehind } from './objects.ts';
import type { LiveNamespace } from './process.ts';
import type { LiveLink, LiveList, LiveMap, LiveName, LiveWorld } from './world.ts';

/** Ids that a reading of one list has room for; the effective array has no limit of its own. */
const IDS_MAX = 4096;
/** One room for all readings: nothing else runs until the ids are taken out of it. */
const ROOM = Buffer.alloc(4 * IDS_MAX);
const EFFECTIVE = 1;
const MODES: Readonly<Record<number, Mode>> = { 0: 'none', 1: 'override', 2: 'multi' };

export function observeLive(live: LiveKernel): LiveWorld {
  const byId = new Map(live.cgroups.living().map((cgroup) => [cgroup.id, cgroup]));
  return {
    cgroups: [...byId.values()],
    programs: listAlive(live, 'prog'),
    links: listAlive(live, 'link').flatMap((id) => linkOf(live, id) ?? []),
    maps: listAlive(live, 'map').flatMap((id) => mapOf(live, id) ?? []),
    list(cgroupId, type) {
      const cgroup = byId.get(cgroupId);
      if (cgroup === undefined) throw new Error(`no cgroup ${cgroupId}`);
      return listOf(live, cgroup.fd, type);
    },
    names: () => [...namesBelow(live.bpffs), ...namesElsewhere(live)],
  };
}

/** The names that processes in other mount namespaces see, each namespace once. */
function namesElsewhere(live: LiveKernel): LiveName[] {
  const seen = new Set<LiveNamespace>();
  const names: LiveName[] = [];
  for (const [pid, { mounts }] of [...live.processes].sort(([a], [b]) => a - b)) {
    if (mounts === undefined || seen.has(mounts)) continue;
    seen.add(mounts);
    const found = within(live, mounts, () => namesBelow(live.bpffs));
    for (const name of found) names.push({ ...name, path: `${pid}:${name.path}` });
  }
  return names;
}

/** A raw command of our own. */
function ask(live: LiveKernel, command: keyof typeof BPF, attr: Attr): Answered {
  return live.kernel.call(SYS.bpf, BPF[command], attr.buffer, ATTR_BYTES);
}

/** Lists the log's ids of the objects of a kind whose kernel ids still resolve. */
function listAlive(live: LiveKernel, kind: ObjectKind): number[] {
  return [...live.ids.all(kind)].flatMap(([id, real]) => (isAlive(live, kind, real) ? [id] : []));
}

/** Whether the kernel has an object, asked without taking a reference on it. */
export function isAlive(live: LiveKernel, kind: ObjectKind, real: number): boolean {
  const attr = new Attr(live.kernel).u32(0, real - 1);
  const answered = ask(live, `${kind}_get_next_id`, attr);
  return 'ret' in answered && attr.readU32(4) === real;
}

export function linkOf(live: LiveKernel, id: number): LiveLink | undefined {
  const info = withObject(live, 'link', id, (fd) => objectBehind(live, fd));
  if (info?.kind !== 'link') return undefined;
  const { prog_id, cgroup_id, attach_type } = info;
  return { id, prog_id, cgroup_id, attach_type };
}

function mapOf(live: LiveKernel, id: number): LiveMap | undefined {
  const form = live.mapForms.get(id);
  if (form?.storage !== true) return { id };
  const storages = withObject(live, 'map', id, (fd) => {
    const keys: MapKey[] = [];
    let key: Buffer | undefined;
    for (;;) {
      const next = Buffer.alloc(2 * 8);
      const attr = new Attr(live.kernel).u32(0, fd).pointer(8, key).pointer(16, next);
      if ('errno' in ask(live, 'map_get_next_key', attr)) return keys;
      keys.push(keyOf(live, form, next));
      key = next;
    }
  });
  return storages === undefined ? undefined : { id, storages };
}

/** Opens an object by its id for the length of a reading; undefined when it is gone. */
function withObject<T>(
  live: LiveKernel,
  kind: ObjectKind,
  id: number,
  read: (fd: number) => T,
): T | undefined {
  const real = live.ids.realOf(kind, id) ?? 0;
  const opened = ask(live, `${kind}_get_fd_by_id`, new Attr(live.kernel).u32(0, real));
  if ('errno' in opened) return undefined;
  try {
    return read(opened.ret);
  } finally {
    live.kernel.call(SYS.close, opened.ret);
  }
}

export function listOf(live: LiveKernel, cgroupFd: number, type: AttachType): LiveList {
  const own = ownListOf(live, cgroupFd, type);
  return { ...own, effective: query(live, cgroupFd, type, EFFECTIVE).ids };
}

/** What is attached to a cgroup itself; what runs there besides is not asked. */
export function ownListOf(
  live: LiveKernel,
  cgroupFd: number,
  type: AttachType,
): Omit<LiveList, 'effective'> {
  const { flags, revision, ids } = query(live, cgroupFd, type, 0);
  const mode = MODES[flags];
  if (mode === undefined) throw new Error(`the kernel reports attach flags ${flags}`);
  return { mode, revision, attached: ids };
}

function query(live: LiveKernel, cgroupFd: number, type: AttachType, flags: number) {
  const attr = new Attr(live.kernel)
    .u32(0, cgroupFd)
    .u32(4, attachTypeNumber(type))
    .u32(8, flags)
    .pointer(16, ROOM)
    .u32(24, IDS_MAX);
  must(ask(live, 'prog_query', attr), `query ${type}`);
  return {
    flags: attr.readU32(12),
    revision: Number(attr.readU64(56)),
    ids: Array.from({ length: attr.readU32(24) }, (_, i) =>
      live.ids.idOf('prog', ROOM.readUInt32LE(4 * i)),
    ),
  };
}
