/** An exported log becomes a host, byte for byte. */

import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { restClient } from '../../client/rest-client.ts';
import { countText } from '../../domain/count-text.ts';
import { BUNDLE_TYPE } from '../../events/bundle/bundle-line.ts';
import { verifyBundle } from '../../time-travel/verify/bundle.ts';
import type { Printer } from '../command.ts';
import { EXIT, type ExitCode, InputError, sentenceOf } from '../exit-code.ts';
import { progressBar, readWithBar } from '../progress-bar.ts';
import { type ServiceFlags, serviceFrom } from '../service-flags.ts';
import { verdictLines } from '../verdict-text.ts';

/** What was typed. */
export interface ImportFlags extends ServiceFlags {
  readonly as: string | undefined;
  readonly json: true | undefined;
}

/** Verifies a bundle here, and sends it when its chain holds. */
export async function importBundle(
  file: string,
  flags: ImportFlags,
  print: Printer,
): Promise<ExitCode> {
  const asInput = (error: unknown): never => {
    throw new InputError(`${file}: ${sentenceOf(error)}`);
  };
  const { size } = await stat(file).catch(asInput);
  const bar = progressBar(process.stderr);
  const bytes = readWithBar(file, { bar, what: 'verifying', size });
  const verdicts = await verifyBundle(bytes)
    .catch(asInput)
    .finally(() => bar.clear());
  if (!verdicts.chain.holds) {
    for (const line of verdictLines(verdicts)) print.err(line);
    return EXIT.differs;
  }
  const client = restClient(serviceFrom(flags));
  const query = flags.as === undefined ? '' : `?host=${encodeURIComponent(flags.as)}`;
  const sent = {
    method: 'POST',
    headers: { 'content-type': BUNDLE_TYPE },
    body: Readable.toWeb(
      Readable.from(readWithBar(file, { bar, what: 'sending', size })),
    ) as unknown as ReadableStream,
    // fetch needs `duplex` to send a body that is read while it is sent.
    duplex: 'half',
  };
  const response = await client
    .open(`/v1/bundles${query}`, sent as RequestInit)
    .finally(() => bar.clear());
  const made = (await response.json()) as {
    readonly host: string;
    readonly position: number;
    readonly proven_to: number;
    readonly untrusted: number;
  };
  const unknown =
    made.untrusted === 0
      ? ''
      : `; ${countText(made.untrusted, 'checkpoint is of an unknown key', 'checkpoints are of unknown keys')}`;
  const proven = `proven to position ${made.proven_to}${unknown}`;
  const told = `host ${made.host}: ${countText(made.position, 'event')}, ${proven}`;
  print.out(flags.json ? JSON.stringify(made) : told);
  return EXIT.done;
}
