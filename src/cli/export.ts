/** `bpfledger export`: the log of a host as a file. */

import { once } from 'node:events';
import { open, rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { hostPath } from '../client/host-path.ts';
import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { command } from './command.ts';
import { EVENT_FILTERS, filterOf } from './event-filters.ts';
import { EXIT, InputError } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { oneHost } from './question.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

export const exportLog = command({
  usage: 'HOST [options] > FILE',
  about:
    'Writes the log of a host. A bundle (the default) is the whole log: events, checkpoints and\n' +
    'the keys that signed them. bpfledger verify and bpfledger import read it. ndjson, csv and\n' +
    'audit (records as auditd writes them) are for other tools, and take filters.',
  flags: {
    format: { value: 'F', about: 'bundle (default), ndjson, csv, audit' },
    output: { value: 'FILE', about: 'write to FILE, which appears when it is complete' },
    after: { value: 'N', about: 'start after this position; not for a bundle' },
    ...EVENT_FILTERS,
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
  },
  example: 'npx bpfledger export demo --output demo.bundle',
  async run({ flags, words, print }) {
    const host = oneHost('export', words);
    const { format = 'bundle', after, output } = flags;
    const range: Record<string, string> = after === undefined ? {} : { after };
    const query = new URLSearchParams({ ...filterOf(flags), ...range, format });
    const client = restClient(serviceFrom(flags));
    const path = `${hostPath(await hostMeant(client, host))}/export?${query}`;
    const { body } = await client.open(path);
    if (body === null) throw new Error('the service answered without a body');
    if (output === undefined) {
      await writeChunks(body, process.stdout);
      return EXIT.done;
    }
    const part = `${output}.part`;
    const file = await open(part, 'w').catch((error: Error) => {
      throw new InputError(`--output ${output}: ${error.message}`);
    });
    const stream = file.createWriteStream();
    const bytes = await writeChunks(body, stream);
    stream.end();
    await finished(stream);
    await rename(part, output);
    print.err(`${output}: ${countText(bytes, 'byte')}`);
    return EXIT.done;
  },
});

/** Writes all chunks, as fast as they are taken; returns how many bytes there were. */
async function writeChunks(
  chunks: AsyncIterable<Uint8Array>,
  to: NodeJS.WritableStream,
): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (!to.write(chunk)) await once(to, 'drain');
  }
  return bytes;
}
