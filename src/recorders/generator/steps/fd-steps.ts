/** Steps of fds: opening, closing, copying and passing them. */
import type { Step } from '../../golden/scenario.ts';
import {
  anyFd,
  bpffsPaths,
  cgroupPath,
  type FdField,
  livingProcesses,
  oneOf,
  openFds,
  type Scene,
  wrongly,
} from '../scene.ts';

const O_CLOEXEC = 0o2000000;

export function openCg(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  return {
    op: 'open_cg',
    proc,
    cg: cgroupPath(scene),
    as: scene.fresh('C'),
    ...someCloexec(scene),
  };
}

export function openOther(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const { random, preset } = scene;
  const as = scene.fresh('O');
  if (preset.mounts && random.chance(0.8)) {
    const wanted = wrongly(scene) ? 'pins' : 'directories';
    const path = oneOf(scene, bpffsPaths(scene, wanted)) ?? '/nowhere';
    return { op: 'open_other', proc, kind: 'dir', path, as, ...someCloexec(scene) };
  }
  const kind = random.pick(['dir', 'file']);
  return { op: 'open_other', proc, kind, as, ...someCloexec(scene) };
}

/** Now and then an fd that exec keeps, where the scenario is about that. */
function someCloexec({ random, preset }: Scene): { cloexec?: false } {
  return preset.shares > 0 && random.chance(0.4) ? { cloexec: false } : {};
}

/** In scenarios with fd numbers now and then one of 0, 1 and 2 is closed too. */
export function close(scene: Scene, proc: string): Step {
  const { random, preset } = scene;
  const standard = preset.fdNumbers && random.chance(0.1);
  return { op: 'close', proc, fd: standard ? random.below(3) : pickFd(scene, proc) };
}

export function dup(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  return { op: 'dup', proc, fd: pickFd(scene, proc), as: scene.fresh('D') };
}

/** Onto a label, or in scenarios with fd numbers onto any number. */
export function dup2(scene: Scene, proc: string): Step {
  const { random, preset } = scene;
  const fd = pickFd(scene, proc);
  if (preset.fdNumbers && random.chance(0.7)) {
    const to_fd = wrongly(scene) ? random.pick([-1, 1024, 2 ** 31 - 1]) : random.below(24);
    return { op: 'dup2', proc, fd, to_fd, as: scene.fresh('D') };
  }
  return { op: 'dup2', proc, fd, to: pickFd(scene, proc) };
}

export function dup3(scene: Scene, proc: string): Step {
  const { op: _, ...fields } = dup2(scene, proc);
  const { random } = scene;
  const flags = wrongly(scene) ? random.pick([1, 2 ** 31]) : random.pick([0, O_CLOEXEC]);
  return { op: 'dup3', ...fields, flags };
}

export function fcntl(scene: Scene, proc: string): Step {
  const { random } = scene;
  const fd = pickFd(scene, proc);
  const cmd = random.pick(['f_dupfd', 'f_dupfd_cloexec', 'f_getfd', 'f_setfd', 'f_setfd']);
  if (cmd === 'f_getfd') return { op: 'fcntl', proc, fd, cmd };
  if (cmd === 'f_setfd') return { op: 'fcntl', proc, fd, cmd, arg: random.below(4) };
  if (isFull(scene, proc)) return close(scene, proc);
  const far = wrongly(scene) ? [64, 1023, 1024, 2 ** 31, 2 ** 32 - 1] : [0, 3, 4, 8, 12, 15, 20];
  return { op: 'fcntl', proc, fd, cmd, arg: random.pick(far), as: scene.fresh('D') };
}

export function closeRange(scene: Scene, proc: string): Step {
  const { random } = scene;
  const first = random.below(20);
  const last = wrongly(scene)
    ? random.below(20)
    : random.pick([first, first + 1, first + 3, 2 ** 32 - 1]);
  const flags = wrongly(scene) ? random.pick([1, 8, 2 ** 31]) : random.pick([0, 0, 2, 4, 4, 6]);
  return { op: 'close_range', proc, first, last, flags };
}

export function pidfdGetfd(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const from = scene.random.pick(livingProcesses(scene));
  const flags = wrongly(scene) ? { flags: 1 } : {};
  return {
    ...{ op: 'pidfd_getfd', proc, from, fd: pickFd(scene, from) },
    ...{ ...flags, as: scene.fresh('G') },
  };
}

export function sendFd(scene: Scene, proc: string): Step {
  const to = scene.random.pick(livingProcesses(scene));
  return { op: 'send_fd', proc, fd: pickFd(scene, proc), to };
}

export function recvFd(scene: Scene, proc: string): Step {
  const { random, preset } = scene;
  const asks = preset.shares > 0 && random.chance(0.5);
  return { op: 'recv_fd', proc, as: scene.fresh('R'), ...(asks && { cloexec: true }) };
}

/** Whether a process has as many labelled fds as the preset wants it to have. */
export function isFull(scene: Scene, proc: string): boolean {
  return openFds(scene, proc).length >= scene.preset.fdsMax;
}

/** An fd to copy or close: these calls take no absent field. */
function pickFd(scene: Scene, proc: string): FdField {
  return anyFd(scene, proc) ?? 0;
}
