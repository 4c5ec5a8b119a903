/**
 * The first pass: what the second one has to know beforehand. Which ids objects have, which fds old
 * straces hide, which processes ever touch anything, and who takes an fd that is sent.
 */
import type { Kernel } from '../../domain/kernel.ts';
import { type CallDeed, type Deed, isCall, isOfEveryProcess } from './deed.ts';
import { factOf } from './fd-facts.ts';
import { ownNumber } from './identities.ts';
import { holdsAny, isAboutHeld, openOn, strangerIn } from './open-on.ts';
import { ArrivedFds, PassedFds } from './passed-fds.ts';
import type { Mounts } from './paths.ts';
import type { TracedProcess } from './processes.ts';
import { UMOUNT_BITS } from './uapi.ts';
import { Worlds } from './worlds.ts';

const { MNT_DETACH = 0 } = UMOUNT_BITS;

export class Survey {
  readonly worlds: Worlds;
  readonly passed = new PassedFds();
  /** Serial numbers of processes that touch something of the ledger, or whose descendants do. */
  readonly concerned = new Set<number>();
  /** Whether a bpffs was unmounted that open directories may keep: of no other these are told. */
  detaches = false;
  /** Who opened such directories, and touches nothing else as far as is known. */
  readonly #openers = new Map<number, TracedProcess>();
  readonly #mounts: Mounts;
  readonly #startedAt: number;
  readonly #arrived = new ArrivedFds();

  /** @param kernel the state of the host when the recording begins; it is changed */
  constructor(kernel: Kernel, { mounts, startedAt }: { mounts: Mounts; startedAt: number }) {
    this.worlds = new Worlds(kernel, mounts);
    this.#mounts = mounts;
    this.#startedAt = startedAt;
  }

  take(deed: Deed): void {
    const { what } = deed;
    if ('send' in what) this.#send(deed, what.send);
    else if (isCall(deed) && deed.what.call.name === 'recv_fd') this.#receive(deed);
    else if ('sighting' in what) {
      this.#concern(deed.process);
      this.worlds.see({ pid: deed.process.pid, done: what.sighting });
    } else if (isCall(deed) && isAboutHeld(this.worlds.kernel, deed)) this.#follow(deed);
  }

  #follow(deed: CallDeed): void {
    const { process, child } = deed;
    const { call } = deed.what;
    if (call.name === 'umount' && ((call.flags ?? 0) & MNT_DETACH) !== 0) this.detaches = true;
    if (call.name === 'open_other') this.#openers.set(process.serial, process);
    else if (!isOfEveryProcess(deed)) this.#concern(process);
    if (child !== undefined && holdsAny(this.worlds.kernel, process.pid)) this.#concern(child);
    const stranger = strangerIn(this.worlds.kernel, deed);
    if (stranger !== undefined) {
      this.worlds.see({ pid: stranger, done: { name: 'found', process: {} } });
    }
    this.worlds.follow(deed, ownNumber(this.#startedAt, deed.ordinal));
  }

  /** The recording ends. */
  end(): void {
    this.worlds.end();
    if (this.detaches) for (const process of this.#openers.values()) this.#concern(process);
  }

  #concern(process: TracedProcess): void {
    for (let at: TracedProcess | undefined = process; at !== undefined; at = at.parent) {
      if (this.concerned.has(at.serial)) return;
      this.concerned.add(at.serial);
    }
  }

  /** Until it is known who takes them, they wait with the sender: what they hold stays. */
  #send({ line, process }: Deed, fds: readonly number[]): void {
    const { pid } = process;
    for (const [index, fd] of fds.entries()) {
      const open = openOn(this.worlds.kernel, pid, fd);
      if (open === undefined) continue;
      this.#concern(process);
      this.passed.send({ line, index, sender: pid, ...open });
      const call = { name: 'send_fd', fd, to_pid: pid } as const;
      this.worlds.see({ pid, done: { call, outcome: { ret: 0 } } });
    }
  }

  #receive({ line, process, outcome, paths }: CallDeed): void {
    if (!('ret' in outcome)) return;
    const fd = outcome.ret;
    const key = this.#arrived.next(line);
    const path = paths.get(fd);
    const kind = path === undefined ? undefined : factOf(path, this.#mounts).kind;
    if (kind === 'other' || kind === 'bpffs') return;
    const taken = this.passed.take(kind, process, key);
    if (taken === undefined) return;
    this.#concern(process);
    const sighting = { name: 'found', fd: { fd, kind: taken.kind, id: taken.id } } as const;
    this.worlds.see({ pid: process.pid, done: sighting });
  }
}
