/** Runs a program whose bpf calls a kernel in memory answers. */
import { closeSync, constants, openSync } from 'node:fs';
import type { Kernel } from '../domain/kernel.ts';
import { isUnmodelled } from '../domain/outcome.ts';
import { unameText } from '../domain/release/release.ts';
import { bindLibc, type Libc } from '../native/libc.ts';
import { possibleCpus } from '../native/possible-cpus.ts';
import { KernelUnavailable } from '../native/unavailable.ts';
import { answerBpf, type Surroundings } from './bpf/answer-bpf.ts';
import { Beside } from './bpf/beside.ts';
import { isInterface } from './bpf/interfaces.ts';
import type { Disturber } from './disturb.ts';
import type { Trees } from './files/caller.ts';
import { Folder } from './files/folder.ts';
import { fileHandlers, pinPlace } from './files/handlers.ts';
import { ownBpffs } from './files/mounts.ts';
import { Places } from './files/places.ts';
import { Shadow } from './files/shadow.ts';
import { ForwardedSignals } from './forwarded-signals.ts';
import type { Handler } from './handlers.ts';
import { credentialHandlers } from './identity/credentials.ts';
import { limitHandlers, RLIMIT_NOFILE } from './identity/limits.ts';
import { Keepers } from './identity/prctl.ts';
import { unameHandler } from './identity/uname.ts';
import { CONTINUED } from './notified.ts';
import { filterFor } from './notify/filter.ts';
import { type Launch, launch } from './notify/launch.ts';
import { Listener } from './notify/listener.ts';
import { Memories } from './notify/memory.ts';
import { ownCode } from './notify/own-code.ts';
import { type Architecture, architectureHere } from './notify/system-calls.ts';
import { Descriptors } from './processes/descriptors.ts';
import { codeOf } from './processes/exit-status.ts';
import { forkHandlers } from './processes/forks.ts';
import { killLeft, programsLeft, sendSignal } from './processes/leftovers.ts';
import { Processes } from './processes/processes.ts';
import { Watch } from './processes/watch.ts';
import { findProgram, requirePid } from './program.ts';
import { Supervisor } from './supervisor.ts';
import { absentHandlers, Unmodelled, unmodelledText } from './unmodelled.ts';
import { Watchman } from './watchman.ts';
import { type LoggedCall, SandboxWorld } from './world.ts';

/** What a run is asked for. */
export interface RunRequest {
  /** What answers; it is changed. */
  readonly kernel: Kernel;
  /** Who the program believes to be. */
  readonly uid: number;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly disturber: Disturber;
  /** Learns of each call, in order. */
  readonly record: (made: LoggedCall) => void;
}

/** How a program ended. */
export interface Ended {
  /** Its exit code; 128 and the number of the signal that ended it. */
  readonly code: number;
  readonly kernel: Kernel;
  /** What the program asked for that the model does not know, and how often. */
  readonly unmodelled: ReadonlyMap<string, number>;
  /** A signal asked the run to end. */
  readonly stopped: boolean;
}

const SUBREAPER = 36;
const WNOHANG = 1;
/** How long the loop may keep signals and messages of this process waiting. */
const TURN_MS = 50;
/** Rounds in which what the program left behind is ended. */
const ROUNDS_MAX = 50;
/** Ended children that it takes leave of before it answers calls again. */
const REAPED_MAX = 256;

/**
 * Runs a program to its end.
 *
 * @throws KernelUnavailable where seccomp listeners are forbidden, or koffi is not installed
 * @throws NoProgram when there is no such program
 */
export async function run(request: RunRequest): Promise<Ended> {
  const architecture = architectureHere();
  if (architecture === undefined) {
    throw new KernelUnavailable(`programs are run on x86-64 and arm64; this is ${process.arch}`);
  }
  const path = findProgram(request.argv[0] ?? '', request.env.PATH ?? '');
  const libc = await bindLibc();
  const { kernel } = request;
  const folder = new Folder(libc);
  const shadow = new Shadow(kernel, folder.path);
  const places = new Places(shadow, ownBpffs(kernel));
  const unmodelled = new Unmodelled();
  const keepers = new Keepers();
  const world = new SandboxWorld(kernel, (made) => {
    const { outcome, effects } = made.decision;
    shadow.follow(effects);
    places.follow(made);
    keepers.follow(made);
    if (isUnmodelled(outcome)) unmodelled.add(unmodelledText(made.call, outcome));
    request.record(made);
  });
  const running = new RunLoop(
    { libc, world, shadow, places, keepers, unmodelled },
    request,
    architecture,
  );
  try {
    return await running.toTheEnd(path);
  } finally {
    await running.close();
    folder.close();
  }
}

/** What a run is made of. */
interface Parts {
  readonly libc: Libc;
  readonly world: SandboxWorld;
  readonly shadow: Shadow;
  readonly places: Places;
  readonly keepers: Keepers;
  readonly unmodelled: Unmodelled;
}

class RunLoop {
  readonly #libc: Libc;
  readonly #world: SandboxWorld;
  readonly #shadow: Shadow;
  readonly #places: Places;
  readonly #keepers: Keepers;
  readonly #memories: Memories;
  readonly #request: RunRequest;
  readonly #architecture: Architecture;
  readonly #watch: Watch;
  readonly #descriptors: Descriptors;
  readonly #processes: Processes;
  readonly #placeholder = openSync('/dev/null', constants.O_RDONLY);
  readonly #unmodelled: Unmodelled;
  readonly #beside = new Beside();
  #launch: Launch | undefined;
  #answering: Supervisor | undefined;
  #mainPid = 0;
  #watchman: Watchman | undefined;
  #status: number | undefined;
  #isEnding = false;

  constructor(
    { libc, world, shadow, places, keepers, unmodelled }: Parts,
    request: RunRequest,
    architecture: Architecture,
  ) {
    this.#libc = libc;
    this.#world = world;
    this.#shadow = shadow;
    this.#places = places;
    this.#keepers = keepers;
    this.#unmodelled = unmodelled;
    this.#memories = new Memories(libc);
    this.#request = request;
    this.#architecture = architecture;
    this.#watch = new Watch(libc);
    this.#descriptors = new Descriptors(libc, this.#watch);
    this.#beside.maps.shared = this.#descriptors.shared;
    this.#processes = new Processes({
      ...{ libc, world, watch: this.#watch, descriptors: this.#descriptors, uid: request.uid },
      mainPid: () => this.#mainPid,
      cgroupAt: (link) => shadow.cgroupAt(link),
    });
  }

  async toTheEnd(path: string): Promise<Ended> {
    const { argv, env } = this.#request;
    this.#libc.prctl(SUBREAPER, 1);
    const handlers = this.#handlers();
    const { seccomp } = this.#architecture;
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const filter = filterFor(this.#architecture, handlers, ownCode());
    this.#launch = await launch({ filter, seccomp, path, argv, env: variables });
    const supervisor = this.#supervisor(this.#launch, handlers);
    this.#answering = supervisor;
    const signals = new ForwardedSignals((signal) => {
      if (this.#mainPid !== 0) sendSignal(this.#mainPid, signal);
    });
    try {
      await this.#turnToTheEnd(supervisor, this.#launch);
    } catch (error) {
      // Nobody answers any more: what waits would wait for ever.
      killLeft();
      throw error;
    } finally {
      signals.end();
    }
    await this.#endTheRest(supervisor);
    return {
      code: codeOf(this.#status),
      kernel: this.#world.kernel,
      unmodelled: this.#unmodelled.counts,
      stopped: signals.last !== undefined,
    };
  }

  async close(): Promise<void> {
    await this.#endLaunch();
    this.#watchman?.end();
    this.#processes.close();
    this.#descriptors.close();
    this.#watch.close();
    closeSync(this.#placeholder);
  }

  /** The thread that started the program asks as well while it ends. */
  async #endLaunch(): Promise<void> {
    if (this.#launch === undefined) return;
    let isEnded = false;
    const ended = this.#launch.end().finally(() => {
      isEnded = true;
    });
    while (!isEnded) {
      this.#answering?.turn(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    this.#libc.close(this.#launch.listener);
  }

  async #turnToTheEnd(supervisor: Supervisor, { pid }: Launch): Promise<void> {
    for (let turned = performance.now(); this.#status === undefined; ) {
      const turn = supervisor.turn(this.#mainPid === 0 ? 1 : TURN_MS);
      if (this.#mainPid === 0) this.#meetMain(requirePid(pid));
      const isLong = performance.now() - turned >= TURN_MS;
      // Calls may come without a pause. One that ends before its pid is told would be taken for an orphan.
      if ((turn !== 'asked' || isLong) && this.#mainPid !== 0) this.#reap();
      if (turn !== 'idle' && !isLong) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turned = performance.now();
    }
  }

  /** The program is known from its start on, so that its end is seen when it comes. */
  #meetMain(pid: number | undefined): void {
    if (pid === undefined) return;
    this.#mainPid = pid;
    this.#watchman = new Watchman(pid, this.#shadow.top);
    this.#processes.of(pid);
  }

  /**
   * Takes leave of ended children: of the program, and of orphans, which become ours. Processes that fork
   * and end without a pause give orphans without an end, so it takes leave of some and comes back.
   */
  #reap(): void {
    const status = Buffer.alloc(4);
    for (let reaped = 0; reaped < REAPED_MAX; reaped++) {
      const pid = this.#libc.waitpid(-1, status, WNOHANG);
      if (pid <= 0) return;
      if (pid === this.#mainPid) this.#status = status.readInt32LE(0);
    }
  }

  /** A program that has ended leaves nothing behind: nobody would answer it any more. */
  async #endTheRest(supervisor: Supervisor): Promise<void> {
    this.#isEnding = true;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const left = killLeft();
      while (supervisor.turn(left === 0 ? 0 : 1) !== 'idle') this.#reap();
      this.#reap();
      if (left === 0) return;
    }
  }

  #handlers(): readonly Handler[] {
    const { uid, kernel } = this.#request;
    const pass = { answer: () => CONTINUED };
    const surroundings = this.#surroundings();
    return [
      ...credentialHandlers(uid, this.#keepers, this.#unmodelled),
      ...limitHandlers(this.#libc),
      ...absentHandlers(this.#unmodelled),
      ...forkHandlers(() => this.#isEnding),
      unameHandler(unameText(kernel.boot.release)),
      {
        name: 'bpf',
        answer: (notified) => answerBpf(notified, surroundings, this.#beside),
      },
      ...fileHandlers(this.#trees(), (tid) => this.#memories.of(tid)),
      { name: 'execve', alone: ({ tid }) => this.#executes(tid), ...pass },
      { name: 'execveat', alone: ({ tid }) => this.#executes(tid), ...pass },
    ];
  }

  #trees(): Trees {
    return {
      ...{ shadow: this.#shadow, places: this.#places, beside: this.#beside },
      meet: (pid) => this.#processes.findNamed(pid),
      meetAll: () => {
        for (const pid of programsLeft()) this.#processes.of(pid);
      },
    };
  }

  #surroundings(): Surroundings {
    return {
      cpus: possibleCpus(),
      placeOf: (notified, path, dirFd) => pinPlace(this.#places, notified, path, dirFd),
      lookAt: (tid, fd) => this.#processes.lookAt(tid, fd),
      isInterface,
    };
  }

  /** Node has raised its own limit of fds, which a program would inherit. */
  #executes(tid: number): typeof CONTINUED {
    this.#processes.mayExecute(tid);
    if (this.#mainPid !== 0) return CONTINUED;
    const limit = Buffer.alloc(16);
    this.#libc.prlimit(tid, RLIMIT_NOFILE, null, limit);
    const nofile = BigInt(this.#world.kernel.boot.config.nofile);
    if (nofile < limit.readBigUInt64LE(8)) limit.writeBigUInt64LE(nofile, 0);
    this.#libc.prlimit(tid, RLIMIT_NOFILE, limit, null);
    return CONTINUED;
  }

  #supervisor(
    { listener: fd, thread: launcher }: Launch,
    handlers: readonly Handler[],
  ): Supervisor {
    const { numbers, audit } = this.#architecture;
    const listener = new Listener(this.#libc, fd);
    this.#watch.listenTo(fd);
    return new Supervisor({
      ...{ libc: this.#libc, world: this.#world, watch: this.#watch, listener },
      ...{ descriptors: this.#descriptors, processes: this.#processes },
      memories: this.#memories,
      handlers: new Map(
        handlers.flatMap((handler) => {
          const number = numbers[handler.name];
          return number === undefined ? [] : [[number, handler] as const];
        }),
      ),
      architecture: audit,
      launcher,
      placeholder: this.#placeholder,
      disturber: this.#request.disturber,
      unmodelled: this.#unmodelled,
    });
  }
}
