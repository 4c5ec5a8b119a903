/** Steps of other subsystems, and of commands that give an fd or an answer alone. */
import type { Step } from '../../golden/scenario.ts';
import { fdOf, livingProcesses, oneOf, openFds, type Scene, wrongFd, wrongly } from '../scene.ts';
import { close, isFull } from './fd-steps.ts';
import { mapCreate } from './map-steps.ts';

/** A link of a tracepoint, which harms nobody, with a program that is loaded first; or another hook. */
export function foreignLink(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const { kernel, random } = scene;
  if (random.chance(0.35)) return foreignHook(scene, proc);
  const attach_type = 'trace_raw_tp';
  const fitting = openFds(scene, proc, 'prog').filter(
    ({ file }) => kernel.programs.get(file.id)?.prog_type === 'raw_tracepoint',
  );
  const found = random.chance(0.15) ? undefined : oneOf(scene, fitting);
  if (found === undefined && !wrongly(scene)) {
    const expected_attach_type = null;
    const fd = scene.fresh('P');
    return { op: 'prog_load', proc, fd, prog_type: 'raw_tracepoint', expected_attach_type };
  }
  const prog = found?.label ?? fdOf(scene, proc, 'prog');
  return { op: 'foreign_link', proc, fd: scene.fresh('L'), prog, attach_type };
}

/** Programs and hooks of other subsystems that are known to each other; none is of a network device. */
const HOOKED = [
  ...([['sk_msg', 'sk_msg_verdict'] as const, ['sk_skb', 'sk_skb_verdict'] as const] as const),
  ...([['sk_skb', 'sk_skb_stream_parser'] as const, ['kprobe', 'perf_event'] as const] as const),
  ...([
    ['flow_dissector', 'flow_dissector'] as const,
    ['tracepoint', 'perf_event'] as const,
  ] as const),
  // Sessions of uprobes, and of functions from 7.0 on. Those of kprobes depend on the build.
  ...([['kprobe', 57] as const, ['kprobe', 58] as const] as const),
] as const;

/** A program and its hook, mostly, with a target that is none. */
function foreignHook(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const { kernel, random } = scene;
  const [prog_type, attach_type] = random.pick(HOOKED);
  const fitting = openFds(scene, proc, 'prog').filter(
    ({ file }) => kernel.programs.get(file.id)?.prog_type === prog_type,
  );
  const found = random.chance(0.1) ? undefined : oneOf(scene, fitting);
  if (found === undefined && !wrongly(scene)) {
    const fd = scene.fresh('P');
    const isSession = typeof attach_type === 'number' && random.chance(0.5);
    const expected_attach_type = isSession ? attach_type : null;
    return { op: 'prog_load', proc, fd, prog_type, expected_attach_type };
  }
  const kind = random.pick(['map', 'map', 'cgroup', 'prog', 'link'] as const);
  const cg_fd = wrongly(scene) ? wrongFd(scene, proc) : fdOf(scene, proc, kind);
  const prog = found?.label ?? fdOf(scene, proc, 'prog');
  const flags = random.chance(0.1) ? ['multi'] : [];
  const made = { proc, cg_fd, prog, attach_type, flags };
  // Without a target a flow dissector would be attached to the network namespace.
  const links = prog_type === 'flow_dissector' || random.chance(0.6);
  return links
    ? { op: 'link_create', fd: scene.fresh('L'), ...made }
    : { op: 'prog_attach', ...made };
}

export function iterCreate(scene: Scene, proc: string): Step {
  const flags = wrongly(scene) ? { flags: 1 } : {};
  const link = fdOf(scene, proc, 'link');
  return { op: 'iter_create', proc, link, as: scene.fresh('I'), ...flags };
}

export function progTestRun(scene: Scene, proc: string): Step {
  const prog = fdOf(scene, proc, 'prog');
  const data_size_in = scene.random.pick([
    0, 13, 14, 14, 64, 3072, 3264, 3500, 3712, 3713, 4096, 4097,
  ]);
  return { op: 'prog_test_run', proc, prog, data_size_in };
}

export function btfLoad(scene: Scene, proc: string): Step {
  const { random } = scene;
  if (isFull(scene, proc)) return close(scene, proc);
  // Types of ours take 90 bytes or so; those of more have longer names.
  const btf_size = wrongly(scene)
    ? random.pick([0, 1, 24, 2 ** 24 + 1])
    : random.pick([100, 128, 4096, 2 ** 24]);
  return { op: 'btf_load', proc, as: scene.fresh('B'), btf_size };
}

export function enableStats(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const type = wrongly(scene) ? { type: 1 } : {};
  return { op: 'enable_stats', proc, as: scene.fresh('S'), ...type };
}

export function taskFdQuery(scene: Scene, proc: string): Step {
  const from = scene.random.pick(livingProcesses(scene));
  const flags = wrongly(scene) ? { flags: 1 } : {};
  return { op: 'task_fd_query', proc, from, fd: fdOf(scene, from, 'link'), ...flags };
}

/** Commands that come after those with names. */
export function byNumber({ random }: Scene, proc: string): Step {
  return { op: 'bpf', proc, cmd: random.pick([36, 37, 38, 39, 40, 4096, 2 ** 31]) };
}

export function mapFreeze(scene: Scene, proc: string): Step {
  if (openFds(scene, proc, 'map').length === 0 && !wrongly(scene)) return mapCreate(scene, proc);
  return { op: 'map_freeze', proc, fd: fdOf(scene, proc, 'map') };
}
