/** Files of /proc that tell of cgroups, mounts and BPF objects (proc(5); `bpf_*_show_fdinfo`). */
import { readFileSync } from 'node:fs';
import { attachTypeNumber } from '../../domain/attach-type.ts';
import type { Capability } from '../../domain/capability.ts';
import type { Kernel, OpenFile } from '../../domain/kernel.ts';
import { mapTypeNumber } from '../../domain/map-type.ts';
import { isWithin } from '../../domain/path.ts';
import { progTypeNumber } from '../../domain/prog-type.ts';
import { unameText } from '../../domain/release/release.ts';
import { isFrom } from '../bpf/attr-ends.ts';
import type { Beside } from '../bpf/beside.ts';
import { capabilityMask } from '../identity/credentials.ts';
import type { FileCaller } from './caller.ts';
import type { Mount } from './mounts.ts';
import type { ProcPlace } from './places.ts';

/** File systems that the program sees one of, ours. */
const OWN_TYPES = ['cgroup', 'cgroup2', 'bpf'];
/** What mounts of each tree are called, and the minor number of their device. */
const SHOWN = {
  cgroup: { type: 'cgroup2', device: '0:203' },
  bpffs: { type: 'bpf', device: '0:191' },
} as const;
/** The id of the first of our mounts. */
const MOUNT_ID = 9001;
/** Memory of a program or a small map: a page. */
const PAGE_BYTES = 4096;
const CAPABILITY_DIGITS = 16;

/**
 * By it a distribution tells which kernel it is built on, which libbpf asks first. The release that
 * answers is built on none.
 */
export const ABSENT = '/version_signature';

/** What a file says; undefined when it is the kernel's to say. */
export function procText(caller: FileCaller, { pid, file }: ProcPlace): string | undefined {
  const { kernel } = caller.notified;
  const { release, config } = kernel.boot;
  switch (file) {
    case '/version':
      return `Linux version ${unameText(release)}\n`;
    case '/sys/kernel/osrelease':
      return `${unameText(release)}\n`;
    case '/sys/kernel/unprivileged_bpf_disabled':
      return `${config.unprivileged_bpf_disabled}\n`;
    case 'cgroup':
      caller.trees.meet(pid);
      return `0::${cgroupPath(kernel, pid)}\n`;
    case 'status':
      caller.trees.meet(pid);
      return statusText(kernel, pid, realText(pid, file));
    case 'mounts':
      return withOurs(caller, realText(pid, file), 2, ({ at, tree, options }) => {
        const { type } = SHOWN[tree];
        return `${type} ${escapePath(at)} ${type} ${options} 0 0`;
      });
    case 'mountinfo':
      return withOurs(caller, realText(pid, file), undefined, (mount, nth) => {
        const { at, tree, below, options } = mount;
        const { type, device } = SHOWN[tree];
        const root = tree === 'bpffs' ? caller.trees.shadow.insideOf(below) : below;
        const [id, where] = [MOUNT_ID + nth, `${escapePath(root)} ${escapePath(at)}`];
        return `${id} 1 ${device} ${where} ${options} - ${type} ${type} rw`;
      });
    default:
      return fdText(caller, pid, file);
  }
}

function cgroupPath(kernel: Kernel, pid: number): string {
  const id = kernel.processes.get(pid)?.cgroup_id ?? 0;
  return kernel.cgroups.get(id)?.path ?? '/';
}

/** Who it is and what it may, it is told as the calls that ask for it are answered. */
function statusText(kernel: Kernel, pid: number, text: string): string | undefined {
  const process = kernel.processes.get(pid);
  if (process === undefined) return undefined;
  const { uid, caps, sets } = process;
  const word = (names: readonly Capability[]) =>
    capabilityMask(names).toString(16).padStart(CAPABILITY_DIGITS, '0');
  const told: Readonly<Record<string, string>> = {
    Uid: Array(4).fill(uid).join('\t'),
    Gid: Array(4).fill(uid).join('\t'),
    CapInh: word(sets.inheritable),
    CapPrm: word(caps),
    CapEff: word(caps),
    CapBnd: word(sets.bounding),
    CapAmb: word(sets.ambient),
  };
  return text.replace(/^(\w+):\t.*$/gmu, (line, name: string) =>
    name in told ? `${name}:\t${told[name]}` : line,
  );
}

/** The machine's own lines, without those of our kinds of file system. */
function withOurs(
  { trees }: FileCaller,
  text: string,
  typeAt: number | undefined,
  lineOf: (mount: Mount, nth: number) => string,
): string {
  const { all } = trees.places.mounts;
  const others = text.split('\n').filter((line) => {
    if (line === '') return false;
    const words = line.split(' ');
    const type = typeAt === undefined ? words[words.indexOf('-') + 1] : words[typeAt];
    const at = words[typeAt === undefined ? 4 : 1] ?? '';
    const isCovered = all.some((mount) => isWithin(at, mount.at));
    return !isCovered && !OWN_TYPES.includes(type ?? '');
  });
  return [...others, ...all.map(lineOf)].map((line) => `${line}\n`).join('');
}

/** A path as the lines of mounts have it: blanks and backslashes by their octal number. */
function escapePath(path: string): string {
  return path.replace(
    /[ \t\n\\]/gu,
    (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

function realText(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}

/** The open file of the model behind an fd of a process. */
export function objectBehind(
  { notified, trees }: FileCaller,
  pid: number,
  fd: number,
): (OpenFile & { readonly file: number }) | undefined {
  trees.meet(pid);
  if (pid === notified.tgid) notified.look(fd);
  const file = notified.kernel.processes.get(pid)?.fds.get(fd)?.file;
  const open = file === undefined ? undefined : notified.kernel.files.get(file);
  return open === undefined || file === undefined ? undefined : { ...open, file };
}

function fdText(caller: FileCaller, pid: number, file: string): string | undefined {
  const fd = /^fdinfo\/(\d+)$/u.exec(file)?.[1];
  if (fd === undefined) return undefined;
  const open = objectBehind(caller, pid, Number(fd));
  const { kernel } = caller.notified;
  const facts = open === undefined ? undefined : factsOf(kernel, caller.trees.beside, open);
  if (facts === undefined) return undefined;
  const isNew = isFrom('5.14', kernel.boot.release);
  const head = ['pos:\t0', 'flags:\t02000002', 'mnt_id:\t15', ...(isNew ? ['ino:\t1057'] : [])];
  const told = facts.map(([name, value]) => `${name}:\t${value}`);
  return [...head, ...told].map((line) => `${line}\n`).join('');
}

type Facts = readonly (readonly [name: string, value: string | number])[];

function factsOf(kernel: Kernel, beside: Beside, { kind, id }: OpenFile): Facts | undefined {
  const since = (series: string, facts: Facts): Facts =>
    isFrom(series, kernel.boot.release) ? facts : [];
  const program = kind === 'prog' ? kernel.programs.get(id) : undefined;
  if (program !== undefined) {
    const insns = (beside.programs.get(id)?.insns.length ?? 0) / 8;
    return [
      ['prog_type', progTypeNumber(program.prog_type)],
      ['prog_jited', 0],
      ['prog_tag', program.tag],
      ['memlock', PAGE_BYTES],
      ['prog_id', id],
      ['run_time_ns', 0],
      ['run_cnt', 0],
      ...since('5.12', [['recursion_misses', 0]]),
      ...since('5.16', [['verified_insns', insns]]),
    ];
  }
  const map = kind === 'map' ? kernel.maps.get(id) : undefined;
  if (map !== undefined) {
    return [
      ['map_type', mapTypeNumber(map.map_type)],
      ['key_size', map.key_size],
      ['value_size', map.value_size],
      ['max_entries', map.max_entries],
      ['map_flags', `0x${(beside.mapFlags.get(id) ?? 0).toString(16)}`],
      ...since('5.16', [['map_extra', '0x0']]),
      ['memlock', PAGE_BYTES],
      ['map_id', id],
      ['frozen', map.frozen ? 1 : 0],
    ];
  }
  const link = kind === 'link' ? kernel.links.get(id) : undefined;
  if (link === undefined) return undefined;
  const isOfCgroup = !link.elsewhere;
  return [
    ['link_type', isOfCgroup ? 'cgroup' : 'raw_tracepoint'],
    ['link_id', id],
    ['prog_tag', kernel.programs.get(link.prog_id)?.tag ?? ''],
    ['prog_id', link.prog_id],
    ...(isOfCgroup
      ? ([
          ['cgroup_id', link.cgroup_id],
          ['attach_type', attachTypeNumber(link.attach_type)],
        ] as const)
      : []),
  ];
}

/** What a link in /proc/PID/fd says of an object; undefined for what is none. */
export function objectLink(beside: Beside, open: OpenFile & { readonly file: number }) {
  switch (open.kind) {
    case 'prog':
      return 'anon_inode:bpf-prog';
    case 'map':
      return 'anon_inode:bpf-map';
    case 'link':
      return beside.madeLinks.has(open.file) ? 'anon_inode:bpf_link' : 'anon_inode:bpf-link';
    case 'btf':
      return 'anon_inode:btf';
    default:
      return undefined;
  }
}
