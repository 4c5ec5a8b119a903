// Random calls about user namespaces, delegation and tokens, chosen by what the model says is there.
import type { Call } from '../../src/domain/call.ts';
import { type Capability, hasAllOfRoot } from '../../src/domain/capability.ts';
import type { Kernel, Process } from '../../src/domain/kernel.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import type { Step } from './token-player.ts';

/** Processes of a play. */
export const MOST = 8;
/** The pid of a process of a play in the model. */
export const pidOf = (process: number): number => 100 + process;
export const CGROUP = '/tok';

const TOKEN_FD = 65_536;
/** A number that nobody has open. */
const CLOSED = 800;
/** An id that no object has. */
const NO_ID = 2 ** 31 - 2;

const CAPS: readonly (readonly Capability[])[] = [
  ...[[], ['bpf'], ['sys_admin'], ['net_admin'], ['perfmon']],
  ...[
    ['bpf', 'net_admin'],
    ['bpf', 'perfmon', 'net_admin'],
  ],
] as Capability[][];
const SETS = {
  cmds: ['any', '0x21', '0x20', '0x1', '0x40000', '0x80000', '0xc0021'],
  maps: ['any', '0x4', '0x2', '0x8006', '0x8000000'],
  progs: ['any', '0x100', '0x102', '0x44', '0x8000'],
  attachs: ['any', '0x1', '0x3', '0x40', '0x4'],
};
type Load = Extract<Call, { name: 'prog_load' }>;
type Create = Extract<Call, { name: 'map_create' }>;
const LOADS: readonly Omit<Load, 'name'>[] = [
  { prog_type: 'cgroup_skb', expected_attach_type: 'cgroup_inet_ingress' },
  { prog_type: 'cgroup_skb', expected_attach_type: 'cgroup_inet_egress' },
  { prog_type: 'cgroup_sock', expected_attach_type: 'cgroup_inet_sock_create' },
  { prog_type: 'cgroup_device', expected_attach_type: 'cgroup_device' },
  { prog_type: 'socket_filter' },
  { prog_type: 'kprobe' },
  { prog_type: 'xdp' },
];
const MAPS: readonly Omit<Create, 'name'>[] = [
  { map_type: 'array', key_size: 4, value_size: 8, max_entries: 2 },
  { map_type: 'hash', key_size: 4, value_size: 8, max_entries: 2 },
  { map_type: 'lru_hash', key_size: 4, value_size: 8, max_entries: 2 },
  { map_type: 'sockmap', key_size: 4, value_size: 4, max_entries: 2 },
  { map_type: 'ringbuf', max_entries: 4096 },
  { map_type: 'array', key_size: 4, value_size: 8 },
];

/** The next step of a play; not every one may be made. */
export function drawStep(kernel: Kernel, random: Random): Step | undefined {
  const living = [...Array(MOST).keys()].filter((n) => kernel.processes.has(pidOf(n)));
  const unborn = [...Array(MOST).keys()].filter((n) => !living.includes(n));
  if (living.length < 2 || (unborn.length > 0 && random.chance(0.03))) {
    const [first = 0] = unborn;
    return { process: first, call: { name: 'spawn', child_pid: pidOf(first) } };
  }
  const process = random.pick(living);
  const who = kernel.processes.get(pidOf(process)) as Process;
  const other = random.pick(living);
  const drawn = drawCall({ kernel, random, who, other, unborn });
  if (drawn === undefined) return undefined;
  return 'call' in drawn ? { process, ...drawn } : { process, call: drawn };
}

interface Scene {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly who: Process;
  readonly other: number;
  readonly unborn: readonly number[];
}

type Drawn = Call | Omit<Step, 'process'> | undefined;

function drawCall(scene: Scene): Drawn {
  const { random, other } = scene;
  const kinds: readonly (readonly [number, () => Drawn])[] = [
    [4, () => newNamespaces(scene)],
    [2, () => become(scene)],
    [8, () => delegate(scene)],
    [12, () => ({ name: 'token_create', ...tops(scene) })],
    [18, () => load(scene)],
    [12, () => create(scene)],
    [5, () => ({ name: 'btf_load', ...tokenFields(scene, 'btf_flags', 'btf_token_fd') })],
    [
      5,
      () => ({
        name: 'btf_get_fd_by_id',
        btf_id: 1,
        ...tokenFields(scene, 'open_flags', 'token_fd'),
      }),
    ],
    [1, () => ({ name: 'prog_get_fd_by_id', prog_id: NO_ID })],
    [4, () => ({ name: 'obj_get_info_by_fd', bpf_fd: fdOf(scene, 'token'), info_len: 32 })],
    [3, () => ({ name: 'open_other', kind: 'dir', path: '/' })],
    [4, () => ({ name: 'open_cgroup', path: CGROUP })],
    [8, () => onCgroup(scene)],
    [
      10,
      () => ({
        call: {
          name: 'send_fd',
          fd: fdOf(scene, random.pick(['top', 'token', 'prog'])),
          to_pid: pidOf(other),
        },
        other,
      }),
    ],
    [2, () => ({ call: { name: 'kill', to_pid: pidOf(other) }, other })],
    [3, () => getfd(scene)],
    [1, () => ({ name: 'exec' })],
    [1, () => ({ name: 'mount', path: '/' })],
    [5, () => ({ name: 'close', fd: someFd(scene) })],
    [2, () => fork(scene)],
    [2, () => limit(scene)],
  ];
  return pickWeighted(random, kinds)();
}

function newNamespaces({ random }: Scene): Drawn {
  return random.pick<Call>([
    { name: 'unshare', clone_newuser: true },
    { name: 'unshare', clone_newuser: true, clone_newns: true },
    { name: 'unshare', clone_newuser: true, clone_newns: true, clone_newcgroup: true },
    { name: 'unshare', clone_newns: true },
    { name: 'unshare', clone_newcgroup: true },
  ]);
}

function fork({ random, unborn }: Scene): Drawn {
  const [other] = unborn;
  if (other === undefined) return undefined;
  const how = random.pick<object>([{}, { clone_newuser: true }, { clone_newns: true }]);
  return { call: { name: 'fork', child_pid: pidOf(other), ...how }, other };
}

/** A process of the host becomes another user; one inside gives capabilities up. */
function become({ random, who }: Scene): Drawn {
  const caps = random.pick(CAPS);
  if (who.namespaces.user !== 0) return { name: 'capset', caps };
  // Who is root without CAP_SETUID is not modelled.
  if (who.uid !== 0 || !hasAllOfRoot(who.caps)) return undefined;
  return { name: 'capset', uid: random.pick([0, 1000, 1001]), caps };
}

function delegate(scene: Scene): Drawn {
  const { random } = scene;
  const other = setter(scene);
  const set = (name: keyof typeof SETS) =>
    random.chance(0.2) ? {} : { [`delegate_${name}`]: random.pick(SETS[name]) };
  const sets = random.chance(0.1)
    ? {}
    : { ...set('cmds'), ...set('maps'), ...set('progs'), ...set('attachs') };
  const mode = random.chance(0.1) ? { mode: random.pick([0o700, 0o070]) } : {};
  const call = { name: 'fsmount', by_pid: pidOf(other), ...mode, ...sets } as Call;
  return { call, other };
}

function tops(scene: Scene): { bpffs_fd: number; flags?: number } {
  const flags = scene.random.chance(0.05) ? { flags: 1 } : {};
  return { bpffs_fd: fdOf(scene, 'top'), ...flags };
}

function tokenFields(scene: Scene, flags: string, field: string): object {
  if (scene.random.chance(0.25)) return {};
  return { [flags]: TOKEN_FD, [field]: fdOf(scene, 'token') };
}

function load(scene: Scene): Drawn {
  const what = scene.random.pick(LOADS);
  return { name: 'prog_load', ...what, ...tokenFields(scene, 'prog_flags', 'prog_token_fd') };
}

function create(scene: Scene): Drawn {
  const what = scene.random.pick(MAPS);
  return { name: 'map_create', ...what, ...tokenFields(scene, 'map_flags', 'map_token_fd') };
}

function onCgroup(scene: Scene): Drawn {
  const { random } = scene;
  const target_fd = fdOf(scene, 'cgroup');
  const prog = fdOf(scene, 'prog');
  const attach_type = random.pick(['cgroup_inet_ingress', 'cgroup_inet_egress'] as const);
  return random.pick<Call>([
    { name: 'prog_attach', target_fd, attach_bpf_fd: prog, attach_type, flags: ['multi'] },
    { name: 'link_create', target_fd, prog_fd: prog, attach_type },
    { name: 'prog_detach', target_fd, attach_bpf_fd: CLOSED, attach_type },
    { name: 'prog_query', target_fd, attach_type },
  ]);
}

function getfd({ random, kernel, other }: Scene): Drawn {
  const fds = [...(kernel.processes.get(pidOf(other))?.fds ?? [])].map(([fd]) => fd);
  const target_fd = fds.length === 0 ? CLOSED : random.pick(fds);
  return { call: { name: 'pidfd_getfd', target_pid: pidOf(other), target_fd }, other };
}

/** No number is free any more, or enough are. */
function limit({ random, who }: Scene): Drawn {
  const nofile = random.chance(0.5) ? (who.fds.lowestFree(undefined) ?? 3) : 1024;
  return { name: 'setrlimit', nofile };
}

/** An fd of a kind, mostly. */
function fdOf(scene: Scene, kind: string): number {
  const { random, who, kernel } = scene;
  if (random.chance(0.05)) return CLOSED;
  const fits = [...who.fds]
    .filter(([, { file }]) => isOf(kernel, file, kind))
    .map(([fd]) => fd)
    .filter((fd) => fd > 2);
  return fits.length === 0 || random.chance(0.05) ? someFd(scene) : random.pick(fits);
}

function isOf(kernel: Kernel, fileId: number, kind: string): boolean {
  const file = kernel.files.get(fileId);
  return kind === 'top' ? file?.top === true : file?.kind === kind;
}

/** Somebody who may set the options of a bpffs, mostly. */
function setter({ kernel, random, other }: Scene): number {
  const able = [...Array(MOST).keys()].filter((n) => {
    const process = kernel.processes.get(pidOf(n));
    return process?.namespaces.user === 0 && process.caps.includes('sys_admin');
  });
  return able.length === 0 || random.chance(0.2) ? other : random.pick(able);
}

function someFd({ random, who }: Scene): number {
  const fds = [...who.fds].map(([fd]) => fd);
  return fds.length === 0 ? CLOSED : random.pick(fds);
}

function pickWeighted<T>(random: Random, from: readonly (readonly [number, T])[]): T {
  let at = random.below(from.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, what] of from) {
    at -= weight;
    if (at < 0) return what;
  }
  throw new Error('there is nothing to choose from');
}
