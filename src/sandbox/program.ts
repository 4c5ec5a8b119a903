/** The file of a program that is to be run. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Launch, StartError } from './notify/launch.ts';

/** There is no such program, or it cannot be started. */
export class NoProgram extends Error {}

/**
 * The file that a name stands for, as execvp(3) finds it.
 *
 * @throws NoProgram
 */
export function findProgram(name: string, path: string): string {
  if (name.includes('/')) return requireProgram(name);
  for (const folder of path.split(delimiter)) {
    const file = join(folder === '' ? '.' : folder, name);
    if (isProgram(file)) return file;
  }
  throw new NoProgram(`there is no program ${name} on the PATH`);
}

function requireProgram(file: string): string {
  if (isProgram(file)) return file;
  throw new NoProgram(`${file} is not an executable file`);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The pid of a program, once it has one. */
export function requirePid(pid: Launch['pid']): number | undefined {
  try {
    return pid();
  } catch (error) {
    if (error instanceof StartError) throw new NoProgram(error.message);
    throw error;
  }
}
