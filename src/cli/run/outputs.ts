/** Where a run writes to, looked at before the program runs: a long test would be lost at its end. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hostPath } from '../../client/host-path.ts';
import { restClient, ServiceRefusal } from '../../client/rest-client.ts';
import { InputError, UsageError } from '../exit-code.ts';
import { serviceFrom } from '../service-flags.ts';
import type { RecordFlags } from './record-on.ts';

interface Outputs extends RecordFlags {
  readonly tap?: string | undefined;
  readonly junit?: string | undefined;
}

/**
 * Requires that everything can be written that flags ask for.
 *
 * @throws InputError that names the flag, and why not
 * @throws UsageError where two flags want the same place, or a host is there already
 */
export async function requireOutputs(flags: Outputs): Promise<void> {
  const { keep, tap, junit, host } = flags;
  for (const [flag, file] of Object.entries({ keep, tap, junit })) {
    if (file !== undefined && (file !== '-' || flag === 'keep')) requireWritable(flag, file);
  }
  if (tap === '-' && junit === '-') {
    throw new UsageError('--tap - and --junit - both write to stdout: give one of them a file');
  }
  if (host !== undefined) await requireNew(host, flags);
}

function requireWritable(flag: string, file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK | constants.X_OK);
    const isDirectory = statSync(file, { throwIfNoEntry: false })?.isDirectory();
    if (isDirectory) throw new Error('it is a directory');
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
