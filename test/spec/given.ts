/**
 * given / when / then for the kernel model: a world is one booted kernel with labels for what a
 * spec talks about.
 *
 * A list is written as its mode and its entries in order: `multi a link(b) +c` is a list in multi
 * mode with program a, a link that runs b, and program c with the flag preorder.
 */

import { expect } from 'vitest';
import type { AttachType } from '../../src/domain/attach-type.ts';
import { boot } from '../../src/domain/boot.ts';
import type { Call, Calls, MapKey } from '../../src/domain/call.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { effectiveArray } from '../../src/domain/effective.ts';
import type { AttachFlagName } from '../../src/domain/flags.ts';
import type { Cgroup, Kernel } from '../../src/domain/kernel.ts';
import { listOf, progIdOf } from '../../src/domain/list.ts';
import { isPrefix, prefixText } from '../../src/domain/maps/prefixes.ts';
import { isRefusal, type Outcome } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID, type BootConfig } from '../../src/domain/release/config.ts';

/** An fd number that no process of a world has open. */
export const CLOSED = 1_000_000;
const EGRESS = 'cgroup_inet_egress';

/** A kernel that just booted, with init alone. */
export function given(release = '6.18', config: Partial<BootConfig> = {}): World {
  return new World(release, config);
}

/** `ok`, or the errno. */
export function answerOf(outcome: Outcome): string {
  return isRefusal(outcome) ? outcome.errno : 'ok';
}

export class World {
  readonly kernel: Kernel;
  readonly #labels = new Map<string, number>();

  constructor(release: string, config: Partial<BootConfig>) {
    this.kernel = boot(release, config);
  }

  /** Makes a call and lets its effects happen. */
  when(call: Call, pid = BOOT_PID): Decision {
    return perform(this.kernel, pid, call);
  }

  /** As `when`, in words: `ok`, or the errno. */
  asks(call: Call, pid = BOOT_PID): string {
    return answerOf(this.when(call, pid).outcome);
  }

  /** Makes a call that must succeed; returns what the syscall returns. */
  does(call: Call, pid = BOOT_PID): number {
    const { outcome } = this.when(call, pid);
    if (isRefusal(outcome)) {
      throw new Error(`${call.name} was refused: ${outcome.errno} by ${outcome.rule}`);
    }
    return outcome.ret;
  }

  /** Gives a number (an fd, a pid) a name. */
  name(label: string, number: number): number {
    this.#labels.set(label, number);
    return number;
  }

  /** What was named. */
  at(label: string): number {
    const number = this.#labels.get(label);
    if (number === undefined) throw new Error(`nothing is named ${label}`);
    return number;
  }

  knows(label: string): boolean {
    return this.#labels.has(label);
  }

  cgroups(...paths: string[]): this {
    for (const path of paths) this.does({ name: 'mkdir', path });
    return this;
  }

  /** Opens a cgroup directory under its path as label. */
  open(path: string): number {
    return this.name(path, this.does({ name: 'open_cgroup', path }));
  }

  /** The fd of program `label`, loaded when it is first spoken of (cgroup_skb, egress). */
  prog(label: string, load: Partial<Calls['prog_load']> = {}): number {
    if (this.knows(label)) return this.at(label);
    const egress = { prog_type: 'cgroup_skb', expected_attach_type: EGRESS } as const;
    const call = { name: 'prog_load', prog_name: label, ...egress, ...load } as const;
    return this.name(label, this.does(call));
  }

  /** The fd of a new map under a label: cgroup storage unless said otherwise. */
  map(label: string, create: Partial<Calls['map_create']> = {}): number {
    const storage = { map_type: 'cgroup_storage', key_size: 16, value_size: 8 } as const;
    return this.name(label, this.does({ name: 'map_create', ...storage, ...create }));
  }

  attach(path: string, label: string, flags: readonly AttachFlagName[] = []): this {
    const place = { target_path: path, attach_type: EGRESS } as const;
    this.does({ name: 'prog_attach', ...place, attach_bpf_fd: this.prog(label), flags });
    return this;
  }

  /** The fd of a new link of program `label`; 0 as its flags means multi but in the v2 series. */
  link(path: string, label: string, flags: readonly AttachFlagName[] = []): number {
    const place = { target_path: path, attach_type: EGRESS } as const;
    return this.does({ name: 'link_create', ...place, prog_fd: this.prog(label), flags });
  }

  /** Puts a list at a cgroup, entry by entry; links are named `link(a)`. */
  has(path: string, list: string): this {
    const [mode, ...entries] = list.split(' ');
    const modeFlags: AttachFlagName[] = mode === 'none' ? [] : [mode as AttachFlagName];
    for (const entry of entries) {
      const [, plus, linked, label] = /^(\+?)(?:(link)\()?(\w+)\)?$/u.exec(entry) ?? [];
      if (label === undefined) throw new Error(`not an entry: ${entry}`);
      const preorder: AttachFlagName[] = plus === '' ? [] : ['preorder'];
      if (linked === undefined) {
        this.attach(path, label, [...modeFlags, ...preorder]);
      } else {
        const choosesMode = this.kernel.switches.link_flags_choose_mode;
        const fd = this.link(path, label, [...(choosesMode ? modeFlags : []), ...preorder]);
        this.name(`link(${label})`, fd);
      }
    }
    expect(this.list(path)).toBe(list);
    return this;
  }

  /** A cgroup's own list: `multi a link(b)`, or `empty`. */
  list(path: string, type: AttachType = EGRESS): string {
    const { mode, entries } = listOf(this.cgroup(path), type);
    if (entries.length === 0) return 'empty';
    const words = entries.map((entry) => {
      const label = this.#progName(progIdOf(this.kernel, entry));
      const held = 'link_id' in entry ? `link(${label})` : label;
      return entry.preorder ? `+${held}` : held;
    });
    return [mode, ...words].join(' ');
  }

  revision(path: string, type: AttachType = EGRESS): number {
    return listOf(this.cgroup(path), type).revision;
  }

  /** The programs that run on a cgroup, in order: `b a`. */
  effective(path: string, type: AttachType = EGRESS): string {
    const slots = effectiveArray(this.kernel, this.cgroup(path), type);
    return slots.map((slot) => this.#progName(slot.prog_id)).join(' ');
  }

  /** The names of the programs that exist, in the order in which they were loaded. */
  programs(): string[] {
    return [...this.kernel.programs.values()].map((program) => program.prog_name);
  }

  /** Links that exist: `a on /c`, or `a on nothing` once defunct. */
  links(): string[] {
    return [...this.kernel.links.values()].map((link) => {
      const path = this.kernel.cgroups.get(link.cgroup_id)?.path ?? 'nothing';
      return `${this.#progName(link.prog_id)} on ${path}`;
    });
  }

  /** A storage map's storages as the kernel lists them: `/c=7` of egress, newest first. */
  storages(label: string): string[] {
    const file = this.kernel.files.get(this.#process().fds.get(this.at(label))?.file ?? 0);
    const map = this.kernel.maps.get(file?.id ?? 0);
    if (map === undefined) throw new Error(`${label} is not a map`);
    return map.elements.map(({ key, value }) => {
      if (typeof key === 'number') return `${key}=${value}`;
      if (isPrefix(key)) return `${prefixText(key)}=${value}`;
      const path = this.kernel.cgroups.get(key.cgroup_id)?.path;
      const type = key.attach_type === undefined || key.attach_type === EGRESS;
      return `${path}${type ? '' : ` ${key.attach_type}`}=${value}`;
    });
  }

  /** The key of a cgroup's storage. */
  key(path: string, type: AttachType = EGRESS): MapKey {
    return { cgroup_id: this.cgroup(path).id, attach_type: type };
  }

  cgroup(path: string): Cgroup {
    const cgroup = this.kernel.cgroups.get(this.kernel.cgroupIds.get(path) ?? 0);
    if (cgroup === undefined) throw new Error(`there is no cgroup ${path}`);
    return cgroup;
  }

  /** The id of the object behind a named fd of init. */
  idOf(label: string): number {
    const file = this.kernel.files.get(this.#process().fds.get(this.at(label))?.file ?? 0);
    if (file === undefined) throw new Error(`${label} is not open`);
    return file.id;
  }

  #process() {
    const init = this.kernel.processes.get(BOOT_PID);
    if (init === undefined) throw new Error('init has exited');
    return init;
  }

  #progName(id: number): string {
    return this.kernel.programs.get(id)?.prog_name ?? `freed ${id}`;
  }
}
