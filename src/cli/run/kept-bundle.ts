/** A log that is recorded on a service of its own, and kept as a bundle. */
import { type RestClient, restClient } from '../../client/rest-client.ts';
import type { Flags, Typed } from '../command.ts';
import { exportLog } from '../export.ts';
import type { Voice } from './voice.ts';

/** The host in the bundle. */
const HOST = 'run';

/**
 * Lets a log be recorded by a service that lives as long as that takes, and writes it to a file.
 *
 * @param record records it as a host of that name, and gives what the caller wants to know of it
 */
export async function keepBundle<T>(
  file: string,
  { tell }: Voice,
  record: (client: RestClient, host: string) => Promise<T>,
): Promise<T> {
  const { configurationOf, startService } = await import('../../main.ts');
  const configuration = configurationOf({ PORT: '0', BPFLEDGER_EPHEMERAL: 'true' });
  const service = await startService(configuration);
  try {
    const { url } = service;
    const recorded = await record(restClient({ url, token: undefined }), HOST);
    const flags = { ...noFlags(exportLog.flags), url, output: file };
    const print = { columns: undefined, out: tell, err: tell };
    await exportLog.run({ flags, words: [HOST], print });
    return recorded;
  } finally {
    await service.close();
  }
}

/** No flag of a command is typed. */
function noFlags<F extends Flags>(flags: F): Typed<F> {
  return Object.fromEntries(Object.keys(flags).map((name) => [name, undefined])) as Typed<F>;
}
