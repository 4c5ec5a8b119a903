/** The owner of a name on the place's bpffs: the executor moves or removes only its own names. */
import { fstatSync } from 'node:fs';
import type { Call } from '../../domain/call.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import { lookBeneath } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { objectBehindPin } from '../live/objects.ts';

interface Ground {
  readonly live: LiveKernel;
  readonly model: Model;
}

/**
 * Answers why a call about a name of the bpffs is not made: somebody else put there what stands
 * there.
 *
 * @throws Withheld where that is a symlink, or the way leads out
 */
export function checkNames(ground: Ground, call: Call): string | undefined {
  return listChangedNames(call).flatMap((path) => checkName(ground, path) ?? [])[0];
}

function listChangedNames(call: Call): readonly string[] {
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

function checkName(ground: Ground, path: string): string | undefined {
  const { live } = ground;
  return lookBeneath(live.kernel, live.bpffs, path, (fd) =>
    isOurs(ground, path, fd) ? undefined : `${path} is a name that we did not make`,
  );
}

/** Whether a name is ours, opened: a directory of the log, or a pin of an object that we made. */
export function isOurs({ live, model }: Ground, path: string, fd: number): boolean {
  if (fstatSync(fd).isDirectory()) return model.bpffs.get(path)?.kind === 'dir';
  return (objectBehindPin(live, fd)?.id ?? 0) > 0;
}
