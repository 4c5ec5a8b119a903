/** A survey with what it is a survey of: the boot, the release, and the processes that live. */
import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { SightingLine } from '../../domain/observed/sighting.ts';
import type { SystemCalls } from '../../native/syscall.ts';
import { type Survey, survey } from './survey.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const UNPRIVILEGED = '/proc/sys/kernel/unprivileged_bpf_disabled';

/** A snapshot of the kernel that runs here. */
export interface SurveyedKernel {
  /** RFC 3339: when it was complete. */
  readonly at: string;
  readonly release: string;
  readonly boot_id: string;
  readonly unprivileged_bpf_disabled: number;
  readonly lines: readonly SightingLine[];
  readonly effective: Survey['effective'];
  readonly pids: readonly number[];
}

/**
 * Surveys the kernel that runs here.
 *
 * @throws KernelUnavailable when no cgroup2 is mounted, or this process may not read objects
 */
export function takeSnapshot(kernel: SystemCalls): SurveyedKernel {
  const { lines, effective } = survey(kernel);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return {
    at: new Date().toISOString(),
    release: release(),
    boot_id: readFileSync(BOOT_ID, 'utf8').trim(),
    unprivileged_bpf_disabled: Number(readFileSync(UNPRIVILEGED, 'utf8')),
    lines,
    effective,
    pids: pids.map(Number),
  };
}
