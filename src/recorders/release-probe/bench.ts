/** What a probe works on: a kernel that it makes calls on, with names that no other probe uses. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Call, Calls } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { EffectOf } from '../../domain/effect.ts';
import type { AttachFlagName } from '../../domain/flags.ts';
import { isRefusal, type Success } from '../../domain/outcome.ts';
import { BOOT_PID } from '../../domain/release/config.ts';

/** A kernel that answers calls: the one that runs here, or the model. */
export interface ProbedKernel {
  perform(pid: number, call: Call): Promise<Decision>;
}

/** Why a switch could not be read off this kernel. */
export class NotMeasured extends Error {}

export const EGRESS = 'cgroup_inet_egress' satisfies AttachType;
/** An fd that nobody has open. */
export const CLOSED_FD = 1_000_000;

export class ProbeBench {
  readonly #kernel: ProbedKernel;
  #made = 0;

  constructor(kernel: ProbedKernel) {
    this.#kernel = kernel;
  }

  /** `ok`, or the errno. */
  async ask(call: Call, pid = BOOT_PID): Promise<string> {
    const { outcome } = await this.#kernel.perform(pid, call);
    return isRefusal(outcome) ? outcome.errno : 'ok';
  }

  /**
   * Makes a call without which the probe cannot go on.
   *
   * @throws NotMeasured when the kernel refuses it
   */
  async does(call: Call, pid = BOOT_PID): Promise<Success & Pick<Decision, 'effects'>> {
    const { outcome, effects } = await this.#kernel.perform(pid, call);
    if (isRefusal(outcome)) throw new NotMeasured(`${call.name} is refused with ${outcome.errno}`);
    return { ...outcome, effects };
  }

  /** The path of a new cgroup below the root. */
  async cgroup(): Promise<string> {
    const path = `/probe${this.#made++}`;
    await this.does({ name: 'mkdir', path });
    return path;
  }

  /** The path of a name on the bpffs that is free. */
  pin(): string {
    return `/probe${this.#made++}`;
  }

  /** The fd of a new program; of cgroup_skb, unless said otherwise. */
  async prog(load: Partial<Calls['prog_load']> = {}): Promise<number> {
    const egress = { prog_type: 'cgroup_skb', expected_attach_type: EGRESS } as const;
    return (await this.does({ name: 'prog_load', ...egress, ...load })).ret;
  }

  async attach(path: string, fd: number, flags: readonly AttachFlagName[]): Promise<string> {
    const place = { target_path: path, attach_type: EGRESS } as const;
    return this.ask({ name: 'prog_attach', ...place, attach_bpf_fd: fd, flags });
  }

  /** A new link of the program: its fd and its id. */
  async link(path: string, prog_fd: number): Promise<{ readonly fd: number; readonly id: number }> {
    const place = { target_path: path, attach_type: EGRESS } as const;
    const { ret, effects } = await this.does({ name: 'link_create', ...place, prog_fd });
    const made = effects.find((one): one is EffectOf<'LinkCreated'> => one.type === 'LinkCreated');
    if (made === undefined) throw new NotMeasured('the kernel does not show the id of a link');
    return { fd: ret, id: made.link_id };
  }

  /** A process with these capabilities alone; it has the fds of the first one. */
  async caller(caps: Calls['capset']['caps']): Promise<number> {
    const { ret: pid } = await this.does({ name: 'fork' });
    await this.does({ name: 'capset', caps }, pid);
    return pid;
  }
}
