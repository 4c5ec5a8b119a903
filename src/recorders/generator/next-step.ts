/** The next step of a scenario: an operation by weight, then its fields as the scene has them. */
import type { Step } from '../golden/scenario.ts';
import { type GeneratedOperation, OPERATIONS, type Weights } from './operations.ts';
import type { Random } from './random.ts';
import { livingProcesses, oneOf, type Scene } from './scene.ts';
import { linkCreate, progAttach, progDetach, query } from './steps/attach-steps.ts';
import {
  close,
  closeRange,
  dup,
  dup2,
  dup3,
  fcntl,
  openCg,
  openOther,
  pidfdGetfd,
  recvFd,
  sendFd,
} from './steps/fd-steps.ts';
import {
  mapBatch,
  mapCreate,
  mapDelete,
  mapKeys,
  mapLookup,
  mapTake,
  mapUpdate,
  progBindMap,
} from './steps/map-steps.ts';
import { mount, topMissing, umount } from './steps/mount-steps.ts';
import { byId, linkDetach, linkUpdate, nextId, objInfo } from './steps/object-steps.ts';
import {
  btfLoad,
  byNumber,
  enableStats,
  foreignLink,
  iterCreate,
  mapFreeze,
  progTestRun,
  taskFdQuery,
} from './steps/opaque-steps.ts';
import {
  drop,
  exec,
  exit,
  fork,
  join,
  kill,
  rlimitNofile,
  setns,
  spawn,
  umask,
  unshare,
} from './steps/process-steps.ts';
import { progLoad } from './steps/prog-load-step.ts';
import {
  bpffsMkdir,
  bpffsRmdir,
  cgroupChmod,
  cgroupChown,
  cgroupWrite,
  chmod,
  chown,
  link,
  mkdir,
  objGet,
  pin,
  rename,
  rmdir,
  symlink,
  unlink,
} from './steps/tree-steps.ts';

const MAKERS: Readonly<Record<GeneratedOperation, (scene: Scene, proc: string) => Step>> = {
  spawn,
  fork,
  exec,
  exit,
  kill,
  unshare,
  setns,
  umask,
  drop,
  rlimit_nofile: rlimitNofile,
  join,
  send_fd: sendFd,
  recv_fd: recvFd,
  mkdir,
  rmdir,
  mount,
  umount,
  cgroup_chown: cgroupChown,
  cgroup_chmod: cgroupChmod,
  cgroup_write: cgroupWrite,
  bpffs_mkdir: bpffsMkdir,
  bpffs_rmdir: bpffsRmdir,
  unlink,
  rename,
  chmod,
  chown,
  link,
  symlink,
  open_cg: openCg,
  open_other: openOther,
  close,
  dup,
  dup2,
  dup3,
  fcntl,
  close_range: closeRange,
  pidfd_getfd: pidfdGetfd,
  prog_load: progLoad,
  prog_attach: progAttach,
  prog_detach: progDetach,
  link_create: linkCreate,
  link_update: linkUpdate,
  link_detach: linkDetach,
  query,
  pin,
  obj_get: objGet,
  obj_info: objInfo,
  prog_by_id: byId('prog'),
  link_by_id: byId('link'),
  map_by_id: byId('map'),
  btf_by_id: byId('btf'),
  btf_next_id: nextId('btf'),
  prog_next_id: nextId('prog'),
  link_next_id: nextId('link'),
  map_next_id: nextId('map'),
  map_create: mapCreate,
  prog_bind_map: progBindMap,
  foreign_link: foreignLink,
  iter_create: iterCreate,
  prog_test_run: progTestRun,
  btf_load: btfLoad,
  enable_stats: enableStats,
  task_fd_query: taskFdQuery,
  bpf: byNumber,
  map_freeze: mapFreeze,
  map_lookup: mapLookup,
  map_update: mapUpdate,
  map_delete: mapDelete,
  map_take: mapTake,
  map_keys: mapKeys,
  map_batch: mapBatch,
};

/** One process makes most of the calls, so that its fds meet each other. */
const MAIN_PROCESS_ODDS = 0.6;

/** A step that can be made now; a scenario without a process begins with one. */
export function nextStep(scene: Scene): Step {
  const { random, preset } = scene;
  const living = livingProcesses(scene);
  const main = random.chance(MAIN_PROCESS_ODDS) ? living[0] : oneOf(scene, living);
  if (main === undefined) return spawn(scene);
  const step = MAKERS[operation(random, preset.weights)](scene, main);
  return sometimesHuge(scene, topMissing(scene, step) ?? step);
}

/** Sizes of an attr that the kernel reads whole, or not at all. */
const HUGE = [4096, 4097, 8192, 2 ** 32 - 1] as const;
/** What is not a command, or several of them. */
const UNSIZED: readonly string[] = [
  ...['spawn', 'fork', 'exec', 'exit', 'drop', 'rlimit_nofile', 'join', 'send_fd', 'recv_fd'],
  ...['cgroup_chown', 'cgroup_chmod', 'cgroup_write'],
  ...['mkdir', 'rmdir', 'bpffs_mkdir', 'bpffs_rmdir', 'unlink', 'rename', 'chmod'],
  ...['mount', 'umount', 'setns'],
  ...['open_cg', 'open_other', 'close', 'dup', 'dup2', 'map_keys'],
  ...[
    'unshare',
    'kill',
    'dup3',
    'fcntl',
    'close_range',
    'pidfd_getfd',
    'umask',
    'link',
    'chown',
    'symlink',
  ],
];

/** Now and then a command is told of more bytes than it needs. */
function sometimesHuge({ random }: Scene, step: Step): Step {
  if (!random.chance(0.004) || UNSIZED.includes(step.op)) return step;
  return { ...step, attr_size: random.pick(HUGE) };
}

function operation(random: Random, weights: Weights): GeneratedOperation {
  let sum = 0;
  for (const operation of OPERATIONS) sum += weights[operation] ?? 0;
  let left = (random.word() / 2 ** 32) * sum;
  for (const operation of OPERATIONS) {
    left -= weights[operation] ?? 0;
    if (left < 0) return operation;
  }
  return 'query';
}
