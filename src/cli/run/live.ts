/**
 * `bpfledger run --kernel live`: the kernel that runs here answers the program, and all that it does
 * meanwhile becomes the log of a host. It is an observation that lasts as long as the program.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RestClient } from '../../client/rest-client.ts';
import { countText } from '../../domain/count-text.ts';
import { takeSnapshot } from '../../executor/survey/snapshot.ts';
import { bindKernel } from '../../native/syscall.ts';
import { startCollector } from '../../recorders/observe/collector.ts';
import { type Observed, observe } from '../../recorders/observe/observe.ts';
import { Spool } from '../../recorders/observe/spool.ts';
import { THINGS } from '../../recorders/snapshot/snapshot.ts';
import { ForwardedSignals } from '../../sandbox/forwarded-signals.ts';
import { findProgram } from '../../sandbox/program.ts';
import { UsageError } from '../exit-code.ts';
import { collectorPath } from '../observe/collector-path.ts';
import { observationTeller } from '../observe/teller.ts';
import type { Voice } from './voice.ts';

const SPOOL_BYTES_MAX = 1024 * 1024 * 1024;
/** Milliseconds that the end waits for the service. */
const FLUSH_MS = 60_000;
/** Of shells: 128 and the number of the signal that ended the program. */
const SIGNALLED = 128;

export interface LiveRun {
  readonly argv: readonly string[];
  readonly client: RestClient;
  readonly host: string;
  /** Where the log is in the end, in words. */
  readonly place: string;
  /** Path of the collector's program; the one that was built here when left out. */
  readonly collector: string | undefined;
}

/**
 * Runs a program on the kernel that runs here, and records what the kernel does from just before
 * until just after.
 *
 * @returns the exit code of the program
 * @throws UsageError who is not root, and where there is no collector
 * @throws NoProgram
 * @throws Error where part of the record is missing: the collector ended first, or the service is away
 */
export async function runLive(
  { argv, client, host, place, collector: named }: LiveRun,
  { tell, warn }: Voice,
): Promise<number> {
  if (process.getuid?.() !== 0) {
    throw new UsageError('--kernel live reads the kernel that runs here: run it as root');
  }
  const [name = '', ...words] = argv;
  const file = findProgram(name, process.env.PATH ?? '');
  const path = collectorPath(named);
  const kernel = await bindKernel();
  const folder = await mkdtemp(join(tmpdir(), 'bpfledger-live-'));
  const spool = await Spool.open(folder, SPOOL_BYTES_MAX);
  const collector = startCollector(path);
  try {
    let program: Promise<number> | undefined;
    const told = observationTeller(host, { tell, warn });
    const done = await observe({
      ...{ client, host, spool, flushMs: FLUSH_MS, bytes: collector.stdout },
      survey: () => ({ ...takeSnapshot(kernel), covers: THINGS }),
      told: {
        ...told,
        onSurveyed(survey) {
          told.onSurveyed(survey);
          program = runToEnd(file, { name, words }).finally(collector.stop);
          // Who waits for it gets the error.
          program.catch(() => undefined);
        },
      },
    });
    const { isAsked: isWhole, how } = await collector.ended;
    if (!isWhole) warn(`bpfledger: the collector ended ${how}`);
    if (program === undefined) throw new Error('the program was not started');
    const code = await program;
    requireAll(isWhole, done);
    tell(
      `bpfledger: ${countText(done.recorded, 'event of the kernel here is', 'events of the kernel here are')} recorded ${place}`,
    );
    return code;
  } finally {
    collector.stop();
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws where the record is not all that the kernel did. */
function requireAll(isWhole: boolean, { refused, dropped, waiting }: Observed): void {
  if (!isWhole) throw new Error('the end of the program is not recorded');
  if (refused + dropped === 0 && waiting === 0) return;
  throw new Error(
    `not all is recorded: ${countText(refused, 'line was', 'lines were')} refused, ${dropped} dropped, and ` +
      `${countText(waiting, 'byte')} never reached the service`,
  );
}

function runToEnd(
  file: string,
  { name, words }: { readonly name: string; readonly words: readonly string[] },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { argv0: name, stdio: 'inherit' });
    const signals = new ForwardedSignals((signal) => child.kill(signal));
    child.once('error', (error) => {
      signals.end();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      signals.end();
      resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
