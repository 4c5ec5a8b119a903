/**
 * What an event changed, as subjects: for each effect, everything whose row in the state reads
 * otherwise after it, reference counts and holders included.
 */
import type { Effect } from '../../domain/effect.ts';
import { namesOf } from '../../domain/evolve/pins.ts';
import type { Kernel, Process } from '../../domain/kernel.ts';
import { isWithin, parentPath } from '../../domain/path.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { type Subject, subject } from './subject.ts';

interface Scene {
  /** The state before the event. */
  readonly kernel: Kernel;
  readonly pid: number;
  readonly found: Set<Subject>;
}

/**
 * The subjects of an event.
 *
 * @param kernel the state right before the event
 */
export function subjectsOf(kernel: Kernel, { effects, pid }: LedgerEvent): Set<Subject> {
  const scene: Scene = { kernel, pid, found: new Set() };
  for (const effect of effects) collect(scene, effect);
  return scene.found;
}

function collect(scene: Scene, effect: Effect): void {
  switch (effect.type) {
    case 'ProcessSpawned':
    case 'ProcessForked':
    case 'ProcessExecuted':
    case 'FilesUnshared':
    case 'FsUnshared':
    case 'NamespaceEntered':
    case 'ProcessExited':
    case 'ProcessMoved':
    case 'CredentialsChanged':
    case 'NofileLimited':
    case 'MemlockLimited':
    case 'UmaskSet':
      return ofProcess(scene, effect);
    case 'FdOpened':
    case 'FdDuplicated':
    case 'FdCopied':
    case 'CloexecChanged':
    case 'FdClosed':
    case 'FdSent':
    case 'FdReceived':
    case 'FdLost':
      return ofFd(scene, effect);
    case 'LinkCreated':
    case 'LinkUpdated':
    case 'LinkSevered':
    case 'LinkFreed':
    case 'LinkReferenceLeaked':
      return ofLink(scene, effect);
    case 'PinCreated':
    case 'PinRemoved':
    case 'PinLinked':
    case 'PathMoved':
    case 'PathsExchanged':
    case 'OwnerChanged':
    case 'ModeChanged':
    case 'DirectoryMade':
    case 'DirectoryRemoved':
    case 'SymlinkMade':
    case 'SymlinkRemoved':
      return ofPath(scene, effect);
    case 'EntryInserted':
    case 'EntryReplaced':
    case 'EntryRemoved':
    case 'EffectiveSlotWritten':
      return ofList(scene, effect);
    case 'CgroupMade':
    case 'CgroupRemoved':
      return ofCgroup(scene, effect);
    case 'CgroupEmptied':
    case 'CgroupOwnerChanged':
    case 'CgroupModeChanged':
    case 'CgroupThreaded':
    case 'CgroupControllersSet':
      scene.found.add(subject.cgroup(effect.cgroup_id));
      return;
    case 'HoldersForgotten':
      return ofHolders(scene, effect);
    case 'ProgLoaded':
    case 'ProgFreed':
      return ofProgram(scene, effect);
    case 'MapCreated':
      if (effect.fd !== undefined) scene.found.add(subject.process(scene.pid));
      scene.found.add(subject.object('map', effect.map_id));
      return;
    case 'MapBound':
      scene.found.add(subject.object('prog', effect.prog_id));
      scene.found.add(subject.object('map', effect.map_id));
      return;
    case 'MapFrozen':
    case 'MapFreed':
    case 'MapOwned':
    case 'RoomMade':
    case 'StorageMade':
    case 'StorageRemoved':
      scene.found.add(subject.object('map', effect.map_id));
      return;
    case 'ElementUpdated':
    case 'ElementDeleted': {
      scene.found.add(subject.object('map', effect.map_id));
      const id = effect.type === 'ElementUpdated' ? effect.value : effect.id;
      if (effect.kind !== undefined) scene.found.add(subject.object(effect.kind, id ?? 0));
      return;
    }
    case 'BpffsMounted':
      scene.found.add(subject.path(effect.at));
      scene.found.add(subject.path(effect.root));
      return;
    case 'BpffsDelegated':
      scene.found.add(subject.path(effect.root));
      return;
    case 'BpffsUnmounted': {
      const { root } = scene.kernel.mounts.get(effect.mount_id) ?? {};
      if (root !== undefined) scene.found.add(subject.path(root));
      return;
    }
    case 'NamespaceMade':
      if (effect.cgroup_id !== undefined) scene.found.add(subject.cgroup(effect.cgroup_id));
      return;
    // A boot changes everything, and a burned id changes nothing that a state shows.
    case 'Booted':
    case 'SysctlSet':
    case 'ProgIdBurned':
    case 'LinkIdBurned':
    case 'MapIdBurned':
    case 'BtfIdBurned':
      return;
    default:
      effect satisfies never;
  }
}

type Of<T extends Effect['type']> = Extract<Effect, { type: T }>;

function ofProcess(
  scene: Scene,
  effect: Of<
    | (`Process${string}` & Effect['type'])
    | 'FilesUnshared'
    | 'FsUnshared'
    | 'NamespaceEntered'
    | 'CredentialsChanged'
    | 'NofileLimited'
    | 'MemlockLimited'
    | 'UmaskSet'
  >,
): void {
  const { kernel, pid: by, found } = scene;
  const named = 'pid' in effect ? effect.pid : undefined;
  const { type } = effect;
  const ofAnother =
    type === 'ProcessMoved' || type === 'ProcessExited' || type === 'NamespaceEntered';
  const process = kernel.processes.get(ofAnother ? (named ?? by) : by);
  found.add(subject.process(named ?? by));
  if (effect.type === 'ProcessExecuted') found.add(subject.process(by));
  ofSharers(scene, process);
  if (effect.type === 'ProcessMoved') found.add(subject.cgroup(effect.cgroup_id));
  const leaves = effect.type === 'ProcessMoved' || effect.type === 'ProcessExited';
  if (process !== undefined && (leaves || effect.type === 'ProcessForked')) {
    found.add(subject.cgroup(process.cgroup_id));
  }
  const exits = effect.type === 'ProcessExited';
  const sharesAll = exits || type === 'ProcessForked' || type === 'FilesUnshared';
  for (const { file, cloexec } of process?.fds.values() ?? []) {
    if (sharesAll || (effect.type === 'ProcessExecuted' && cloexec)) ofFile(scene, file);
  }
  if (exits) for (const file of process?.mailbox ?? []) ofFile(scene, file);
}

function ofFd(scene: Scene, effect: Of<(`Fd${string}` & Effect['type']) | 'CloexecChanged'>): void {
  const { kernel, pid, found } = scene;
  const process = kernel.processes.get(pid);
  found.add(subject.process(pid));
  if (effect.type !== 'FdSent') ofSharers(scene, process);
  if (effect.type === 'FdSent') found.add(subject.process(effect.to_pid));
  if (effect.type === 'FdCopied') {
    const from = kernel.processes.get(effect.from_pid)?.fds.get(effect.from_fd);
    if (from !== undefined) ofFile(scene, from.file);
    return;
  }
  if (effect.type === 'FdOpened') return ofObject(scene, effect.kind, effect.id);
  const waiting = effect.type === 'FdReceived' || effect.type === 'FdLost';
  const file = waiting ? process?.mailbox[0] : process?.fds.get(effect.fd)?.file;
  if (file !== undefined) ofFile(scene, file);
}

/** Who has the same fd table sees what changes in it. */
function ofSharers({ found }: Scene, process: Process | undefined): void {
  for (const pid of process?.shared_with ?? []) found.add(subject.process(pid));
}

/** An open file description gains or loses a user, and so its object a holder. */
function ofFile(scene: Scene, number: number): void {
  const file = scene.kernel.files.get(number);
  if (file === undefined) return;
  scene.found.add(subject.file(number));
  ofObject(scene, file.kind, file.id);
}

/** Every description that is open on the object loses it. */
function ofHolders(scene: Scene, { kind, id }: Of<'HoldersForgotten'>): void {
  scene.found.add(subject.object(kind, id));
  for (const [number, file] of scene.kernel.files.entries()) {
    if (file.kind === kind && file.id === id) scene.found.add(subject.file(number));
  }
}

function ofObject({ found }: Scene, kind: string, id: number): void {
  if (kind === 'prog' || kind === 'link' || kind === 'map') found.add(subject.object(kind, id));
}

function ofLink({ kernel, pid, found }: Scene, effect: Of<`Link${string}` & Effect['type']>): void {
  const { link_id } = effect;
  const link = kernel.links.get(link_id);
  found.add(subject.object('link', link_id));
  if (link !== undefined) found.add(subject.object('prog', link.prog_id));
  if (effect.type === 'LinkCreated') {
    if (effect.fd !== undefined) found.add(subject.process(pid));
    found.add(subject.object('prog', effect.prog_id));
  }
  if (effect.type === 'LinkUpdated') {
    found.add(subject.object('prog', effect.prog_id));
    if (link !== undefined) found.add(subject.list(link.cgroup_id, link.attach_type));
  }
}

function ofPath(
  scene: Scene,
  effect: Of<
    | ('PinCreated' | 'PinLinked' | 'PinRemoved' | 'PathMoved' | 'PathsExchanged')
    | ('ModeChanged' | 'OwnerChanged')
    | `${'Directory' | 'Symlink'}${'Made' | 'Removed'}`
  >,
): void {
  const { kernel, found } = scene;
  found.add(subject.path(effect.path));
  if (effect.type === 'PinCreated') return ofObject(scene, effect.kind, effect.id);
  if (effect.type === 'PinRemoved') {
    const node = kernel.bpffs.get(effect.path);
    return ofObject(scene, node?.kind ?? '', node?.id ?? 0);
  }
  if (effect.type === 'ModeChanged' || effect.type === 'OwnerChanged') {
    for (const name of namesOf(kernel, effect.path)) found.add(subject.path(name));
  }
  if (!('to' in effect)) return;
  found.add(subject.path(effect.to));
  if (effect.type === 'PinLinked') {
    const node = kernel.bpffs.get(effect.path);
    return ofObject(scene, node?.kind ?? '', node?.id ?? 0);
  }
  ofMoved(scene, effect.path, effect.to);
  if (effect.type === 'PathsExchanged') ofMoved(scene, effect.to, effect.path);
}

/** A name that moves takes along all that are below it. */
function ofMoved(scene: Scene, from: string, to: string): void {
  const { kernel, found } = scene;
  for (const [path, node] of kernel.bpffs.entries()) {
    if (!isWithin(path, from)) continue;
    found.add(subject.path(path));
    found.add(subject.path(to + path.slice(from.length)));
    ofObject(scene, node.kind, node.id);
  }
}

function ofList(
  { kernel, found }: Scene,
  effect: Of<(`Entry${string}` & Effect['type']) | 'EffectiveSlotWritten'>,
): void {
  const { cgroup_id, attach_type } = effect;
  if (effect.type === 'EffectiveSlotWritten') {
    found.add(subject.written(cgroup_id, attach_type));
    return;
  }
  found.add(subject.list(cgroup_id, attach_type));
  if ('prog_id' in effect) found.add(subject.object('prog', effect.prog_id));
  const link = 'link_id' in effect ? kernel.links.get(effect.link_id) : undefined;
  if (link !== undefined) found.add(subject.object('link', link.id));
  if (effect.type === 'EntryReplaced') found.add(subject.object('prog', effect.was_prog_id));
}

function ofCgroup({ kernel, found }: Scene, effect: Of<'CgroupMade' | 'CgroupRemoved'>): void {
  found.add(subject.cgroup(effect.cgroup_id));
  const parent =
    effect.type === 'CgroupMade'
      ? kernel.cgroupIds.get(parentPath(effect.path))
      : kernel.cgroups.get(effect.cgroup_id)?.parent_id;
  if (parent !== undefined) found.add(subject.cgroup(parent));
}

function ofProgram({ kernel, pid, found }: Scene, effect: Of<'ProgLoaded' | 'ProgFreed'>): void {
  found.add(subject.object('prog', effect.prog_id));
  if (effect.type === 'ProgLoaded' && effect.fd !== undefined) found.add(subject.process(pid));
  const maps =
    effect.type === 'ProgLoaded' ? effect.map_ids : kernel.programs.get(effect.prog_id)?.map_ids;
  for (const id of maps ?? []) found.add(subject.object('map', id));
}
