/** Steps of fds: opening, closing, copying and passing them. */
import type { Step } from '../../golden/scenario.ts';
import {
  anyFd,
  cgroupPath,
  type FdField,
  livingProcesses,
  openFds,
  type Scene,
  wrongly,
} from '../scene.ts';

export function openCg(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  return { op: 'open_cg', proc, cg: cgroupPath(scene), as: scene.fresh('C') };
}

export function openOther(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  return { op: 'open_other', proc, kind: scene.random.pick(['dir', 'file']), as: scene.fresh('O') };
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

export function sendFd(scene: Scene, proc: string): Step {
  const to = scene.random.pick(livingProcesses(scene));
  return { op: 'send_fd', proc, fd: pickFd(scene, proc), to };
}

export function recvFd(scene: Scene, proc: string): Step {
  return { op: 'recv_fd', proc, as: scene.fresh('R') };
}

/** Whether a process has as many labelled fds as the preset wants it to have. */
export function isFull(scene: Scene, proc: string): boolean {
  return openFds(scene, proc).length >= scene.preset.fdsMax;
}

/** An fd to copy or close: these calls take no absent field. */
function pickFd(scene: Scene, proc: string): FdField {
  return anyFd(scene, proc) ?? 0;
}
