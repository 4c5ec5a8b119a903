/** The CPUs that could ever be there: the kernel sizes percpu values by them. */
import { readFileSync } from 'node:fs';

export function possibleCpus(): number {
  const ranges = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim().split(',');
  return Number(ranges.at(-1)?.split('-').at(-1)) + 1;
}
