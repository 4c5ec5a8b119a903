/** `--check`: compares the kernel with the applied part of the log, once. Changes nothing. */
import { emptyKernel } from '../../domain/boot.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { SystemCalls } from '../../native/syscall.ts';
import type { Difference, LedgerReader } from '../ledger/ledger.ts';
import { closeLive } from '../live/open-live.ts';
import { findDifferences } from '../place/compare.ts';
import type { Place } from '../place/place.ts';
import { restore } from '../place/restore.ts';

/** Finds the differences; also returns their position. */
export async function check(look: {
  readonly kernel: SystemCalls;
  readonly place: Place;
  readonly ledger: LedgerReader;
}): Promise<{ readonly position: number; readonly standing: readonly Difference[] }> {
  const { kernel, place, ledger } = look;
  const position = await ledger.readReported();
  const boot = await ledger.bootPosition();
  const model = emptyKernel();
  if (position < boot) return { position, standing: [] };
  for await (const event of ledger.follow(boot - 1)) {
    applyAll(model, event.effects, event.pid);
    if (event.position >= position) break;
  }
  const live = await restore({ kernel, place, model, nameNew: () => 0 });
  try {
    return { position, standing: findDifferences(model, live, place) };
  } finally {
    await closeLive(live);
  }
}
