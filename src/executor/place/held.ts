/**
 * Private pins: each program, link and map of the log is pinned in a directory of the executor's
 * own as long as the log says that it lives, so that nothing ends because the executor did.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Effect, ObjectKind } from '../../domain/effect.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { type Answered, cString, must, SYS } from '../../native/syscall.ts';
import { type Base, procPath } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { isAlive } from '../live/observe.ts';

/** Milliseconds that the kernel may take to free an object: a grace period and a work item. */
const GONE_MS_MAX = 3000;

/** Where the objects are held; undefined when nothing is (`--ephemeral`). */
export type HeldBase = Base | undefined;

/** The private pin of an object, by the directory that was opened. */
export function heldPath(held: Base, kind: ObjectKind, id: number): string {
  return `${procPath(held.fd)}/${kind}_${id}`;
}

/** Lets go of what an event freed. */
export async function letGoOfFreed(
  live: LiveKernel,
  held: HeldBase,
  effects: readonly Effect[],
): Promise<void> {
  for (const effect of effects) {
    switch (effect.type) {
      case 'ProgFreed':
        await letGo(live, held, 'prog', effect.prog_id);
        break;
      case 'LinkFreed':
        await letGo(live, held, 'link', effect.link_id);
        break;
      case 'MapFreed':
        await letGo(live, held, 'map', effect.map_id);
        break;
      default:
        break;
    }
  }
}

/** Pins an object that a call just made, under its real fd. */
export function hold(
  live: LiveKernel,
  held: HeldBase,
  object: { readonly kind: ObjectKind; readonly id: number; readonly real: number },
): void {
  if (held === undefined) return;
  const { kernel } = live;
  const path = cString(heldPath(held, object.kind, object.id));
  const attr = new Attr(kernel).pointer(0, path).u32(8, object.real);
  const pinned = kernel.call(SYS.bpf, BPF.obj_pin, attr.buffer, ATTR_BYTES);
  must(pinned, `pin ${object.kind} ${object.id}`);
}

/** Opens a held object. */
export function openHeld(
  live: LiveKernel,
  held: Base,
  object: { readonly kind: ObjectKind; readonly id: number; readonly file_flags: number },
): Answered {
  const path = cString(heldPath(held, object.kind, object.id));
  const attr = new Attr(live.kernel).pointer(0, path).u32(12, object.file_flags);
  return live.kernel.call(SYS.bpf, BPF.obj_get, attr.buffer, ATTR_BYTES);
}

/** Unpins the objects that the log says are freed, and waits until the kernel has freed them. */
async function letGo(
  live: LiveKernel,
  held: HeldBase,
  kind: ObjectKind,
  id: number,
): Promise<void> {
  if (held !== undefined && existsSync(heldPath(held, kind, id))) {
    must(live.kernel.call(SYS.unlink, cString(heldPath(held, kind, id))), `unpin ${kind} ${id}`);
  }
  const real = live.ids.realOf(kind, id);
  const deadline = performance.now() + GONE_MS_MAX;
  // Another process of the machine may hold it for ever.
  while (real !== undefined && isAlive(live, kind, real) && performance.now() < deadline) {
    await pause(1);
  }
}
