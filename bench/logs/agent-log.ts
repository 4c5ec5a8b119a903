/**
 * The log of a busy node, of any length: a runtime makes and removes pods, a network agent loads a
 * program for each direction, attaches it by link, replaces it at each of its upgrades and asks
 * what is attached, and a service manager asks in vain for a list of its own. Equal lengths give
 * equal logs.
 */
import { bootEffect, emptyKernel } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { decide } from '../../src/domain/decide.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import type { LedgerEvent } from '../../src/events/event.ts';

const RELEASE = '6.18';
const BOOT_ID = '00000000-0000-4000-8000-000000000001';
/** Microseconds since the epoch of the first event. */
const BEGIN = 1_795_000_000_000_000;
/** Microseconds between two events. */
const PACE = 1370;

const ACTORS = { runtime: 2, agent: 3, manager: 4 } as const;
const DIRECTIONS = ['cgroup_inet_ingress', 'cgroup_inet_egress'] as const;
/** Pods at a time. */
const PODS_ALIVE = 100;
/** Pods whose programs the agent replaces after each start of another one. */
const UPGRADES = 6;

interface Pod {
  readonly path: string;
  readonly child: number;
  readonly links: readonly number[];
}

/** The first `length` events of the log. */
export function* agentLog(length: number): Generator<LedgerEvent> {
  let made = 0;
  for (const event of endless()) {
    yield event;
    if (++made === length) return;
  }
}

function* endless(): Generator<LedgerEvent> {
  const node = new Node();
  yield node.boot();
  for (const comm of Object.keys(ACTORS)) yield node.call(BOOT_PID, { name: 'spawn', comm });
  yield node.call(ACTORS.runtime, { name: 'mkdir', path: '/kubepods' });
  yield node.call(ACTORS.manager, { name: 'prog_load', prog_type: 'cgroup_skb' });
  const pods: Pod[] = [];
  for (let number = 1; ; number++) {
    pods.push(yield* startPod(node, number));
    for (let i = 1; i <= UPGRADES; i++) {
      yield* upgradePod(node, pods[(number * i) % pods.length] as Pod);
    }
    if (pods.length === PODS_ALIVE) yield* stopPod(node, pods.shift() as Pod);
  }
}

function* startPod(node: Node, number: number): Generator<LedgerEvent, Pod> {
  const { runtime, agent, manager } = ACTORS;
  const path = `/kubepods/pod${number}`;
  yield node.call(runtime, { name: 'mkdir', path });
  yield node.call(runtime, { name: 'mkdir', path: `${path}/app` });
  yield node.call(runtime, { name: 'fork' });
  const child = node.ret;
  yield node.call(child, { name: 'join', path: `${path}/app` });
  yield node.call(child, { name: 'exec', comm: 'app' });
  const links: number[] = [];
  for (const attach_type of DIRECTIONS) {
    const at = { target_path: path, attach_type } as const;
    yield node.call(agent, { ...LOAD, expected_attach_type: attach_type });
    const prog_fd = node.ret;
    yield node.call(agent, { name: 'link_create', ...at, prog_fd });
    links.push(node.ret);
    yield node.call(agent, { name: 'close', fd: prog_fd });
    yield node.call(agent, { name: 'prog_query', ...at });
    // The list is in multi mode by now, so the kernel says EPERM.
    yield node.call(manager, {
      name: 'prog_attach',
      ...at,
      attach_bpf_fd: MANAGER_FD,
      flags: ['override'],
    });
  }
  return { path, child, links };
}

function* upgradePod(node: Node, { path, links }: Pod): Generator<LedgerEvent> {
  for (const [i, attach_type] of DIRECTIONS.entries()) {
    yield node.call(ACTORS.agent, { ...LOAD, expected_attach_type: attach_type });
    const new_prog_fd = node.ret;
    const link_fd = links[i] as number;
    yield node.call(ACTORS.agent, { name: 'link_update', link_fd, new_prog_fd });
    yield node.call(ACTORS.agent, { name: 'close', fd: new_prog_fd });
    yield node.call(ACTORS.agent, { name: 'prog_query', target_path: path, attach_type });
  }
}

function* stopPod(node: Node, { path, child, links }: Pod): Generator<LedgerEvent> {
  yield node.call(child, { name: 'exit' });
  for (const fd of links) yield node.call(ACTORS.agent, { name: 'close', fd });
  yield node.call(ACTORS.runtime, { name: 'rmdir', path: `${path}/app` });
  yield node.call(ACTORS.runtime, { name: 'rmdir', path });
}

const LOAD = { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'cil_from_pod' } as const;
/** The lowest free one of a new process. */
const MANAGER_FD = 3;

/** A kernel that calls are made on, one event each. */
class Node {
  readonly #kernel: Kernel = emptyKernel();
  #position = 0;
  /** What the last call returned. */
  ret = 0;

  boot(): LedgerEvent {
    const effect = bootEffect(this.#kernel, { release: RELEASE, boot_id: BOOT_ID });
    const call = {
      name: 'boot',
      release: RELEASE,
      boot_id: BOOT_ID,
      config: effect.config,
    } as const;
    applyAll(this.#kernel, [effect], BOOT_PID);
    return this.#event(BOOT_PID, call, { outcome: { ret: 0 }, effects: [effect] });
  }

  call(pid: number, call: Call): LedgerEvent {
    const decision = decide(this.#kernel, pid, call);
    if (!isRefusal(decision.outcome)) this.ret = decision.outcome.ret;
    const event = this.#event(pid, call, decision);
    applyAll(this.#kernel, decision.effects, pid);
    return event;
  }

  #event(
    pid: number,
    call: LedgerEvent['call'],
    decision: Pick<LedgerEvent, 'outcome' | 'effects'>,
  ): LedgerEvent {
    const position = ++this.#position;
    const at = BEGIN + position * PACE;
    const comm = this.#kernel.processes.get(pid)?.comm ?? '';
    const who = { source: 'decided', boot: 1, actor: 'token:node', pid, comm } as const;
    return { position, recorded_at: at + (position % 7) * 31, at, ...who, call, ...decision };
  }
}
