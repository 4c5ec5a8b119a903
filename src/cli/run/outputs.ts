/** Where a run writes to, looked at before the program runs: a long test would be lost at its end. */
import {
  accessSync,
  constants,
  existsSync,
  fstatSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hostPath } from '../../client/host-path.ts';
import { restClient, ServiceRefusal } from '../../client/rest-client.ts';
import { InputError, UsageError } from '../exit-code.ts';
import { serviceFrom } from '../service-flags.ts';
import type { RecordFlags } from './record-on.ts';

interface Outputs extends RecordFlags {
  readonly tap?: string | undefined;
  readonly junit?: string | undefined;
  /** What the run begins with, which a file may be as well. */
  readonly 'seed-state'?: string | undefined;
}

const STDOUT = 1;

/**
 * Requires that everything can be written that flags ask for, and that nothing is written over.
 *
 * @throws InputError that names the flag, and why not
 * @throws UsageError where two flags want the same place, or a host is there already
 */
export async function requireOutputs(flags: Outputs): Promise<void> {
  const { keep, tap, junit, host } = flags;
  for (const [flag, file] of Object.entries({ keep, tap, junit })) {
    if (file !== undefined && (file !== '-' || flag === 'keep')) requireWritable(flag, file);
  }
  requireApart(flags);
  if (host !== undefined) await requireNew(host, flags);
}

/** No two flags name one file: what is written last would be all that is left. */
function requireApart({ keep, tap, junit, 'seed-state': seed }: Outputs): void {
  if (tap === '-' && junit === '-') {
    throw new UsageError('--tap - and --junit - both write to stdout: give one of them a file');
  }
  const known: (readonly [text: string, found: StatsOrError])[] = [];
  for (const [flag, file] of Object.entries({ 'seed-state': seed, keep, tap, junit })) {
    if (file === undefined || (flag === 'seed-state' && !existsSync(file))) continue;
    const isStdout = file === '-' && flag !== 'keep';
    const found = isStdout ? fstatSync(STDOUT) : fileMeant(file);
    const text = `--${flag} ${file}`;
    const other = known.find((before) => isSame(before[1], found))?.[0];
    if (other !== undefined) {
      throw new UsageError(`${other} and ${text} are one file: give one of them another`);
    }
    known.push([text, found]);
  }
}

/** The file that a path leads to; where there is none yet, the path at which it is made. */
type StatsOrError = Stats | string;

function fileMeant(file: string): StatsOrError {
  return statSync(file, { throwIfNoEntry: false }) ?? pathMade(file);
}

/** Symlinks that lead to nothing are followed as well. */
function pathMade(file: string): string {
  const path = join(realpathSync(dirname(resolve(file))), basename(file));
  try {
    return pathMade(resolve(dirname(path), readlinkSync(path)));
  } catch {
    return path;
  }
}

/** Of what is written to /dev/null, nothing is lost that was wanted. */
function isSame(one: StatsOrError, other: StatsOrError): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  const isNull = one.isCharacterDevice() && one.rdev === statSync('/dev/null').rdev;
  return one.dev === other.dev && one.ino === other.ino && !isNull;
}

function requireWritable(flag: string, file: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw new Error('it is a directory');
    // A bundle takes the place of what is there: it appears when it is complete.
    const isReplaced = flag === 'keep' || found === undefined;
    if (isReplaced && found?.isFile() === false) throw new Error('it is not a plain file');
    if (isReplaced) accessSync(dirname(file), constants.W_OK | constants.X_OK);
    else accessSync(file, constants.W_OK);
  } catch (error) {
    throw new InputError(`--${flag} ${file}: ${(error as Error).message}`);
  }
}

async function requireNew(host: string, flags: RecordFlags): Promise<void> {
  const client = restClient(serviceFrom(flags));
  try {
    await client.get(hostPath(host));
  } catch (error) {
    if (error instanceof ServiceRefusal && error.slug === 'no-such-host') return;
    throw error;
  }
  throw new UsageError(`--host ${host}: there is a host with that name, and a run makes a new one`);
}
