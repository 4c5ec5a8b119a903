/** Whose a name of the place's bpffs is: only what the executor put there does it move or remove. */
import { fstatSync } from 'node:fs';
import type { Call } from '../../domain/call.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import { ATTR_BYTES, Attr } from '../kernel/attr.ts';
import { BPF } from '../kernel/commands.ts';
import { cString, SYS } from '../kernel/syscall.ts';
import { lookAt, openedPath } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { objectBehind } from '../live/objects.ts';

interface Ground {
  readonly live: LiveKernel;
  readonly model: Model;
}

/** Why a call about a name of the bpffs is not made: somebody else put there what stands there. */
export function foreignNode(ground: Ground, call: Call): string | undefined {
  return changedNames(call).flatMap((path) => foreignAt(ground, path) ?? [])[0];
}

function changedNames(call: Call): readonly string[] {
  switch (call.name) {
    case 'unlink':
    case 'bpffs_rmdir':
    case 'chmod':
      return [call.path];
    case 'rename':
      return [call.path, call.to];
    default:
      return [];
  }
}

function foreignAt({ live, model }: Ground, path: string): string | undefined {
  return lookAt(live.kernel, live.bpffs, path, (fd) => {
    const ours = fstatSync(fd).isDirectory()
      ? model.bpffs.get(path)?.kind === 'dir'
      : isOurs(live, fd);
    return ours ? undefined : `${path} is a name that we did not make`;
  });
}

/** Whether the pin behind an fd is of an object that the executor made. */
export function isOurs(live: LiveKernel, pin: number): boolean {
  const { kernel } = live;
  const attr = new Attr(kernel).pointer(0, cString(openedPath(pin)));
  const opened = kernel.call(SYS.bpf, BPF.obj_get, attr.buffer, ATTR_BYTES);
  if ('errno' in opened) return false;
  const { id } = objectBehind(live, opened.ret);
  kernel.call(SYS.close, opened.ret);
  return id > 0;
}
