// The release of the kernel that runs here, with what this build of it has otherwise: a build may carry
// backports under the number of a release that does not have them.

import { readFileSync } from 'node:fs';
import { release as unameRelease } from 'node:os';
import { type Release, releaseOf } from '../../src/domain/release/release.ts';
import type { Switches } from '../../src/domain/release/switches.ts';
import { openLiveMachine } from '../../src/executor/live-machine.ts';
import { differing, releaseAsMeasured } from '../../src/recorders/release-probe/measure.ts';

const SYSCTL = '/proc/sys/kernel/unprivileged_bpf_disabled';

/** unprivileged_bpf_disabled of this machine. */
export function sysctlHere(): number {
  return Number(readFileSync(SYSCTL, 'utf8'));
}

/** What its number says. */
export function namedRelease(): Release {
  const named = releaseOf(unameRelease());
  if (named === undefined) throw new Error(`${unameRelease()} is not a known release`);
  return named;
}

export async function runningRelease(): Promise<Release> {
  const machine = await openLiveMachine({ unprivileged_bpf_disabled: sysctlHere() });
  return releaseAsMeasured(machine, namedRelease()).finally(() => machine.close());
}

/** What this build has otherwise than its release, as a host is told it. */
export function switchesOf(running: Release): Partial<Switches> {
  return differing(running.switches, namedRelease().switches);
}
