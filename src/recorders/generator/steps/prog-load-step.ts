/** Loading programs: mostly ones that fit a hook of the scenario. */
import { type AttachType, type AttachTypeName, CGROUP_HOOKS } from '../../../domain/attach-type.ts';
import { expectedTypeFits } from '../../../domain/fits.ts';
import type { Program } from '../../../domain/kernel.ts';
import type { Step } from '../../golden/scenario.ts';
import { type FdField, mapToName, oneOf, openFds, type Scene, wrongly } from '../scene.ts';
import { description } from './btf-steps.ts';
import { rawCode } from './code.ts';
import { close, isFull } from './fd-steps.ts';

/** Program types that are not a cgroup's, and one that never was. */
const OTHER_TYPES = [
  ...([
    'socket_filter',
    'xdp',
    'sched_cls',
    'tracepoint',
    'sk_skb',
    'kprobe',
    'perf_event',
  ] as const),
  ...(['sk_reuseport', 'netfilter', 'syscall', 'struct_ops', 'sk_lookup', 'sk_msg'] as const),
  ...(['lwt_in', 'flow_dissector', 'raw_tracepoint', 99] as const),
] as const;

export function progLoad(scene: Scene, proc: string): Step {
  return progLoadFor(scene, proc, scene.random.pick(scene.types));
}

/** Loads a program for a hook, unless the choice is wrong or the process has fds enough. */
export function progLoadFor(scene: Scene, proc: string, type: AttachTypeName): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const { random } = scene;
  const other = random.chance(0.04);
  const progType = other ? random.pick(OTHER_TYPES) : CGROUP_HOOKS[type]?.progType;
  const step: Step = {
    op: 'prog_load',
    proc,
    fd: scene.fresh('P'),
    prog_type: progType,
    expected_attach_type: other ? null : pickExpectedType(scene, type),
    ...(random.chance(0.85) ? {} : { ret: random.pick([0, 0, 2, 3, 4]) }),
    ...(random.chance(0.98)
      ? {}
      : { prog_flags: random.pick([2 ** random.below(20), 16, 2 ** 31]) }),
    ...(random.chance(0.98)
      ? {}
      : { name: random.pick(['', 'bad-name', 'sixteen_letters_', 'a.b']) }),
    ...pickMaps(scene, proc),
    ...pickLog(scene),
  };
  if (random.chance(scene.preset.code)) return rawCode(scene, proc, step);
  return { ...step, ...description(scene, proc) };
}

function pickExpectedType(scene: Scene, type: AttachTypeName): AttachType | null {
  if (wrongly(scene)) return scene.random.pick<AttachType | null>([...scene.types, null, 4242]);
  return CGROUP_HOOKS[type]?.expected === 'never' && scene.random.chance(0.5) ? null : type;
}

function pickMaps(scene: Scene, proc: string): { maps?: FdField[]; ref_only?: true } {
  const { random, preset } = scene;
  if (!random.chance(preset.maps)) return {};
  const count = random.chance(0.7) ? 1 : 2;
  const maps = Array.from({ length: count }, () => mapToName(scene, proc));
  return random.chance(0.1) ? { maps, ref_only: true } : { maps };
}

/** Now and then a log, and what belongs to a signature that is not passed. */
function pickLog({ random }: Scene): Readonly<Record<string, unknown>> {
  if (random.chance(0.95)) return {};
  if (random.chance(0.1)) return { signature_size: random.below(2), keyring_id: random.below(3) };
  const log_level = random.pick([0, 1, 1, 2, 4, 7, 8, 9, 15, 16, 2 ** 31]);
  const log_size = random.pick([0, 0, 1, 63, 2048, 8192, 65_536, 2 ** 24, 2 ** 30, 2 ** 32 - 1]);
  const log_buf = random.chance(log_size === 0 ? 0.3 : 0.9) ? { log_buf: true } : {};
  const log_true_size = random.chance(0.1) ? { log_true_size: 7 } : {};
  return { log_level, log_size, ...log_buf, ...log_true_size };
}

/** The label of an open program that fits a hook; undefined when the process has none. */
export function fittingProgram(scene: Scene, proc: string, type: AttachType): string | undefined {
  const wanted = typeof type === 'string' ? CGROUP_HOOKS[type]?.progType : undefined;
  const fits = (program: Program | undefined): boolean =>
    program?.prog_type === wanted && program !== undefined && expectedTypeFits(program, type);
  const programs = openFds(scene, proc, 'prog');
  const fitting = programs.filter(({ file }) => fits(scene.kernel.programs.get(file.id)));
  return oneOf(scene, fitting)?.label;
}
