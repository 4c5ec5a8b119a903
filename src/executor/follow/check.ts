/** One look: how the kernel differs from the log as far as it was applied. Changes nothing. */
import { emptyKernel } from '../../domain/boot.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel } from '../kernel/syscall.ts';
import { closeLive } from '../live/open-live.ts';
import { differences } from './compare.ts';
import type { Difference, Ledger } from './ledger.ts';
import type { Place } from './place.ts';
import { restored } from './restore.ts';

/** The differences, and the position that they are of. */
export async function check(checked: {
  readonly kernel: Kernel;
  readonly place: Place;
  readonly ledger: Ledger;
}): Promise<{ readonly position: number; readonly standing: readonly Difference[] }> {
  const { kernel, place, ledger } = checked;
  const position = await ledger.reported();
  const boot = await ledger.bootPosition();
  const model = emptyKernel();
  if (position < boot) return { position, standing: [] };
  for await (const event of ledger.follow(boot - 1)) {
    applyAll(model, event.effects, event.pid);
    if (event.position >= position) break;
  }
  const live = await restored({ kernel, place, model, nameNew: () => 0 });
  try {
    return { position, standing: differences(model, live, place) };
  } finally {
    await closeLive(live);
  }
}
