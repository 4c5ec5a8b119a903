/** `bpfledger run --kernel live`, as it is typed. */
import type { Printer } from '../command.ts';
import { UsageError } from '../exit-code.ts';
import { runLive } from './live.ts';
import { requireOutputs } from './outputs.ts';
import { placeOf, type RecordFlags, recordOn } from './record-on.ts';
import { voiceOf } from './voice.ts';

/** What only the model can do, or only it needs. */
const OF_THE_MODEL = [
  'release',
  'user',
  'seed-state',
  'trace',
  'fail',
  'kill-at',
  'tap',
  'junit',
  'strict',
] as const;

interface LiveFlags
  extends RecordFlags,
    Readonly<Record<(typeof OF_THE_MODEL)[number], string | boolean | undefined>> {
  readonly kernel: string | undefined;
  readonly collector: string | undefined;
  readonly quiet: true | undefined;
}

/**
 * Runs a program on the kernel that runs here.
 *
 * @returns the exit code of the program
 * @throws UsageError, and as `runLive` does
 */
export async function runOnLive(
  flags: LiveFlags,
  argv: readonly string[],
  print: Printer,
): Promise<number> {
  const { kernel, keep, host, url, 'token-file': tokenFile, collector, quiet } = flags;
  if (kernel !== 'live') {
    throw new UsageError(`--kernel ${kernel} is not known: live, or --release R for a model`);
  }
  const other = OF_THE_MODEL.find((flag) => flags[flag] !== undefined);
  if (other !== undefined) {
    throw new UsageError(`--${other} is of the model, and --kernel live asks none: leave one out`);
  }
  if ((keep === undefined) === (host === undefined)) {
    throw new UsageError('--kernel live needs --keep FILE or --host NAME: one place to record in');
  }
  await requireOutputs({ keep, host, url, 'token-file': tokenFile });
  const voice = voiceOf(print, quiet);
  return recordOn(flags, voice, (client, name) =>
    runLive({ argv, client, host: name, collector, place: placeOf(flags) }, voice),
  );
}
