/** The shape of a probe: a few calls whose answers tell the value of one switch. */
import type { Switches, SwitchName } from '../../domain/release/switches.ts';
import type { ProbeBench } from './bench.ts';

/**
 * Reads a switch off a kernel.
 *
 * @param assumed what the kernel is taken for; it fills what no call tells apart
 * @throws NotMeasured when this kernel does not show it
 */
export type Probe<T> = (bench: ProbeBench, assumed: Switches) => Promise<T>;

/** The probes of some switches. */
export type Probes = { readonly [N in SwitchName]?: Probe<Switches[N]> };

/** A number of which only `[least, end)` was seen: the assumed one if it lies there, else the least. */
export function within(least: number, end: number, assumed: number): number {
  return assumed >= least && assumed < end ? assumed : least;
}
