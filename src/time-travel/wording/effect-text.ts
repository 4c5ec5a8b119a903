/** Effects in words, one clause each, for histories. */
import { countText } from '../../domain/count-text.ts';
import type { Effect, EffectOf, EntryHolder } from '../../domain/effect.ts';
import { HOSTS_NAMESPACE } from '../../domain/namespace-row.ts';
import { REASON_TEXT } from './reason-text.ts';

/** What became true, such as `link 7 freed: the process that held it exited`. */
export function effectText(effect: Effect): string {
  switch (effect.type) {
    case 'Booted':
      return `booted ${effect.release}`;
    case 'ProcessSpawned':
      return `process ${effect.pid} (${effect.comm}) started`;
    case 'ProcessForked':
      return effect.clone_thread === true
        ? `thread ${effect.pid} started`
        : `process ${effect.pid} forked`;
    case 'ProcessExecuted':
      return `executed ${effect.comm}`;
    case 'ProcessExited':
      return effect.pid === undefined ? 'exited' : `process ${effect.pid} ended`;
    case 'FilesUnshared':
      return 'got a table of fds of its own';
    case 'FsUnshared':
      return 'got a umask and root directory of its own';
    case 'NamespaceMade':
      return effect.cgroup_id === undefined
        ? `${effect.kind} namespace ${effect.namespace_id} made`
        : `${effect.kind} namespace ${effect.namespace_id} made, with cgroup ${effect.cgroup_id} as root`;
    case 'NamespaceEntered': {
      const who = effect.pid === undefined ? '' : `process ${effect.pid} `;
      const which =
        effect.namespace_id === HOSTS_NAMESPACE
          ? `the ${effect.kind} namespace of the host`
          : `${effect.kind} namespace ${effect.namespace_id}`;
      return `${who}entered ${which}`;
    }
    case 'CredentialsChanged':
      return `became uid ${effect.uid} with ${countText(effect.caps.length, 'capability', 'capabilities')}`;
    case 'NofileLimited':
      return `limited to ${countText(effect.nofile, 'fd')}`;
    case 'MemlockLimited':
      return effect.memlock < 0
        ? 'may lock any memory'
        : `limited to ${countText(effect.memlock, 'byte')} of locked memory`;
    case 'SysctlSet':
      return `kernel.${effect.variable} set to ${effect.value}`;
    case 'UmaskSet':
      return `umask set to ${effect.mask.toString(8)}`;
    case 'ProcessMoved':
      return effect.pid === undefined
        ? `moved to cgroup ${effect.cgroup_id}`
        : `process ${effect.pid} moved to cgroup ${effect.cgroup_id}`;
    case 'FdOpened':
    case 'FdReceived': {
      const how = effect.type === 'FdOpened' ? 'opened' : 'received';
      return `fd ${effect.fd} ${how}${behindText(effect)}`;
    }
    case 'FdDuplicated':
      return `fd ${effect.fd} duplicated as ${effect.to_fd}`;
    case 'FdCopied':
      return `fd ${effect.from_fd} of process ${effect.from_pid} copied as fd ${effect.fd}`;
    case 'FdClosed':
      return `fd ${effect.fd} closed`;
    case 'FdSent':
      return `fd ${effect.fd} sent to process ${effect.to_pid}`;
    case 'FdLost':
      return 'an fd in flight was lost';
    case 'CloexecChanged':
      return `fd ${effect.fd} ${effect.cloexec ? 'closes' : 'stays open'} at exec`;
    default:
      return objectText(effect);
  }
}

/** What a sighting found, such as `cgroup 386 found at /a/b`: nobody saw it come to be. */
export function foundText(effect: Effect): string {
  switch (effect.type) {
    case 'ProcessSpawned':
      return `process ${effect.pid}${effect.comm === '' ? '' : ` (${effect.comm})`} found`;
    case 'ProcessMoved':
      return `in cgroup ${effect.cgroup_id}`;
    case 'FdOpened':
      return `fd ${effect.fd} found open${behindText(effect)}`;
    case 'CgroupMade':
      return `cgroup ${effect.cgroup_id} found at ${effect.path}`;
    case 'PinCreated':
      return `pin ${effect.path} of ${effect.kind} ${effect.id} found`;
    case 'DirectoryMade':
      return `directory ${effect.path} found`;
    case 'EntryInserted':
      return `${holderText(effect)} found on ${placeText(effect)}`;
    default:
      return effectText(effect);
  }
}

function usersText(user: number): string {
  return user === HOSTS_NAMESPACE ? 'the host' : `user namespace ${user}`;
}

/** What a bpffs delegates. */
function delegatedText(effect: EffectOf<'BpffsDelegated'>): string {
  const { cmds, maps, progs, attachs } = effect;
  return `commands ${cmds}, maps ${maps}, programs ${progs} and hooks ${attachs}`;
}

/** What an fd is open on, where the log knows it. */
function behindText({ kind, id }: Pick<EffectOf<'FdOpened'>, 'kind' | 'id'>): string {
  if (id === 0) return '';
  if (kind === 'token') return ` on a token of mount ${id}`;
  return kind === 'other' ? ` in mount ${id}` : ` on ${kind} ${id}`;
}

type ObjectEffect = Exclude<
  Effect,
  {
    type:
      | (
          | 'Booted'
          | 'CredentialsChanged'
          | 'NofileLimited'
          | 'MemlockLimited'
          | 'UmaskSet'
          | 'FilesUnshared'
          | 'FsUnshared'
          | 'SysctlSet'
        )
      | 'CloexecChanged'
      | `Process${string}`
      | `Namespace${string}`
      | `Fd${string}`;
  }
>;

function objectText(effect: ObjectEffect): string {
  switch (effect.type) {
    case 'ProgLoaded': {
      const name = effect.prog_name === '' ? 'without a name' : `"${effect.prog_name}"`;
      return `program ${effect.prog_id} ${howMade('loaded', effect.fd, `, ${name}`)}`;
    }
    case 'ProgFreed':
      return `program ${effect.prog_id} freed: ${REASON_TEXT[effect.reason]}`;
    case 'LinkCreated':
      return `link ${effect.link_id} ${howMade('created', effect.fd, ` for program ${effect.prog_id}`)}`;
    case 'LinkUpdated':
      return `link ${effect.link_id} updated from program ${effect.was_prog_id} to program ${effect.prog_id}`;
    case 'LinkSevered':
      return `link ${effect.link_id} lost its cgroup: ${REASON_TEXT[effect.reason]}`;
    case 'LinkFreed':
      return `link ${effect.link_id} freed: ${REASON_TEXT[effect.reason]}`;
    case 'ProgIdBurned':
      return `program id ${effect.prog_id} used up`;
    case 'MapIdBurned':
      return `map id ${effect.map_id} used up`;
    case 'BtfIdBurned':
      return `BTF id ${effect.btf_id} used up`;
    case 'MapOwned':
      return `map ${effect.map_id} takes programs of type ${effect.prog_type} from now on`;
    case 'RoomMade':
      return `map ${effect.map_id} looked for room`;
    case 'LinkIdBurned':
      return `link id ${effect.link_id} used up`;
    case 'LinkReferenceLeaked':
      return `a reference on link ${effect.link_id} leaked`;
    case 'PinCreated':
      return `${effect.kind} ${effect.id} pinned at ${effect.path}`;
    case 'PinRemoved':
      return `pin ${effect.path} removed`;
    case 'DirectoryMade':
      return `directory ${effect.path} made`;
    case 'DirectoryRemoved':
      return `directory ${effect.path} removed`;
    case 'PathMoved':
      return `${effect.path} moved to ${effect.to}`;
    case 'SymlinkMade':
      return `symlink ${effect.path} made, to ${effect.target}`;
    case 'SymlinkRemoved':
      return `symlink ${effect.path} removed`;
    case 'PinLinked':
      return `${effect.path} got a second name, ${effect.to}`;
    case 'PathsExchanged':
      return `${effect.path} and ${effect.to} changed places`;
    case 'OwnerChanged':
      return `${effect.path} given to uid ${effect.uid}`;
    case 'ModeChanged':
      return `mode of ${effect.path} set to ${effect.mode.toString(8)}`;
    case 'BpffsMounted':
      return `${effect.root} mounted on ${effect.at}, as mount ${effect.mount_id}`;
    case 'BpffsDelegated':
      return `${effect.root} made for ${usersText(effect.user_id)}, as mount ${effect.mount_id}, and delegates ${delegatedText(effect)}`;
    case 'BpffsUnmounted':
      return `mount ${effect.mount_id} unmounted`;
    case 'CgroupMade':
      return `cgroup ${effect.cgroup_id} made at ${effect.path}`;
    case 'CgroupRemoved':
      return `cgroup ${effect.cgroup_id} removed`;
    case 'CgroupEmptied':
      return `no process is in cgroup ${effect.cgroup_id} any more`;
    case 'CgroupOwnerChanged':
      return `${fileText(effect)} given to uid ${effect.uid}`;
    case 'CgroupModeChanged':
      return `mode of ${fileText(effect)} set to ${effect.mode.toString(8)}`;
    case 'CgroupThreaded':
      return `cgroup ${effect.cgroup_id} is threaded from now on`;
    case 'CgroupControllersSet':
      return `cgroup ${effect.cgroup_id} hands on ${effect.controllers.join(', ') || 'no controller'}`;
    case 'HoldersForgotten':
      return `nothing known holds ${effect.kind} ${effect.id} any more`;
    case 'MapCreated':
      return `map ${effect.map_id} ${howMade('created', effect.fd)}`;
    case 'MapBound':
      return `map ${effect.map_id} bound to program ${effect.prog_id}`;
    case 'MapFrozen':
      return `map ${effect.map_id} frozen`;
    case 'MapFreed':
      return `map ${effect.map_id} freed: ${REASON_TEXT[effect.reason]}`;
    case 'StorageMade':
      return `map ${effect.map_id} got a storage for cgroup ${effect.cgroup_id}`;
    case 'StorageRemoved':
      return `map ${effect.map_id} lost its storage for cgroup ${effect.cgroup_id}`;
    case 'ElementUpdated':
      return effect.kind === undefined
        ? `an element of map ${effect.map_id} set to ${effect.value}`
        : `map ${effect.map_id} holds ${effect.kind === 'prog' ? 'program' : 'map'} ${effect.value}`;
    case 'ElementDeleted':
      return effect.kind === undefined
        ? `an element of map ${effect.map_id} deleted`
        : `map ${effect.map_id} let go of ${effect.kind === 'prog' ? 'program' : 'map'} ${effect.id}`;
    default:
      return entryText(effect);
  }
}

/** A cgroup, or a control file of one. */
function fileText({ cgroup_id, file }: { readonly cgroup_id: number; readonly file?: string }) {
  return file === undefined ? `cgroup ${cgroup_id}` : `${file} of cgroup ${cgroup_id}`;
}

/** An object without an fd was not seen to be made. */
function howMade(made: string, fd: number | undefined, what = ''): string {
  return fd === undefined ? `found${what}` : `${made}${what}, as fd ${fd}`;
}

type EntryEffect = Extract<Effect, { type: `Entry${string}` | 'EffectiveSlotWritten' }>;

function entryText(effect: EntryEffect): string {
  const on = `cgroup ${effect.cgroup_id} for ${effect.attach_type}`;
  switch (effect.type) {
    case 'EntryInserted':
      return `${holderText(effect)} attached to ${placeText(effect)}`;
    case 'EntryReplaced':
      return `${holderText(effect)} replaced program ${effect.was_prog_id} on ${on}`;
    case 'EntryRemoved':
      return `${holderText(effect)} removed from ${on}: ${REASON_TEXT[effect.reason]}`;
    case 'EffectiveSlotWritten':
      return `the array of ${on} written by a kernel bug: ${effect.prog_ids.join(', ') || 'empty'}`;
    default:
      return effect satisfies never;
  }
}

/** `cgroup 7 for cgroup_inet_egress at place 0 (multi)` */
function placeText(effect: Extract<Effect, { type: 'EntryInserted' }>): string {
  const flags = effect.preorder === undefined ? effect.mode : `${effect.mode}, preorder`;
  const on = `cgroup ${effect.cgroup_id} for ${effect.attach_type}`;
  return `${on} at place ${effect.index} (${flags})`;
}

function holderText(holder: EntryHolder): string {
  return 'link_id' in holder ? `link ${holder.link_id}` : `program ${holder.prog_id}`;
}
