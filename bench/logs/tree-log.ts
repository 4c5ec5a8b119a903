/**
 * The log of a node with 1,000 cgroups in a tree: agents that hold a few hundred programs and links
 * replace, make and close them, attach programs directly, and pods come and go below. What there
 * is stays about the same however long it goes on, so that only the length of the log grows. Equal
 * lengths give equal calls.
 */
import type { Call } from '../../src/domain/call.ts';
import { isRefusal, type Outcome } from '../../src/domain/outcome.ts';
import type { Log } from '../../src/events/log.ts';
import type { CallRequest } from '../../src/events/submission.ts';

import { randomFrom } from '../../src/recorders/generator/random.ts';

const TREE_RELEASE = '6.18';
/** Cgroups that stay, the root included. */
const TREE_CGROUPS = 1000;
export const TREE_TYPES = ['cgroup_inet_ingress', 'cgroup_inet_egress'] as const;

const CHILDREN = 10;
const AGENTS = 8;
const PROGRAMS_PER_AGENT = 24;
const LINKS_PER_AGENT = 40;
/** How many there are about, once the node has settled. */
const USUAL = { links: LINKS_PER_AGENT, attached: 100, spares: 20, pods: 50, children: 4 } as const;
/** Calls that are recorded together. Snapshots stand between lists: long ones would space them out. */
const BATCH = 250;

type AttachType = (typeof TREE_TYPES)[number];
type Took = (ret: number) => void;

/** A call, and what its success changes in what is known of the node. */
interface Planned {
  readonly pid: number;
  readonly call: Call;
  readonly took?: Took;
}

interface Agent {
  readonly pid: number;
  readonly programs: Record<AttachType, number[]>;
  readonly links: { readonly fd: number; readonly type: AttachType }[];
  /** Programs that are loaded and never attached. */
  readonly spares: number[];
}

interface Attached {
  readonly agent: Agent;
  readonly fd: number;
  readonly path: string;
  readonly type: AttachType;
}

/** The paths of the cgroups that stay, parents first; the first is the root. */
export function treePaths(): string[] {
  const paths = ['/'];
  for (let at = 0; paths.length < TREE_CGROUPS; at++) {
    const below = paths[at] === '/' ? '' : paths[at];
    for (let i = 0; i < CHILDREN && paths.length < TREE_CGROUPS; i++) paths.push(`${below}/c${i}`);
  }
  return paths;
}

/** Gives the calls of the node, told what the kernel answered to those before. */
export class TreeLog {
  readonly #random = randomFrom(6);
  readonly #paths = treePaths();
  readonly #agents: Agent[] = [];
  readonly #attached: Attached[] = [];
  readonly #pods: string[] = [];
  readonly #children: number[] = [];
  #podsMade = 0;
  #setUp = 0;

  /** The next calls, at most `count` and at most `BATCH`; `answered` has to be told of each. */
  next(count: number): { calls: CallRequest[]; answered: (outcomes: readonly Outcome[]) => void } {
    const planned = this.#steps(Math.min(count, BATCH));
    return {
      calls: planned.map(({ pid, call }) => ({ pid, call })),
      answered: (outcomes) =>
        outcomes.forEach((outcome, i) => {
          if (!isRefusal(outcome)) planned[i]?.took?.(outcome.ret);
        }),
    };
  }

  #steps(count: number): Planned[] {
    const phases = [
      () => this.#spawnAgents(),
      () => this.#tree(),
      () => this.#loadPrograms(),
      () => this.#linkPrograms(),
    ];
    const phase = phases[this.#setUp];
    if (phase === undefined) return Array.from({ length: count }, () => this.#churn());
    this.#setUp++;
    return phase();
  }

  #spawnAgents(): Planned[] {
    return Array.from({ length: AGENTS }, (_, i) => ({
      pid: 1,
      call: { name: 'spawn', comm: `agent${i}` },
      took: (pid) =>
        this.#agents.push({
          pid,
          programs: { cgroup_inet_ingress: [], cgroup_inet_egress: [] },
          links: [],
          spares: [],
        }),
    }));
  }

  #tree(): Planned[] {
    return this.#paths.slice(1).map((path) => ({ pid: 1, call: { name: 'mkdir', path } }));
  }

  #loadPrograms(): Planned[] {
    return this.#agents.flatMap((agent) =>
      Array.from({ length: PROGRAMS_PER_AGENT }, (_, i) => {
        const type = TREE_TYPES[i % 2] as AttachType;
        return this.#load(agent, type, agent.programs[type]);
      }),
    );
  }

  #linkPrograms(): Planned[] {
    return this.#agents.flatMap((agent) =>
      Array.from({ length: LINKS_PER_AGENT }, () => this.#link(agent)),
    );
  }

  #churn(): Planned {
    const agent = this.#pick(this.#agents);
    const chance = this.#random.fraction();
    if (chance < 0.42) return this.#update(agent);
    if (chance < 0.68) {
      return this.#many('links', agent.links) ? this.#unlink(agent) : this.#link(agent);
    }
    if (chance < 0.84) {
      return this.#many('attached', this.#attached) ? this.#detach() : this.#attach(agent);
    }
    if (chance < 0.88) return this.#spare(agent);
    if (chance < 0.985) return this.#many('pods', this.#pods) ? this.#rmdir() : this.#mkdir();
    return this.#many('children', this.#children) ? this.#exit() : this.#fork(agent);
  }

  /** Whether one goes next rather than comes: the more there are, the likelier. */
  #many(what: keyof typeof USUAL, there: readonly unknown[]): boolean {
    return this.#random.fraction() < there.length / (2 * USUAL[what]);
  }

  #load(agent: Agent, type: AttachType, among: number[]): Planned {
    const { pid } = agent;
    return {
      pid,
      call: {
        name: 'prog_load',
        prog_type: 'cgroup_skb',
        expected_attach_type: type,
        prog_name: `from_${pid}`,
      },
      took: (fd) => among.push(fd),
    };
  }

  #spare(agent: Agent): Planned {
    const { spares, pid } = agent;
    if (!this.#many('spares', spares)) return this.#load(agent, this.#pick(TREE_TYPES), spares);
    return { pid, call: { name: 'close', fd: this.#take(spares) } };
  }

  #link(agent: Agent): Planned {
    const type = this.#pick(TREE_TYPES);
    const place = { target_path: this.#pick(this.#paths), attach_type: type };
    const prog_fd = this.#pick(agent.programs[type]);
    return {
      pid: agent.pid,
      call: { name: 'link_create', prog_fd, ...place },
      took: (fd) => agent.links.push({ fd, type }),
    };
  }

  #unlink(agent: Agent): Planned {
    return { pid: agent.pid, call: { name: 'close', fd: this.#take(agent.links).fd } };
  }

  #update(agent: Agent): Planned {
    if (agent.links.length === 0) return this.#link(agent);
    const { fd, type } = this.#pick(agent.links);
    const new_prog_fd = this.#pick(agent.programs[type]);
    return { pid: agent.pid, call: { name: 'link_update', link_fd: fd, new_prog_fd } };
  }

  #attach(agent: Agent): Planned {
    const type = this.#pick(TREE_TYPES);
    const one = {
      agent,
      type,
      fd: this.#pick(agent.programs[type]),
      path: this.#pick(this.#paths),
    };
    return {
      ...this.#onPath('prog_attach', one),
      took: () => this.#attached.push(one),
    };
  }

  #detach(): Planned {
    return this.#onPath('prog_detach', this.#take(this.#attached));
  }

  #onPath(name: 'prog_attach' | 'prog_detach', { agent, fd, path, type }: Attached): Planned {
    const place = { target_path: path, attach_type: type };
    const flags = name === 'prog_attach' ? { flags: ['multi'] as const } : {};
    return { pid: agent.pid, call: { name, attach_bpf_fd: fd, ...place, ...flags } };
  }

  #mkdir(): Planned {
    const path = `${this.#pick(this.#paths.slice(1))}/pod${++this.#podsMade}`;
    return { pid: 1, call: { name: 'mkdir', path }, took: () => this.#pods.push(path) };
  }

  #rmdir(): Planned {
    return { pid: 1, call: { name: 'rmdir', path: this.#take(this.#pods) } };
  }

  #fork({ pid }: Agent): Planned {
    return { pid, call: { name: 'fork' }, took: (child) => this.#children.push(child) };
  }

  #exit(): Planned {
    return { pid: this.#take(this.#children), call: { name: 'exit' } };
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)] as T;
  }

  #take<T>(from: T[]): T {
    return from.splice(this.#random.below(from.length), 1)[0] as T;
  }
}

/** Events before the tree stands: what is asked about lies after them. */
export const TREE_SETUP_EVENTS =
  1 + AGENTS + (TREE_CGROUPS - 1) + AGENTS * (PROGRAMS_PER_AGENT + LINKS_PER_AGENT);

/**
 * Makes a host and records the log on it.
 *
 * @param length events after the tree stands
 */
export async function recordTreeLog(log: Log, host: string, length: number): Promise<TreeLog> {
  const { event } = await log.createHost({
    name: host,
    actor: 'token:node',
    release: TREE_RELEASE,
  });
  const tree = new TreeLog();
  let left = TREE_SETUP_EVENTS + length - event.position;
  while (left > 0) {
    const { calls, answered } = tree.next(left);
    const { events } = await log.submit(host, { actor: 'token:node', calls });
    answered(events.map(({ outcome }) => outcome));
    left -= events.length;
  }
  return tree;
}
