/** Steps of processes: how they come, what they may do, and how they end. */
import {
  ALL_CAPABILITIES,
  type Capability,
  FILE_CAPABILITIES,
  ROOT_CAPABILITIES,
} from '../../../domain/capability.ts';
import type { Step } from '../../golden/scenario.ts';
import { cgroupPath, livingProcesses, oneOf, type Scene } from '../scene.ts';

export function spawn(scene: Scene): Step {
  if (livingProcesses(scene).length >= scene.preset.processesMax) return exitOfOne(scene);
  return { op: 'spawn', proc: scene.fresh('p'), ...privileges(scene) };
}

export function fork(scene: Scene, proc: string): Step {
  if (livingProcesses(scene).length >= scene.preset.processesMax) return exitOfOne(scene);
  return {
    op: 'fork',
    proc,
    as: scene.fresh('p'),
    ...privileges(scene),
    ...sharing(scene),
    ...apart(scene),
  };
}

function sharing({ random, preset }: Scene): { clone_files?: true; clone_thread?: true } {
  if (!random.chance(preset.shares)) return {};
  if (random.chance(0.1)) return { clone_thread: true };
  return random.chance(0.4) ? { clone_files: true, clone_thread: true } : { clone_files: true };
}

/** A thread that is not the leader goes on under another pid, which labels cannot say. */
export function exec(scene: Scene, proc: string): Step {
  return isThread(scene, proc) ? { op: 'exit', proc, thread: true } : { op: 'exec', proc };
}

export function exit(scene: Scene, proc: string): Step {
  return { op: 'exit', proc, ...(scene.random.chance(scene.preset.shares) && { thread: true }) };
}

export function kill(scene: Scene, proc: string): Step {
  return { op: 'kill', proc, to: oneOf(scene, livingProcesses(scene)) };
}

export function unshare(scene: Scene, proc: string): Step {
  return { op: 'unshare', proc, ...apart(scene) };
}

export function setns(scene: Scene, proc: string): Step {
  return { op: 'setns', proc, to: oneOf(scene, livingProcesses(scene)), ...apart(scene) };
}

interface NewNamespaces {
  readonly clone_newns?: true;
  readonly clone_newcgroup?: true;
}

/** New namespaces, where a preset is about them: mostly one of mounts. */
function apart({ random, preset }: Scene): NewNamespaces {
  if (preset.namespaces === 0 || !random.chance(preset.namespaces)) return {};
  if (random.chance(0.75)) return { clone_newns: true };
  return random.chance(0.5)
    ? { clone_newcgroup: true }
    : { clone_newns: true, clone_newcgroup: true };
}

export function umask({ random }: Scene, proc: string): Step {
  return { op: 'umask', proc, mask: random.pick([0o022, 0o022, 0, 0o077, 0o027, 0o177, 0o7777]) };
}

function isThread({ kernel, labels }: Scene, proc: string): boolean {
  const pid = labels.pid(proc);
  return kernel.processes.get(pid)?.tgid !== pid;
}

export function drop(scene: Scene, proc: string): Step {
  return { op: 'drop', proc, ...someLimits(scene) };
}

export function rlimitNofile({ random }: Scene, proc: string): Step {
  const n = random.chance(0.5) ? random.pick([3, 4, 5, 8]) : random.pick([16, 32, 64, 1024]);
  return { op: 'rlimit_nofile', proc, n };
}

export function join(scene: Scene, proc: string): Step {
  const { random, preset } = scene;
  const another = random.chance(preset.shares / 2) ? oneOf(scene, livingProcesses(scene)) : proc;
  return { op: 'join', proc, cg: cgroupPath(scene), ...(another !== proc && { target: another }) };
}

function exitOfOne(scene: Scene): Step {
  return { op: 'exit', proc: oneOf(scene, livingProcesses(scene)) };
}

function privileges(scene: Scene): { caps?: readonly Capability[]; uid?: number } {
  const { random, preset } = scene;
  return random.chance(preset.unprivileged) ? someLimits(scene) : {};
}

/** Capabilities of another uid; where names have owners, now and then of root. */
function someLimits(scene: Scene): { caps: readonly Capability[]; uid?: number } {
  const caps = someCapabilities(scene);
  return scene.preset.anybody && scene.random.chance(0.3) ? { caps, uid: 0 } : { caps };
}

/** What calls about names look at. */
const ON_FILES: readonly (readonly Capability[])[] = [
  ...([['dac_override'], ['dac_read_search'], ['chown'], ['fowner'], ['fsetid']] as const),
  ...([
    ['dac_override', 'fowner'],
    ['dac_override', 'chown', 'fsetid'],
  ] as const),
  FILE_CAPABILITIES,
  [...ROOT_CAPABILITIES, 'fowner'],
  [...ROOT_CAPABILITIES, 'chown'],
];

/** Mostly the capabilities that the calls look at, alone or in pairs. */
function someCapabilities({ random, preset }: Scene): readonly Capability[] {
  const common = [[], ['bpf'], ['net_admin'], ['bpf', 'net_admin'], ['sys_admin']] as const;
  if (preset.anybody && random.chance(0.5)) return random.pick(ON_FILES);
  if (random.chance(0.7)) return random.pick<readonly Capability[]>(common);
  return ALL_CAPABILITIES.filter(() => random.chance(0.5));
}
