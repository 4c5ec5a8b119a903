/**
 * Labels: golden files name processes, fds and objects by labels that are never reused; a machine
 * knows numbers. The book keeps which is which (golden README, "Labels").
 */
import type { Effect, EffectOf } from '../../domain/effect.ts';
import type { IdKind } from '../../domain/ids.ts';
import { BOOT_PID } from '../../domain/release/config.ts';

/** Stands for a label that is not open: a number that no process of a scenario gets to. */
const NO_FD = 1_000_000;
/** Stands for an object that never was: an id that is never given out. */
const NO_ID = 2_147_000_000;
/** Ids start here, so that no id is the number of an open fd. */
export const FIRST_ID = 5001;

interface LabelledFd {
  readonly fd: number;
  readonly cloexec: boolean;
}

export class LabelBook {
  readonly #pids = new Map<string, number>();
  readonly #fds = new Map<string, Map<string, LabelledFd>>();
  readonly #objects = new Map<string, string>();
  readonly #ids = new Map<string, { readonly kind: IdKind; readonly id: number }>();
  readonly #paths = new Map<number, string>();
  /** The last cgroup of a path, also when it is gone. */
  readonly #lastCgroup = new Map<string, number>();

  constructor(rootCgroupId: number) {
    this.#paths.set(rootCgroupId, '/');
    this.#lastCgroup.set('/', rootCgroupId);
  }

  pid(process: unknown): number {
    if (process === undefined) return BOOT_PID;
    const pid = this.#pids.get(String(process));
    if (pid === undefined) throw new Error(`no process ${String(process)}`);
    return pid;
  }

  /** Every process label so far, those of ended processes included. */
  processes(): Iterable<string> {
    return this.#pids.keys();
  }

  /** The fds of a process that have labels. */
  fdsOf(process: string): ReadonlyMap<string, LabelledFd> {
    return this.#fds.get(process) ?? new Map();
  }

  /** @param shares whether the parent's fd table is the child's too (CLONE_FILES) */
  addProcess(label: unknown, pid: number, parent?: unknown, shares = false): void {
    this.#pids.set(String(label), pid);
    const inherited = parent === undefined ? undefined : this.#fds.get(String(parent));
    this.#fds.set(String(label), shares && inherited ? inherited : new Map(inherited));
  }

  /** The process has a table of its own from now on. */
  unshare(process: unknown): void {
    this.#fds.set(String(process), new Map(this.#fds.get(String(process))));
  }

  /** Whether exec closes the fds of a range from now on. */
  mark(process: unknown, range: { first: number; last: number }, cloexec: boolean): void {
    const fds = this.#fds.get(String(process));
    for (const [label, { fd }] of fds ?? []) {
      if (fd >= range.first && fd <= range.last) fds?.set(label, { fd, cloexec });
    }
  }

  /** The number for an fd field: a label, a raw number, or nothing (fd 0). */
  fd(process: unknown, field: unknown): number | undefined {
    if (field === null || field === undefined) return undefined;
    if (typeof field === 'number') return field;
    return this.#fds.get(String(process))?.get(String(field))?.fd ?? NO_FD;
  }

  nameFd(process: unknown, label: unknown, fd: number, cloexec: boolean): void {
    const fds = this.#fds.get(String(process));
    if (fds === undefined || label === undefined) return;
    for (const [other, named] of fds) if (named.fd === fd) fds.delete(other);
    fds.set(String(label), { fd, cloexec });
  }

  /** Whether a label's fd goes at exec. */
  isCloexec(process: unknown, label: unknown): boolean {
    return this.#fds.get(String(process))?.get(String(label))?.cloexec ?? false;
  }

  forgetFd(process: unknown, fd: number): void {
    this.forgetFds(process, { first: fd, last: fd });
  }

  forgetFds(process: unknown, { first, last }: { first: number; last: number }): void {
    const fds = this.#fds.get(String(process));
    for (const [label, { fd }] of fds ?? []) if (fd >= first && fd <= last) fds?.delete(label);
  }

  exec(process: unknown): void {
    this.unshare(process);
    const fds = this.#fds.get(String(process));
    for (const [label, { cloexec }] of fds ?? []) if (cloexec) fds?.delete(label);
  }

  /** Learns labels of new objects and paths of new cgroups. */
  learn(effects: readonly Effect[], label: unknown): void {
    for (const effect of effects) {
      if (effect.type === 'ProgLoaded') this.#nameObject('prog', effect.prog_id, label);
      else if (effect.type === 'LinkCreated') this.#nameObject('link', effect.link_id, label);
      else if (effect.type === 'MapCreated') this.#nameObject('map', effect.map_id, label);
      else if (effect.type === 'FdOpened') this.#learnBtf(effect, label);
      else if (effect.type === 'CgroupMade') {
        this.#paths.set(effect.cgroup_id, effect.path);
        this.#lastCgroup.set(effect.path, effect.cgroup_id);
      }
    }
  }

  /** BTF has the label of its first fd. */
  #learnBtf({ kind, id }: EffectOf<'FdOpened'>, label: unknown): void {
    if (kind !== 'btf' || id === 0 || this.#objects.has(`btf ${id}`)) return;
    this.#nameObject('btf', id, label);
  }

  #nameObject(kind: IdKind, id: number, label: unknown): void {
    this.#objects.set(`${kind} ${id}`, String(label));
    this.#ids.set(String(label), { kind, id });
  }

  labelOf(kind: IdKind, id: number): string {
    return this.#objects.get(`${kind} ${id}`) ?? `unlabelled ${kind} ${id}`;
  }

  /** The id for an object label of a kind, or a raw number. */
  id(kind: IdKind, field: unknown): number {
    if (typeof field === 'number') return field;
    const known = this.#ids.get(String(field));
    return known?.kind === kind ? known.id : NO_ID;
  }

  /** The labels of all objects of a kind that ever were, oldest first. */
  objectsOf(kind: IdKind): string[] {
    const labels: string[] = [];
    for (const [label, object] of this.#ids) if (object.kind === kind) labels.push(label);
    return labels;
  }

  /** The path of a cgroup; null for none. */
  path(cgroupId: number): string | null {
    return this.#paths.get(cgroupId) ?? null;
  }

  cgroupId(path: unknown): number {
    return this.#lastCgroup.get(String(path)) ?? NO_ID;
  }
}
