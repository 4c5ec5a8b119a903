/**
 * The kernels that the tables are asked of: of all modelled releases, oldest first, each that has
 * some switch otherwise than the one before it.
 */
import { isDeepStrictEqual } from 'node:util';
import { SWITCH_SPECS } from '../../../src/domain/release/boundaries.ts';
import { releaseOf, V2_SERIES } from '../../../src/domain/release/release.ts';
import type { Switches } from '../../../src/domain/release/switches.ts';
import { patchOf, SERIES, seriesOf } from '../../../src/domain/release/version.ts';

/** `v2-series`, a series that no boundary splits (`5.7`), or an exact release (`6.12.94`). */
export type KernelName = string;

/** The stable updates from which on some switch has another value than its series began with. */
const STABLE_BOUNDARIES = Object.values(SWITCH_SPECS)
  .flatMap(({ boundaries }) => boundaries.map(({ since }) => since))
  .filter((since) => since !== seriesOf(since));

/** A series that has such updates is split: its first release, then each of them. */
function partsOf(series: string): KernelName[] {
  const updates = STABLE_BOUNDARIES.filter((since) => seriesOf(since) === series);
  if (updates.length === 0) return [series];
  const inOrder = updates.toSorted((a, b) => patchOf(a) - patchOf(b));
  return [...new Set([`${series}.0`, ...inOrder])];
}

/** Every release that some boundary could tell from the one before it, oldest first. */
const RELEASES: readonly KernelName[] = [V2_SERIES, ...SERIES.flatMap(partsOf)];

/** The switches of a kernel of the tables. */
export function switchesOf(kernel: KernelName): Switches {
  const release = releaseOf(kernel);
  if (release === undefined) throw new Error(`${kernel} is not a modelled release`);
  return release.switches;
}

/** The kernels that every table may have a column for, oldest first. */
export const KERNELS: readonly KernelName[] = RELEASES.filter((kernel, i) => {
  const before = RELEASES[i - 1];
  return before === undefined || !isDeepStrictEqual(switchesOf(before), switchesOf(kernel));
});

/**
 * The kernels of a column: `all`, or ranges such as `v2-series..5.7, 6.17..`, the last one open: it
 * holds the releases to come too. A series stands for all of its updates, so `5.8..6.12` begins with
 * 5.8 and ends with the last update of 6.12.
 *
 * @throws Error when a name is not a release, or a range holds no kernel of the tables
 */
export function kernelsOf(heading: string): readonly KernelName[] {
  if (heading === 'all') return KERNELS;
  return heading.split(', ').flatMap((range) => {
    const [from = '', to = from] = range.split('..');
    const between = RELEASES.slice(firstOf(from), to === '' ? undefined : lastOf(to) + 1);
    const kernels = KERNELS.filter((kernel) => between.includes(kernel));
    if (kernels.length === 0) throw new Error(`no kernel of the tables is in ${range}`);
    return kernels;
  });
}

function firstOf(name: string): number {
  return indexOf(name, RELEASES.findIndex(matchName(name)));
}

function lastOf(name: string): number {
  return indexOf(name, RELEASES.findLastIndex(matchName(name)));
}

/** A release by its exact name, or any of the series of that name. */
function matchName(name: string): (release: KernelName) => boolean {
  return (release) => release === name || seriesOf(release) === name;
}

function indexOf(name: string, index: number): number {
  if (index < 0) throw new Error(`no release ${name}, or no boundary at it`);
  return index;
}
