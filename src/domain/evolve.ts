/**
 * `evolve`: applies one fact to the state. It never decides; an effect that cannot be applied is a
 * bug and throws, which stops a fold.
 */

import type { Effect } from './effect.ts';
import { evolveBoot } from './evolve/boot.ts';
import { evolveCgroup } from './evolve/cgroups.ts';
import { evolveFd } from './evolve/fds.ts';
import { evolveLink } from './evolve/links.ts';
import { evolveList } from './evolve/lists.ts';
import { evolveMap } from './evolve/maps.ts';
import { evolveMount } from './evolve/mounts.ts';
import { evolveNamespace } from './evolve/namespaces.ts';
import { evolvePin } from './evolve/pins.ts';
import { evolveProcess } from './evolve/processes.ts';
import { evolveProgram } from './evolve/programs.ts';
import { burnBtfId } from './evolve/references.ts';
import type { Kernel } from './kernel.ts';

/**
 * Applies the effects of a call of process `pid`, in order.
 *
 * @throws Error on an impossible effect; the effects before it are applied
 */
export function applyAll(kernel: Kernel, effects: readonly Effect[], pid: number): void {
  for (const effect of effects) evolve(kernel, effect, pid);
}

/**
 * Applies `effect`, a consequence of a call of process `pid`.
 *
 * @throws Error when the effect is impossible in this state
 */
export function evolve(kernel: Kernel, effect: Effect, pid: number): void {
  // What a node's agents do all day comes first: docs/performance.md#a-switch-over-names
  switch (effect.type) {
    case 'LinkUpdated':
    case 'LinkCreated':
    case 'LinkFreed':
      return evolveLink(kernel, effect, pid);
    case 'FdOpened':
    case 'FdClosed':
      return evolveFd(kernel, effect, pid);
    case 'EntryInserted':
    case 'EntryRemoved':
      return evolveList(kernel, effect);
    case 'ProgLoaded':
    case 'ProgFreed':
      return evolveProgram(kernel, effect, pid);
    case 'CgroupMade':
    case 'CgroupRemoved':
      return evolveCgroup(kernel, effect);
    case 'LinkSevered':
    case 'LinkIdBurned':
    case 'LinkReferenceLeaked':
      return evolveLink(kernel, effect, pid);
    case 'FdDuplicated':
    case 'FdCopied':
    case 'CloexecChanged':
    case 'FdSent':
    case 'FdReceived':
    case 'FdLost':
    case 'HoldersForgotten':
      return evolveFd(kernel, effect, pid);
    case 'EntryReplaced':
    case 'EffectiveSlotWritten':
      return evolveList(kernel, effect);
    case 'ProgIdBurned':
      return evolveProgram(kernel, effect, pid);
    case 'ProcessSpawned':
    case 'ProcessForked':
    case 'ProcessExecuted':
    case 'FilesUnshared':
    case 'FsUnshared':
    case 'ProcessExited':
    case 'CredentialsChanged':
    case 'NofileLimited':
    case 'MemlockLimited':
    case 'UmaskSet':
    case 'SysctlSet':
    case 'ProcessMoved':
      return evolveProcess(kernel, effect, pid);
    case 'CgroupEmptied':
    case 'CgroupOwnerChanged':
    case 'CgroupModeChanged':
    case 'CgroupThreaded':
    case 'CgroupControllersSet':
      return evolveCgroup(kernel, effect);
    case 'PinCreated':
    case 'PinRemoved':
    case 'DirectoryMade':
    case 'DirectoryRemoved':
    case 'PinLinked':
    case 'SymlinkMade':
    case 'SymlinkRemoved':
    case 'PathMoved':
    case 'PathsExchanged':
    case 'OwnerChanged':
    case 'ModeChanged':
      return evolvePin(kernel, effect);
    case 'BpffsMounted':
    case 'BpffsUnmounted':
    case 'BpffsDelegated':
      return evolveMount(kernel, effect);
    case 'NamespaceMade':
    case 'NamespaceEntered':
      return evolveNamespace(kernel, effect, pid);
    case 'MapCreated':
    case 'MapBound':
    case 'MapFrozen':
    case 'MapFreed':
    case 'MapIdBurned':
    case 'MapOwned':
    case 'RoomMade':
    case 'StorageMade':
    case 'StorageRemoved':
    case 'ElementUpdated':
    case 'ElementDeleted':
      return evolveMap(kernel, effect, pid);
    case 'BtfIdBurned':
      return burnBtfId(kernel, effect.btf_id);
    case 'Booted':
      return evolveBoot(kernel, effect);
    default:
      return effect satisfies never;
  }
}
