// The release of the kernel that runs here, with what this build of it has otherwise: a build may carry
// backports under the number of a release that does not have them.

import { release as unameRelease } from 'node:os';
import { measureRelease } from '../../src/cli/measured-kernel.ts';
import { type Release, releaseOf } from '../../src/domain/release/release.ts';
import type { Switches } from '../../src/domain/release/switches.ts';
import { differing } from '../../src/recorders/release-probe/measure.ts';

/** What its number says. */
export function namedRelease(): Release {
  const named = releaseOf(unameRelease());
  if (named === undefined) throw new Error(`${unameRelease()} is not a known release`);
  return named;
}

export function runningRelease(): Promise<Release> {
  return measureRelease(namedRelease());
}

/** What this build has otherwise than its release, as a host is told it. */
export function switchesOf(running: Release): Partial<Switches> {
  return differing(running.switches, namedRelease().switches);
}
