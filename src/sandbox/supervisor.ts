/**
 * The loop that receives the system calls of a program and answers them. It is synchronous, so that a
 * call is decided on what is so at that moment, and gives way to the event loop now and then.
 */
import { decide } from '../domain/decide.ts';
import { type Decision, refuse } from '../domain/decision.ts';
import type { Errno } from '../domain/errno.ts';
import { returnKind } from '../domain/observed/returns.ts';
import { isRefusal, isUnmodelled, type Refusal } from '../domain/outcome.ts';
import type { Libc } from '../native/libc.ts';
import type { Disturber } from './disturb.ts';
import type { AskedCall } from './fallible.ts';
import type { Handler } from './handlers.ts';
import type { Notified, SyscallAnswer, Write } from './notified.ts';
import type { Listener } from './notify/listener.ts';
import type { Memories } from './notify/memory.ts';
import type { WaitingCall } from './notify/waiting-call.ts';
import type { Descriptors, Tracked } from './processes/descriptors.ts';
import type { Holder } from './processes/fd-tables.ts';
import { fdsNamedBy } from './processes/named-fds.ts';
import type { Processes } from './processes/processes.ts';
import { sharedBytes } from './processes/shared-maps.ts';
import { type Happened, WATCHED, type Watch } from './processes/watch.ts';
import { foreignCall, refusalOfUnmodelled, type Unmodelled } from './unmodelled.ts';
import type { SandboxWorld } from './world.ts';

/** BPF_F_MMAPABLE of MAP_CREATE. */
const MMAPABLE = 1 << 10;
const ESRCH = 3;
const EFAULT = 14;
const EMFILE = 24;
const ENOSYS = 38;

/** What a supervisor works with. */
export interface Tools {
  readonly libc: Libc;
  readonly world: SandboxWorld;
  readonly watch: Watch;
  readonly listener: Listener;
  readonly memories: Memories;
  readonly descriptors: Descriptors;
  readonly processes: Processes;
  /** By the number of the system call. */
  readonly handlers: ReadonlyMap<number, Handler>;
  readonly architecture: number;
  /** The thread of ours that started the program: its calls are the kernel's. */
  readonly launcher: number;
  /** A descriptor that keeps a number until what belongs there is known. */
  readonly placeholder: number;
  /** Gives the ordered answer to a call, in place of the model's. */
  readonly disturber: Disturber;
  /** Counts calls that no handler may answer: of another architecture. */
  readonly unmodelled: Unmodelled;
}

/** What happened that is not yet in the model: objects that nobody has, ends of processes. */
interface News {
  /** Open files of maps that programs map, of some of which nobody has a copy. */
  readonly fewer: Tracked[];
  readonly gone: Tracked[];
  readonly ended: Set<number>;
}

export class Supervisor {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /**
   * Takes what has happened, and answers one call if one waits.
   *
   * @param timeoutMs how long it waits when nothing has happened
   * @returns whether only a call waited, other things had happened, or nothing
   */
  turn(timeoutMs: number): 'asked' | 'news' | 'idle' {
    const { watch, listener } = this.#tools;
    const { isAsked, hasNews } = watch.wait(timeoutMs);
    if (hasNews) this.#bring(watch.news());
    const asked = isAsked ? listener.receive() : undefined;
    if (asked !== undefined) this.#answer(asked, hasNews);
    if (hasNews) return 'news';
    return isAsked ? 'asked' : 'idle';
  }

  /** All hang-ups are known before any end is told: what a dead process held, it held alone or not. */
  #bring(first: readonly Happened[]): void {
    const { watch, processes, descriptors, world } = this.#tools;
    const news: News = { gone: [], ended: new Set(), fewer: [] };
    this.#gather(first, news);
    if (news.gone.length > 0) {
      processes.awaitEnds(news.gone);
      this.#gather(watch.news(), news);
    }
    const { gone, ended, fewer } = news;
    if (gone.length + ended.size + fewer.length === 0) return;
    processes.bring(gone, [...ended], fewer);
    descriptors.shared.forget((id) => world.kernel.maps.has(id));
  }

  /** Takes events until there is none that was not taken before. */
  #gather(first: readonly Happened[], { gone, ended, fewer }: News): void {
    const { watch, descriptors } = this.#tools;
    for (let events = first; ; events = watch.news()) {
      const known = gone.length + ended.size;
      for (const { kind, fd } of events) {
        if (kind === WATCHED.process) ended.add(fd);
        const tracked = kind === WATCHED.object ? descriptors.takeHungUp(fd) : undefined;
        if (tracked !== undefined) gone.push(tracked);
        if (kind !== WATCHED.sharedMaps) continue;
        const closed = descriptors.closedShared();
        gone.push(...closed.gone);
        fewer.push(...closed.fewer);
      }
      if (gone.length + ended.size === known) return;
    }
  }

  /** @param hasNews something had happened when the call was seen to wait */
  #answer(asked: WaitingCall, hasNews: boolean): void {
    const { listener, watch, handlers, architecture, unmodelled, launcher } = this.#tools;
    if (asked.tid === launcher) return listener.pass(asked);
    const handler = handlers.get(asked.number);
    // 32-bit, or x32, whose numbers no handler has.
    if (asked.architecture !== architecture || handler === undefined) {
      const what = foreignCall(asked, architecture);
      if (what !== undefined) unmodelled.add(what);
      return listener.refuse(asked, ENOSYS);
    }
    const alone = handler.alone?.(asked);
    if (alone !== undefined) return this.#give(asked, alone);
    // Nothing had happened when this call, the oldest, was seen to wait: nothing came before it.
    if (hasNews || !asked.isNext) this.#bring(watch.news());
    const holder = this.#tools.processes.of(asked.tid);
    if (holder === undefined) return listener.refuse(asked, ESRCH);
    this.#give(asked, handler.answer(this.#makeNotified(asked, handler.name, holder)));
  }

  #makeNotified(asked: WaitingCall, syscall: string, holder: Holder): Notified {
    const { memories, world, processes } = this.#tools;
    const looked: number[] = [];
    const look = (fd: number) => {
      if (looked.includes(fd)) return;
      looked.push(fd);
      processes.tables.look(holder, fd);
    };
    return {
      syscall,
      args: asked.args,
      // Threads of a process have one table of fds, so the model has the process alone.
      tid: holder.pid,
      tgid: holder.pid,
      memory: memories.of(asked.tid),
      look,
      kernel: world.kernel,
      perform: (call, inParts) => {
        for (const fd of fdsNamedBy(call)) look(fd);
        return this.#perform(asked, holder, call, inParts);
      },
      miss: (call, what) => this.#miss(asked, holder, call, what),
    };
  }

  /** Makes a call as the program; a new fd is given under its real number. */
  #perform(asked: WaitingCall, holder: Holder, call: AskedCall, inParts?: 'in parts'): Decision {
    const { listener, world } = this.#tools;
    // Killed meanwhile: what was read may be another process's, and nobody waits for an answer.
    if (!listener.isWaiting(asked)) return decide(world.kernel, holder.pid, call);
    const disturbed = this.#disturb(holder, call);
    if (disturbed !== undefined) return refuse(disturbed);
    if (inParts !== undefined) {
      const whole = decide(world.kernel, holder.pid, call);
      if (isUnmodelled(whole.outcome)) return whole;
    }
    const isOpening = returnKind(call) === 'fd' && this.#opens(holder, call);
    return isOpening
      ? this.#performOpening(asked, holder, call)
      : world.performAsked(holder.pid, call);
  }

  #miss(asked: WaitingCall, holder: Holder, call: AskedCall, what: string): Errno {
    const { listener, world } = this.#tools;
    const missed = refusalOfUnmodelled(call, what);
    if (!listener.isWaiting(asked)) return missed.errno;
    const disturbed = this.#disturb(holder, call);
    if (disturbed !== undefined) return disturbed.errno;
    world.tellAsked(holder.pid, call, refuse(missed));
    return missed.errno;
  }

  /** The answer that was ordered for the next call, if one was. */
  #disturb({ pid }: Holder, call: AskedCall): Refusal | undefined {
    const { world, disturber } = this.#tools;
    const disturbed = disturber.answer(call, pid, world.next);
    if (disturbed !== undefined) world.tellAsked(pid, call, refuse(disturbed), true);
    return disturbed;
  }

  /** Whether a call will give a new fd; a table that looks full is looked at first. */
  #opens(holder: Holder, call: AskedCall): boolean {
    const { world, processes } = this.#tools;
    const { outcome } = decide(world.kernel, holder.pid, call);
    if (!isRefusal(outcome) || outcome.rule !== 'no-free-fd') return !isRefusal(outcome);
    processes.tables.lookAtAll(holder);
    return !isRefusal(decide(world.kernel, holder.pid, call).outcome);
  }

  #performOpening(asked: WaitingCall, holder: Holder, call: AskedCall): Decision {
    const { libc, listener, world, descriptors, processes, placeholder } = this.#tools;
    const opened = opensObject(call) ? this.#descriptorFor(holder, call) : undefined;
    const cloexec = !('cloexec' in call && call.cloexec === false);
    const number = listener.add(asked, opened?.fd ?? placeholder, cloexec);
    if (opened !== undefined) libc.close(opened.fd);
    if (number < 0) {
      if (opened !== undefined) descriptors.forget(opened.tracked);
      if (number === -EMFILE) processes.tables.fill(holder);
      return world.performAsked(holder.pid, call);
    }
    processes.tables.makeNext(holder, number);
    const made = world.performAsked(holder.pid, call);
    const entry = world.kernel.processes.get(holder.pid)?.fds.get(number);
    if (isRefusal(made.outcome) || made.outcome.ret !== number || entry === undefined) {
      throw new Error(
        `the model gave ${JSON.stringify(made.outcome)} where fd ${number} was given`,
      );
    }
    if (opened !== undefined) {
      descriptors.take(opened.tracked, entry.file, { pid: holder.pid, fd: number });
    }
    return made;
  }

  /** What stands for the object that a call opens: a pipe, or the file of a map that can be mapped. */
  #descriptorFor(holder: Holder, call: AskedCall): ReturnType<Descriptors['open']> {
    const { descriptors, world } = this.#tools;
    const made = decide(world.kernel, holder.pid, call).effects[0];
    if (made?.type === 'MapCreated' && call.name === 'map_create') {
      if (((call.map_flags ?? 0) & MMAPABLE) === 0) return descriptors.open();
      descriptors.shared.make(made.map_id, sharedBytes(made));
      return descriptors.openShared(made.map_id) ?? descriptors.open();
    }
    const isMap = made?.type === 'FdOpened' && made.kind === 'map';
    return (isMap ? descriptors.openShared(made.id) : undefined) ?? descriptors.open();
  }

  #give(asked: WaitingCall, answer: SyscallAnswer): void {
    const { listener } = this.#tools;
    if (answer.is === 'continued') return listener.pass(asked);
    const written = this.#write(asked, answer.writes);
    switch (answer.is) {
      case 'refused':
        return listener.refuse(asked, answer.errno);
      case 'returned':
        return written ? listener.answer(asked, answer.value) : listener.refuse(asked, EFAULT);
      case 'object':
        return written ? listener.answer(asked, answer.fd) : listener.refuse(asked, EFAULT);
      case 'opened':
        return this.#giveFile(asked, answer);
      default:
        answer satisfies never;
    }
  }

  #giveFile(asked: WaitingCall, answer: Extract<SyscallAnswer, { readonly is: 'opened' }>): void {
    const { libc, listener } = this.#tools;
    const { file, fd, cloexec } = answer;
    const given =
      fd === undefined
        ? listener.give(asked, file, cloexec)
        : listener.replace(asked, fd, file, cloexec);
    libc.close(file);
    if (given < 0) listener.refuse(asked, -given);
    else if (fd !== undefined) listener.answer(asked, fd);
  }

  #write({ tid }: WaitingCall, writes: readonly Write[] = []): boolean {
    const { memories } = this.#tools;
    return writes.every(({ address, bytes }) => memories.write(tid, address, bytes));
  }
}

/** Whether the new fd of a call stands for something that ends with it. */
function opensObject({ name }: AskedCall): boolean {
  return name !== 'open_cgroup';
}
