import type { Kernel } from '../../domain/kernel.ts';

/** A program for people: its id, and its name where it has one. */
export function programText(kernel: Kernel, progId: number): string {
  const name = kernel.programs.get(progId)?.prog_name ?? '';
  return name === '' ? `program ${progId}` : `program ${progId} (${name})`;
}
