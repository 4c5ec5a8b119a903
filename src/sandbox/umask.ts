/** The umask of a process, which it sets without asking us: what it makes has it taken away. */
import { readFileSync } from 'node:fs';
import type { Notified } from './notified.ts';

/** Tells the model the umask that the caller really has. */
export function knowUmask({ kernel, tid, tgid, perform }: Notified): void {
  const told = /^Umask:\s*([0-7]+)$/mu.exec(readFileSync(`/proc/${tid}/status`, 'latin1'))?.[1];
  if (told === undefined) return;
  const mask = Number.parseInt(told, 8);
  if (kernel.processes.get(tgid)?.umask !== mask) perform({ name: 'umask', mask });
}
