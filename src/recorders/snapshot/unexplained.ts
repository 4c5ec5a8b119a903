/**
 * What a log cannot explain of a snapshot: sightings that, recorded after it, make its state that
 * of the snapshot. What ended goes first, from those who held to what was held, then what is new.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Gone, SightingLine } from '../../domain/observed/sighting.ts';
import { parentPath } from '../../domain/path.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { commonOrder } from './common-order.ts';
import type { LoggedHolders, LoggedState } from './logged-state.ts';
import {
  type Attached,
  foundSighting,
  indexSnapshot,
  listKey,
  type SnapshotIndex,
} from './seen.ts';
import { type KernelSnapshot, THINGS, type Thing } from './snapshot.ts';

/**
 * The sightings that lead from the state of a log to a snapshot; none when the log has it all.
 * What a snapshot cannot see (modes of pins, contents of maps, order of what is not in lists) is
 * not compared. What elements of maps held in the log goes or stays by what nobody sees, so there the
 * next snapshot may tell of more.
 */
export function listUnexplained(log: LoggedState, snapshot: KernelSnapshot): SightingLine[] {
  return new SnapshotComparison(log, snapshot).lines();
}

/** An object, for the books of what stays held: `prog 5`. */
type Key = string;

class SnapshotComparison {
  private readonly log: LoggedState;
  private readonly snapshot: KernelSnapshot;
  private readonly seen: SnapshotIndex;
  private readonly gone: SightingLine[] = [];
  /** Cgroups of the log that stay, by path. */
  private readonly cgroups = new Map<string, number>();
  private readonly paths = new Map<number, string>();
  /** Objects that something of the log held, and those that something holds that stays. */
  private readonly held = new Set<Key>();
  private readonly staying = new Set<Key>();
  /** Objects that a message holds that nobody has received yet, and whose receiver stays. */
  private readonly inFlight = new Set<Key>();
  /** Links that stay. */
  private readonly links = new Map<number, LoggedState['links'][number]>();
  /** Places of lists that stay, by list. */
  private readonly attached = new Map<string, ReadonlySet<string>>();
  private readonly pins = new Set<string>();
  private readonly fds = new Set<string>();

  constructor(log: LoggedState, snapshot: KernelSnapshot) {
    this.log = log;
    this.snapshot = snapshot;
    this.seen = indexSnapshot(snapshot);
  }

  lines(): SightingLine[] {
    this.compareCgroups();
    const renewed = this.compareLists();
    this.compareLinks(renewed);
    this.comparePins();
    this.compareProcesses();
    this.dropLinks();
    this.compareObjects();
    const found = this.snapshot.lines.filter((line) => !this.explains(line));
    return [...this.gone, ...found];
  }

  private covers(thing: Thing): boolean {
    return this.snapshot.covers.includes(thing);
  }

  private isListed(hook: AttachType): boolean {
    return this.covers('entry') && this.snapshot.unlisted?.includes(hook) !== true;
  }

  private end(gone: Gone, pid?: number): void {
    this.gone.push({ call: gone, ...(pid !== undefined && { pid }) });
  }

  /** @param stays whether the holder does */
  private holds(stays: boolean, key: Key): void {
    this.held.add(key);
    if (stays) this.staying.add(key);
  }

  /** What is below a cgroup that is gone goes with it. */
  private compareCgroups(): void {
    const { cgroups } = this.seen;
    for (const { path, cgroup_id } of this.log.cgroups) {
      this.paths.set(cgroup_id, path);
      const stays = cgroups.has(path) && (cgroups.get(path) ?? cgroup_id) === cgroup_id;
      if (path === '/' || stays || !this.covers('cgroup')) this.cgroups.set(path, cgroup_id);
    }
    for (const { path } of this.log.cgroups) {
      if (this.cgroups.has(path) || !this.cgroups.has(parentPath(path))) continue;
      this.end({ name: 'gone', cgroup: { path } });
    }
  }

  /** @returns links that stand elsewhere in their lists: each goes, and comes again */
  private compareLists(): ReadonlySet<number> {
    const renewed = new Set<number>();
    for (const { path, attached } of this.log.cgroups) {
      if (!this.cgroups.has(path)) continue;
      for (const { attach_type, mode, entries } of attached) {
        const list = listKey(path, attach_type);
        const now = this.seen.lists.get(list) ?? [];
        const was = entries.map((entry) => loggedKey(entry, mode));
        const isSame = sameList(entries, mode, now) || !this.isListed(attach_type);
        const common = new Set(isSame ? was : commonOrder(was, now.map(attachedKey)));
        this.attached.set(list, common);
        for (const entry of entries) {
          const { prog_id, link_id } = entry;
          const stays = common.has(loggedKey(entry, mode));
          if (link_id !== undefined) {
            if (!stays) renewed.add(link_id);
            continue;
          }
          this.holds(stays, `prog ${prog_id}`);
          if (!stays) this.end({ name: 'gone', entry: { cgroup: path, attach_type, prog_id } });
        }
      }
    }
    return renewed;
  }

  private compareLinks(renewed: ReadonlySet<number>): void {
    for (const link of this.log.links) {
      const { link_id, attach_type } = link;
      const seen = this.seen.links.get(link_id);
      const path = this.paths.get(link.cgroup_id);
      const cgroup = path !== undefined && this.cgroups.has(path) ? path : undefined;
      // A link that is in no list cannot be updated: with another program it is found anew.
      const isUpdatable = cgroup !== undefined || seen?.prog_id === link.prog_id;
      const isSame = seen?.attach_type === attach_type && seen.cgroup === cgroup && isUpdatable;
      const stays = !this.covers('link') || (isSame && !renewed.has(link_id));
      if (stays) this.links.set(link_id, link);
      else this.end({ name: 'gone', link: { id: link_id } });
    }
  }

  private comparePins(): void {
    for (const { path, kind, object_id } of this.log.bpffs) {
      const now = this.seen.pins.get(path);
      // Nobody who looks tells symlinks; one is gone where something else has its name.
      if (path === '/' || (kind === 'symlink' && now === undefined)) continue;
      const isSame = now?.kind === kind && (kind === 'dir' || now.id === object_id);
      const isUntold = now === undefined && !this.covers('pin');
      const stays = kind !== 'symlink' && (isSame || isUntold) && this.isStill(kind, object_id);
      this.holds(stays, `${kind} ${object_id}`);
      if (stays) this.pins.add(path);
      // A directory takes what is below it along.
      else if (parentPath(path) === '/' || this.pins.has(parentPath(path))) {
        this.end({ name: 'gone', pin: { path } });
      }
    }
  }

  private compareProcesses(): void {
    const ended = this.endedProcesses();
    this.compareMessages(ended);
    for (const { pid, fds } of this.log.processes) {
      const isGone = ended.has(pid);
      const now = this.seen.fds.get(pid);
      if (isGone) this.end({ name: 'gone', process: {} }, pid);
      for (const { fd, kind, id, cloexec } of fds) {
        // A snapshot sees no fds of cgroups that are removed.
        if (kind === 'other' || kind === 'btf' || (kind === 'cgroup' && !this.paths.has(id)))
          continue;
        const open = now?.get(fd);
        const isSame = !isGone && open?.kind === kind && open.id === id && this.isStill(kind, id);
        const stays = isSame || !this.covers('fd');
        this.holds(stays, `${kind} ${id}`);
        if (stays && (open?.cloexec ?? cloexec) === cloexec) this.fds.add(`${pid} ${fd}`);
        else if (!stays && !isGone) this.end({ name: 'gone', fd: { fd } }, pid);
      }
    }
  }

  private endedProcesses(): ReadonlySet<number> {
    const { pids } = this.snapshot;
    if (pids === undefined) return new Set();
    const alive = new Set(pids).add(BOOT_PID);
    return new Set(this.log.processes.map(({ pid }) => pid).filter((pid) => !alive.has(pid)));
  }

  /** No snapshot sees a message; one that nobody has received goes with its receiver. */
  private compareMessages(ended: ReadonlySet<number>): void {
    const compare = (key: Key, { in_flight_to }: LoggedHolders) => {
      for (const pid of in_flight_to) {
        const stays = !ended.has(pid);
        this.holds(stays, key);
        if (stays) this.inFlight.add(key);
      }
    };
    const { programs, maps, links } = this.log;
    for (const { prog_id, held_by } of programs) compare(`prog ${prog_id}`, held_by);
    for (const { map_id, held_by } of maps) compare(`map ${map_id}`, held_by);
    for (const { link_id, held_by } of links) compare(`link ${link_id}`, held_by);
  }

  /** A link goes with its last holder, too, and comes again when others hold it now. */
  private dropLinks(): void {
    for (const { link_id, prog_id } of this.log.links) {
      const key = `link ${link_id}`;
      if (this.held.has(key) && !this.staying.has(key)) this.links.delete(link_id);
      this.holds(this.links.has(link_id), `prog ${prog_id}`);
    }
  }

  /** Whether what a holder holds is not gone by the lines before. */
  private isStill(kind: string, id: number): boolean {
    return kind !== 'link' || this.links.has(id);
  }

  /** Objects go with their last holder; those whose holders nobody saw are told of. */
  private compareObjects(): void {
    const seesHolders = THINGS.every((thing) => this.covers(thing));
    for (const { prog_id, map_ids } of this.log.programs) {
      for (const id of map_ids) this.holds(this.seen.progs.has(prog_id), `map ${id}`);
    }
    const end = (kind: 'prog' | 'map', id: number, refs: number) => {
      const now = kind === 'prog' ? this.seen.progs : this.seen.maps;
      if (!this.covers(kind) || now.has(id)) return;
      const key = `${kind} ${id}`;
      const isSeen = this.held.has(key) && !this.inFlight.has(key);
      if (refs > 0 && isSeen && (seesHolders || !this.staying.has(key))) return;
      if (kind === 'prog') this.end({ name: 'gone', prog: { id } });
      else this.end({ name: 'gone', map: { id } });
    };
    for (const program of this.log.programs) end('prog', program.prog_id, program.refs);
    for (const map of this.log.maps) end('map', map.map_id, map.refs);
  }

  /** Whether what was found is what the log has once all that is gone is recorded. */
  private explains(line: SightingLine): boolean {
    const found = foundSighting(line);
    if (found === undefined) return false;
    if ('cgroup' in found) return this.cgroups.has(found.cgroup.path);
    if ('prog' in found) return this.isLogged('prog', found.prog.id);
    if ('map' in found) return this.isLogged('map', found.map.id);
    if ('link' in found) return this.links.get(found.link.id)?.prog_id === found.link.prog_id;
    if ('pin' in found) return this.pins.has(found.pin.path);
    if ('fd' in found) return this.fds.has(`${line.pid ?? BOOT_PID} ${found.fd.fd}`);
    if ('process' in found) return this.hasProcess(line.pid ?? BOOT_PID, found.process.cgroup);
    const { cgroup, attach_type } = found.entry;
    return this.attached.get(listKey(cgroup, attach_type))?.has(attachedKey(found)) === true;
  }

  private hasProcess(pid: number, cgroup: string | undefined): boolean {
    const process = this.log.processes.find((one) => one.pid === pid);
    return process !== undefined && (cgroup ?? '') === (this.paths.get(process.cgroup_id) ?? '');
  }

  /** In the log, and not freed by the lines before: with the last holder that it knew of. */
  private isLogged(kind: 'prog' | 'map', id: number): boolean {
    const isThere =
      kind === 'prog'
        ? this.log.programs.some(({ prog_id }) => prog_id === id)
        : this.log.maps.some(({ map_id }) => map_id === id);
    const key = `${kind} ${id}`;
    return isThere && (this.staying.has(key) || !this.held.has(key));
  }
}

function loggedKey(entry: { readonly prog_id: number; readonly link_id?: number }, mode: string) {
  return entry.link_id === undefined ? `prog ${entry.prog_id} ${mode}` : `link ${entry.link_id}`;
}

function attachedKey(attached: Attached): string {
  return 'link' in attached
    ? `link ${attached.link.id}`
    : `prog ${attached.entry.prog_id} ${attached.entry.mode}`;
}

/**
 * Whether a list is as it was. A query tells programs, not links: where a program stands in a list
 * more than once, only the log knows which place is whose.
 */
function sameList(
  was: readonly { readonly prog_id: number; readonly link_id?: number }[],
  mode: string,
  now: readonly Attached[],
): boolean {
  const progs = now.map((one) => ('link' in one ? one.link.prog_id : one.entry.prog_id));
  const keys = new Set(now.map(attachedKey));
  return (
    was.length === now.length &&
    was.every((entry, i) => entry.prog_id === progs[i] && keys.has(loggedKey(entry, mode)))
  );
}
