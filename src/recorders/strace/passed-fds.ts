/**
 * Fds that travel over sockets. Who takes a message is known when it is taken, which is later than
 * when the sender's own fd may be closed: the first pass finds the receivers, the second tells of
 * them.
 */
import type { ObjectKind } from '../../domain/effect.ts';

/** An fd in a message that was sent and not received yet. */
export interface InFlight {
  readonly line: number;
  readonly index: number;
  readonly sender: number;
  readonly kind: ObjectKind | 'cgroup';
  readonly id: number;
}

/** Fds under way that are remembered. */
const IN_FLIGHT_MAX = 10_000;

/** Names one fd of one message, by the line. */
export function messageKey(line: number, index: number): string {
  return `${line} ${index}`;
}

/** Names the fds of messages as they arrive, in order: each pass over a recording has one of these. */
export class ArrivedFds {
  #line = 0;
  #index = 0;

  /** The key of the next fd that a line tells to have arrived. */
  next(line: number): string {
    this.#index = line === this.#line ? this.#index + 1 : 0;
    this.#line = line;
    return messageKey(line, this.#index);
  }
}

export class PassedFds {
  #underWay: InFlight[] = [];
  /** Pid of the receiver, by the key of what was sent. */
  readonly receivers = new Map<string, { readonly pid: number; readonly firstLine: number }>();
  /** Keys of what was received of what was sent. */
  readonly received = new Set<string>();

  send(fd: InFlight): void {
    this.#underWay.push(fd);
    if (this.#underWay.length > IN_FLIGHT_MAX) this.#underWay.shift();
  }

  /**
   * The oldest that is under way, of a kind where that is known.
   *
   * @param at where it arrived
   */
  take(
    kind: string | undefined,
    receiver: { readonly pid: number; readonly firstLine: number },
    at: string,
  ): InFlight | undefined {
    const index = this.#underWay.findIndex(
      (fd) => (kind === undefined || fd.kind === kind) && fd.sender !== receiver.pid,
    );
    const [fd] = index < 0 ? [] : this.#underWay.splice(index, 1);
    // Nobody can send to a process that begins later.
    if (fd === undefined || receiver.firstLine > fd.line) return fd;
    this.receivers.set(messageKey(fd.line, fd.index), receiver);
    this.received.add(at);
    return fd;
  }
}
