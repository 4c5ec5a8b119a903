// The command of this checkout as somebody without rights runs it: as nobody, where nobody can read
// the checkout, otherwise as a root without any capability.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { COMMAND, environment, type Finished, root } from '../support/command.ts';

const NOBODY = '--reuid=65534 --regid=65534 --clear-groups --no-new-privs';
const WITHOUT_CAPABILITIES = '--bounding-set=-all --inh-caps=-all --no-new-privs';

/** The words before a command line that take the rights away. */
function droppingRights(): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  const asNobody = ['setpriv', ...NOBODY.split(' ')];
  const [program = '', ...words] = asNobody;
  const seen = spawnSync(program, [...words, 'cat', `${root}/package.json`], { stdio: 'ignore' });
  return seen.status === 0 ? asNobody : ['setpriv', ...WITHOUT_CAPABILITIES.split(' ')];
}

/** bpftool is where others than root do not look. */
export const WITH_SBIN = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` } as const;

const RIGHTS_DROPPED = droppingRights();
const WORDS = [...RIGHTS_DROPPED, ...COMMAND, 'run'];

/** Starts a program beside, as the user that runs have. */
export function startingBeside(args: readonly string[]) {
  const [program = '', ...words] = [...RIGHTS_DROPPED, ...args];
  return spawn(program, words, { stdio: 'ignore' });
}

/** Starts `bpfledger run` without rights. */
export function starting(args: readonly string[]) {
  const [program = '', ...words] = WORDS;
  return spawn(program, [...words, ...args], { cwd: root, env: environment(WITH_SBIN) });
}

/** Runs `bpfledger run` without rights to its end. */
export async function running(...args: readonly string[]): Promise<Finished> {
  const child = starting(args);
  child.stdin.end();
  const closed = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await closed) as [number | null];
  return { code, out, err };
}
