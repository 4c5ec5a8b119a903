/** The kernel that runs here, measured as root: its number may say less than it does. */
import { readFileSync } from 'node:fs';
import type { Release } from '../domain/release/release.ts';
import { openLiveMachine } from '../executor/live-machine.ts';
import { type Measured, measureSwitches } from '../recorders/release-probe/measure.ts';

const SYSCTL = '/proc/sys/kernel/unprivileged_bpf_disabled';

/** unprivileged_bpf_disabled of this machine. */
export function sysctlHere(): number {
  return Number(readFileSync(SYSCTL, 'utf8'));
}

/** What its switches are; `assumed` is what its number says. */
export async function measureKernel(assumed: Release): Promise<Measured> {
  const machine = await openLiveMachine({ unprivileged_bpf_disabled: sysctlHere() });
  return measureSwitches(machine, assumed.switches).finally(() => machine.close());
}

/** Its release, with what this build has otherwise. */
export async function measureRelease(assumed: Release): Promise<Release> {
  const { switches } = await measureKernel(assumed);
  return { ...assumed, switches: { ...assumed.switches, ...switches } };
}
