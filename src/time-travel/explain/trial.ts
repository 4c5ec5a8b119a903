/** Tries the change of an advice: its calls are decided by the kernel's own rules. */

import type { AttachType } from '../../domain/attach-type.ts';
import type { Call } from '../../domain/call.ts';
import { cgroupAt, effectiveArray } from '../../domain/effective.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { AttachFlagName } from '../../domain/flags.ts';
import { type Entry, type Kernel, layerOn } from '../../domain/kernel.ts';
import { progIdOf } from '../../domain/list.ts';
import { nextObjectId } from '../../domain/next-id.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { parentPath } from '../../domain/path.ts';
import { perform } from '../../domain/perform.ts';
import { BOOT_PID } from '../../domain/release/config.ts';

/** An entry, and the cgroup that it is attached to. */
export interface PathEntry {
  readonly path: string;
  readonly entry: Entry;
}

/** The kernel refuses a call of a change, so the change cannot be advice. */
export class TrialRefused extends Error {}

/** A new process of root that makes the calls of a change, on a layer of the state. */
export class Trial {
  readonly #world: Kernel;
  readonly #attach_type: AttachType;
  readonly #pid: number;
  /** The program that shall run: an id, and an fd of it. */
  #program = { id: 0, fd: -1 };

  constructor(kernel: Kernel, attach_type: AttachType) {
    this.#world = layerOn(kernel);
    this.#attach_type = attach_type;
    this.#pid = this.#call({ name: 'spawn', comm: 'advice' }, BOOT_PID);
  }

  runsOn(path: string): boolean {
    const cgroup = cgroupAt(this.#world, path);
    if (cgroup === undefined) return false;
    const slots = effectiveArray(this.#world, cgroup, this.#attach_type);
    return slots.some(({ prog_id }) => prog_id === this.#program.id);
  }

  /** Takes an fd of the program; one that is gone is loaded again. */
  take(program: number): void {
    if (this.#world.programs.has(program)) {
      const fd = this.#call({ name: 'prog_get_fd_by_id', prog_id: program });
      this.#program = { id: program, fd };
      return;
    }
    const prog_type = cgroupProgType(this.#world.switches, this.#attach_type);
    if (prog_type === undefined) throw new TrialRefused();
    const expected_attach_type = this.#attach_type;
    const id = nextObjectId(this.#world, 'prog');
    const fd = this.#call({ name: 'prog_load', prog_type, expected_attach_type });
    this.#program = { id, fd };
  }

  attach(target_path: string, flags: readonly AttachFlagName[]): void {
    const place = { target_path, attach_type: this.#attach_type };
    this.#call({ name: 'prog_attach', ...place, attach_bpf_fd: this.#program.fd, flags });
  }

  link(target_path: string): void {
    const place = { target_path, attach_type: this.#attach_type };
    this.#call({ name: 'link_create', ...place, prog_fd: this.#program.fd });
  }

  updateLink(link_id: number): void {
    const link_fd = this.#call({ name: 'link_get_fd_by_id', link_id });
    this.#call({ name: 'link_update', link_fd, new_prog_fd: this.#program.fd });
  }

  takeOff(places: readonly PathEntry[]): void {
    for (const { path: target_path, entry } of places) {
      if ('link_id' in entry) {
        const link_fd = this.#call({ name: 'link_get_fd_by_id', link_id: entry.link_id });
        this.#call({ name: 'link_detach', link_fd });
        continue;
      }
      const prog_id = progIdOf(this.#world, entry);
      const attach_bpf_fd = this.#call({ name: 'prog_get_fd_by_id', prog_id });
      const attach_type = this.#attach_type;
      this.#call({ name: 'prog_detach', target_path, attach_type, attach_bpf_fd });
    }
  }

  makeCgroup(path: string): void {
    if (cgroupAt(this.#world, path) !== undefined) return;
    this.makeCgroup(parentPath(path));
    this.#call({ name: 'mkdir', path });
  }

  #call(call: Call, pid = this.#pid): number {
    const { outcome } = perform(this.#world, pid, call);
    if (isRefusal(outcome)) throw new TrialRefused();
    return outcome.ret;
  }
}
