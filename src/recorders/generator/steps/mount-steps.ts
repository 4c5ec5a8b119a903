/** Steps of mounts: new instances of the bpffs, binds, and their ends. */
import { mountAt, namesSeen, topPlace } from '../../../domain/mounts.ts';
import { HOSTS_NAMESPACE } from '../../../domain/namespace-row.ts';
import { BOOT_PID } from '../../../domain/release/config.ts';
import type { Step } from '../../golden/scenario.ts';
import { anyMounts, bpffsPaths, oneOf, type Scene, wrongly } from '../scene.ts';

/** Mounts at most: each bind doubles the paths that are to choose from. */
const MOUNTS_MAX = 7;

/** Of a new instance, or of what stands at another path, mostly onto what is of its kind. */
export function mount(scene: Scene, proc: string): Step {
  const { random, kernel } = scene;
  if (lacksBpffs(scene)) return { op: 'mount', path: '/', ...mode(scene) };
  if (kernel.mounts.size > MOUNTS_MAX * (1 + kernel.namespaces.size)) return umount(scene, proc);
  const kind = random.chance(0.9) ? 'directories' : 'pins';
  const wanted = wrongly(scene) ? 'pins' : kind;
  const path = oneOf(scene, bpffsPaths(scene, wanted)) ?? '/nowhere';
  const from = oneOf(scene, bpffsPaths(scene, kind)) ?? '/nowhere';
  const what = kind === 'pins' || random.chance(0.4) ? { from } : mode(scene);
  return { op: 'mount', ...by(scene, proc), path, ...what };
}

function mode({ random }: Scene): { mode?: number } {
  return random.chance(0.4) ? { mode: random.pick([0o755, 0o700, 0o777, 0o4755, 0]) } : {};
}

const MNT_DETACH = 2;

export function umount(scene: Scene, proc: string): Step {
  const { random, kernel } = scene;
  if (lacksBpffs(scene)) return { op: 'mount', path: '/' };
  const points = namesSeen(kernel, anyMounts(scene)).filter(
    ({ place }) => mountAt(kernel, place) !== undefined,
  );
  const isLasting = random.chance(0.85);
  const chosen = isLasting ? points.filter(({ path }) => path !== '/') : points;
  const wrong = wrongly(scene) ? oneOf(scene, bpffsPaths(scene, 'directories')) : undefined;
  const path = wrong ?? oneOf(scene, chosen)?.path ?? '/nowhere';
  const odd = random.chance(0.05) ? random.pick([1, 8, 16, 2 ** 31]) : 0;
  const flags = random.chance(0.4) ? MNT_DETACH : odd;
  return { op: 'umount', ...by(scene, proc), path, ...(flags === 0 ? {} : { flags }) };
}

/** Steps that are about the directory itself where no bpffs is mounted on it. */
const OF_TOP: readonly string[] = [
  ...(['bpffs_mkdir', 'symlink', 'chmod', 'chown', 'open_other', 'mount', 'umount'] as const),
];

/** What a process does in the place of such a step, where its namespace has no bpffs. */
export function topMissing({ kernel, labels }: Scene, { op, proc }: Step): Step | undefined {
  if (kernel.namespaces.size === 0 || !OF_TOP.includes(op)) return undefined;
  const pid = proc === undefined ? BOOT_PID : labels.pid(proc);
  const namespace = kernel.processes.get(pid)?.namespaces.mount ?? HOSTS_NAMESPACE;
  if (topPlace(kernel, namespace) !== undefined) return undefined;
  return { op: 'mount', path: '/', ...(proc !== undefined && { proc }) };
}

/** Whether nothing is mounted at the top, where no step but a mount is of a bpffs. */
export function lacksBpffs({ kernel }: Scene): boolean {
  return topPlace(kernel, HOSTS_NAMESPACE) === undefined;
}

function by({ random, preset }: Scene, proc: string): { proc?: string } {
  return random.chance(preset.namespaces === 0 ? 0.4 : 0.8) ? { proc } : {};
}
