/**
 * What a witness cosigned last of each log: a JSON file of its own. It is changed by one process at a
 * time, and on disk before a cosignature is told: a witness that forgets would cosign two histories.
 */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { InputError, sentenceOf } from '../exit-code.ts';

const stateSchema = z.strictObject({
  version: z.literal(1),
  /** By origin: the key that was pinned for the log, and the last cosigned checkpoint. */
  logs: z.record(z.string(), z.strictObject({ key: z.string(), note: z.string() })),
});

/** By origin. */
export type CosignedLogs = z.output<typeof stateSchema>['logs'];

/** Milliseconds after which a new file that is not in place yet belongs to a dead process. */
const STALE_MS = 600_000;

/**
 * Gives what is known to `change`, and keeps what it changed.
 *
 * @throws InputError when the file cannot be read, or another process changes it now
 */
export async function withCosignedLogs<T>(
  file: string,
  change: (logs: CosignedLogs) => Promise<T>,
): Promise<T> {
  const path = `${file}.new`;
  const next = await openAlone(path);
  try {
    const logs = await readLogs(file);
    const before = JSON.stringify(logs);
    const result = await change(logs);
    if (JSON.stringify(logs) !== before) {
      await next.writeFile(`${JSON.stringify({ version: 1, logs }, null, 2)}\n`);
      await next.sync();
      await rename(path, file);
    }
    return result;
  } finally {
    await next.close();
    await rm(path, { force: true });
  }
}

async function openAlone(path: string) {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) await rm(path, { force: true });
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new InputError(sentenceOf(error));
    throw new InputError(`${path} is there: another witness cosigns now, so try again later`);
  });
}

async function readLogs(file: string): Promise<CosignedLogs> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(file, 'utf8'))).logs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new InputError(
      `${file} is not the state of a witness; restore it: a witness that forgot what it cosigned ` +
        'would cosign another history',
    );
  }
}
